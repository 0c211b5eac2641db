"""Labelled texts: a label for the whole."""

from unrolled.data.readers.texts.settings import TextsSettings
from unrolled.data.readers.texts.texts import TextsReading, read_texts

__all__ = ["TextsReading", "TextsSettings", "read_texts"]
