"""Codecs: from raw values to numbers, and back."""

from unrolled.data.codecs.bases import BasesCodec, BasesSettings
from unrolled.data.codecs.chunks import Chunks, EachStep
from unrolled.data.codecs.codec import Codec, Encoded, Fault, Saved
from unrolled.data.codecs.dna import DnaCodec, DnaSettings
from unrolled.data.codecs.encoded import EncodedBases, EncodedWords
from unrolled.data.codecs.label import LabelCodec, LabelSettings
from unrolled.data.codecs.label_set import LabelSetCodec, LabelSetSettings
from unrolled.data.codecs.numbers import NumberCodec, NumberSettings
from unrolled.data.codecs.step_labels import StepLabelsCodec, StepLabelsSettings
from unrolled.data.codecs.step_numbers import StepNumbersCodec, StepNumbersSettings
from unrolled.data.codecs.symbols import SymbolsCodec, SymbolsSettings
from unrolled.data.codecs.table import CODECS, load_codec
from unrolled.data.codecs.tags import TagsCodec, TagsSettings, may_follow
from unrolled.data.codecs.text import TextCodec, TextSettings
from unrolled.data.codecs.vectors import VectorsCodec, VectorsSettings
from unrolled.data.codecs.video import VideoCodec, VideoSettings
from unrolled.data.codecs.words import WordsCodec, WordsSettings, check_sentences

__all__ = [
    "CODECS",
    "BasesCodec",
    "BasesSettings",
    "Chunks",
    "Codec",
    "DnaCodec",
    "DnaSettings",
    "EachStep",
    "Encoded",
    "EncodedBases",
    "EncodedWords",
    "Fault",
    "LabelCodec",
    "LabelSetCodec",
    "LabelSetSettings",
    "LabelSettings",
    "NumberCodec",
    "NumberSettings",
    "Saved",
    "StepLabelsCodec",
    "StepLabelsSettings",
    "StepNumbersCodec",
    "StepNumbersSettings",
    "SymbolsCodec",
    "SymbolsSettings",
    "TagsCodec",
    "TagsSettings",
    "TextCodec",
    "TextSettings",
    "VectorsCodec",
    "VectorsSettings",
    "VideoCodec",
    "VideoSettings",
    "WordsCodec",
    "WordsSettings",
    "check_sentences",
    "load_codec",
    "may_follow",
]
