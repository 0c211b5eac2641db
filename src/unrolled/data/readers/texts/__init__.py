"""Labelled texts: a label for the whole."""
