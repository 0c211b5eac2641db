"""Readers: each turns one file format into pairs, and says what is wrong with a file."""

from unrolled.data.readers.doubt import Doubt
from unrolled.data.readers.labelled import detect_format, read_labelled
from unrolled.data.readers.plain_text import read_plain_text
from unrolled.data.readers.reading import Reading
from unrolled.data.readers.reading_settings import ReadingSettings
from unrolled.data.readers.series import SeriesReading, read_series
from unrolled.data.readers.series_settings import SeriesSettings
from unrolled.data.readers.tagged import TaggedPair, TaggedReading
from unrolled.data.readers.tagged_settings import TaggedSettings
from unrolled.data.readers.texts import TextsReading, read_texts
from unrolled.data.readers.texts_settings import TextsSettings

__all__ = [
    "Doubt",
    "Reading",
    "ReadingSettings",
    "SeriesReading",
    "SeriesSettings",
    "TaggedPair",
    "TaggedReading",
    "TaggedSettings",
    "TextsReading",
    "TextsSettings",
    "detect_format",
    "read_labelled",
    "read_plain_text",
    "read_series",
    "read_texts",
]
