"""Readers: each turns one file format into pairs, and says what is wrong with a file."""

from unrolled.data.readers.doubt import Doubt
from unrolled.data.readers.reading import Reading
from unrolled.data.readers.reading_settings import ReadingSettings
from unrolled.data.readers.sentences.labelled import detect_format, read_labelled
from unrolled.data.readers.sentences.plain_text import read_plain_text
from unrolled.data.readers.sentences.settings import TaggedSettings
from unrolled.data.readers.sentences.tagged import TaggedPair, TaggedReading
from unrolled.data.readers.texts.settings import TextsSettings
from unrolled.data.readers.texts.texts import TextsReading, read_texts

__all__ = [
    "Doubt",
    "Reading",
    "ReadingSettings",
    "TaggedPair",
    "TaggedReading",
    "TaggedSettings",
    "TextsReading",
    "TextsSettings",
    "detect_format",
    "read_labelled",
    "read_plain_text",
    "read_texts",
]
