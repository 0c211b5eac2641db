"""Readers: each turns one kind of file into pairs, says how it understood the file, and what is wrong with it."""

from unrolled.data.readers.clips import ClipsReading, ClipsSettings, read_clips
from unrolled.data.readers.dna.bases import read_bases
from unrolled.data.readers.dna.bases_settings import BaseLabelsSettings
from unrolled.data.readers.dna.dna import read_dna
from unrolled.data.readers.dna.settings import SequencesSettings
from unrolled.data.readers.doubt import Doubt
from unrolled.data.readers.parallel import ParallelReading, ParallelSettings, read_parallel
from unrolled.data.readers.reading import Reading
from unrolled.data.readers.reading_settings import ReadingSettings
from unrolled.data.readers.sentences import (
    TaggedPair,
    TaggedReading,
    TaggedSettings,
    detect_format,
    read_labelled,
    read_plain_text,
)
from unrolled.data.readers.series import SeriesReading, SeriesSettings, read_series
from unrolled.data.readers.texts import TextsReading, TextsSettings, read_texts

__all__ = [
    "BaseLabelsSettings",
    "ClipsReading",
    "ClipsSettings",
    "Doubt",
    "ParallelReading",
    "ParallelSettings",
    "Reading",
    "ReadingSettings",
    "SequencesSettings",
    "SeriesReading",
    "SeriesSettings",
    "TaggedPair",
    "TaggedReading",
    "TaggedSettings",
    "TextsReading",
    "TextsSettings",
    "detect_format",
    "read_bases",
    "read_clips",
    "read_dna",
    "read_labelled",
    "read_parallel",
    "read_plain_text",
    "read_series",
    "read_texts",
]
