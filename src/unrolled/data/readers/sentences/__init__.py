"""Labelled sentences: a label for every word."""
