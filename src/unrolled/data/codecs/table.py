"""Every codec by its kind: what a model directory may name."""

from typing import Any

from unrolled.data.codecs.bases import BasesCodec
from unrolled.data.codecs.codec import Codec, Saved
from unrolled.data.codecs.dna import DnaCodec
from unrolled.data.codecs.label import LabelCodec
from unrolled.data.codecs.label_set import LabelSetCodec
from unrolled.data.codecs.numbers import NumberCodec
from unrolled.data.codecs.step_labels import StepLabelsCodec
from unrolled.data.codecs.step_numbers import StepNumbersCodec
from unrolled.data.codecs.symbols import SymbolsCodec
from unrolled.data.codecs.tags import TagsCodec
from unrolled.data.codecs.text import TextCodec
from unrolled.data.codecs.vectors import VectorsCodec
from unrolled.data.codecs.video import VideoCodec
from unrolled.data.codecs.words import WordsCodec
from unrolled.errors import DataError

__all__ = ["CODECS", "load_codec"]

CODECS: dict[str, type[Codec[Any]]] = {
    codec.kind: codec
    for codec in (
        WordsCodec,
        TextCodec,
        TagsCodec,
        LabelCodec,
        LabelSetCodec,
        NumberCodec,
        VectorsCodec,
        StepLabelsCodec,
        StepNumbersCodec,
        DnaCodec,
        BasesCodec,
        VideoCodec,
        SymbolsCodec,
    )
}


def load_codec(kind: object, saved: Saved) -> Codec[Any]:
    """Return the codec of that kind that was saved.

    Raises:
        DataError: there is none of that kind, or what was saved cannot be.
        SettingsError: a setting that cannot be.
    """
    if not isinstance(kind, str) or kind not in CODECS:
        raise DataError(f"There is no codec of the kind {kind!r}; this version has {', '.join(CODECS)}.")
    return CODECS[kind].load(saved)
