"""Labelled sentences: a label for every word."""

from unrolled.data.readers.sentences.labelled import detect_format, read_labelled
from unrolled.data.readers.sentences.plain_text import read_plain_text
from unrolled.data.readers.sentences.settings import TaggedSettings
from unrolled.data.readers.sentences.tagged import TaggedPair, TaggedReading

__all__ = ["TaggedPair", "TaggedReading", "TaggedSettings", "detect_format", "read_labelled", "read_plain_text"]
