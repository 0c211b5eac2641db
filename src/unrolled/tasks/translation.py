"""Translation: a text for a text (T_y ≠ T_x); sacreBLEU, chrF."""

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TypeAlias

from unrolled.architectures import EncoderDecoderSettings
from unrolled.data.answer import Answer
from unrolled.data.codecs import Codec, SymbolsCodec, SymbolsSettings
from unrolled.data.pair import Pair
from unrolled.data.readers import ParallelSettings, Reading, read_parallel
from unrolled.decoding import BeamSettings
from unrolled.errors import DataError
from unrolled.layers import ClassesOutputSettings, IndicesInputSettings
from unrolled.metrics import Metric, TranslationMetric
from unrolled.pictures import alignment_picture
from unrolled.settings import Composed
from unrolled.tasks.parts import PartSettings
from unrolled.tasks.show import Segment
from unrolled.tasks.task import Bundled, Checks, Show, Task, Unit, pairs_of_python
from unrolled.training import FitSettings

__all__ = ["TRANSLATION"]

Pairs: TypeAlias = Sequence[Pair[str, str]]

EXAMPLES = Path(__file__).parent.parent / "examples"
DRAWN = 4
"""Alignments of so many of the dev part's answers are drawn."""


def _read(path: Path, settings: Composed) -> Reading[str, str]:
    return read_parallel(path, settings.group(ParallelSettings))


def _of_python(X: Any, y: Any, settings: Composed) -> list[Pair[str, str]]:
    pairs = pairs_of_python(X, y, settings)
    for number, pair in enumerate(pairs, 1):
        for side, text in (("text", pair.x), ("translation", pair.y)):
            if not isinstance(text, str) or not text.strip():
                raise DataError(f"Example {number} has the {side} {text!r:.60}. Give a text with something in it.")
    return pairs


def _codecs(pairs: Pairs, settings: Composed) -> tuple[SymbolsCodec, SymbolsCodec]:
    how, xs, ys = settings.group(SymbolsSettings), [pair.x for pair in pairs], [pair.y for pair in pairs]
    if how.vocabulary == "shared":
        both = SymbolsCodec.fitted([*xs, *ys], how)
        return both, SymbolsCodec(both.symbols, how)
    return SymbolsCodec.fitted(xs, how), SymbolsCodec.fitted(ys, how)


def _length(pair: Pair[str, str]) -> int:
    return len(pair.x.split())


def _figures(pairs: Pairs) -> dict[str, int]:
    return {
        "num_source_words": sum(len(pair.x.split()) for pair in pairs),
        "num_target_words": sum(len(pair.y.split()) for pair in pairs),
        "num_identical_sides": sum(pair.x == pair.y for pair in pairs),
    }


def _one_line(text: str) -> str:
    """Return a text as a field between tabs: white space is a space."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def _read_x(line: str, tokenizer: str) -> str | None:
    return line.strip() or None


def _json(line: str | None, x: str | None, answer: Answer[str] | None) -> dict[str, Any]:
    if x is None or answer is None:
        return {"text": None, "translation": None, "log_p": None}
    found: dict[str, Any] = {"text": x, "translation": answer.y, "log_p": _log_p(answer.log_p)}
    if answer.others:
        found["n_best"] = [{"translation": y, "log_p": _log_p(log_p)} for y, log_p in answer.others]
    return found


def _log_p(log_p: float | None) -> float | None:
    return None if log_p is None or not math.isfinite(log_p) else round(log_p, 4)


def _fields(x: str, answer: Answer[str]) -> list[tuple[str, ...]]:
    if not answer.others:
        return [(_one_line(answer.y),)]
    return [(_one_line(y), f"{log_p:.4f}") for y, log_p in answer.others]


def _segments(line: str | None, x: str, y: str) -> list[Segment]:
    return [Segment(_one_line(y))]


def _draw(metric: Metric[str], truths: Sequence[str], answers: Sequence[Answer[str]], folder: Path) -> None:
    """Draw the alignments of the first answers: alignment_1.png, …

    Raises:
        OSError: one of them cannot be written.
    """
    for number, answer in enumerate(answers[:DRAWN], 1):
        if answer.alignment is not None and answer.steps is not None:
            alignment_picture(answer.alignment, *answer.steps, folder / f"alignment_{number}.png", title=answer.y)


def _doubts(pairs: Pairs) -> str | None:
    if all(" " not in pair.y and pair.y.isascii() and len(pair.y) < 20 for pair in pairs[:1000]):
        return "each of its translations is one word"
    return None


def _purpose(y: Codec[str]) -> str:
    return "Gives a text its translation, learnt from pairs of texts."


TRANSLATION: Task[Any, Any] = Task(
    name="translation",
    title="translation",
    architecture="encoder_decoder",
    x=Unit("text", step="token"),
    y=Unit("translation", step="token"),
    example="le 3 mai 2024",
    defaults=Composed(
        {
            "read": ParallelSettings(),
            "symbols": SymbolsSettings(),
            "parts": PartSettings(),
            "network": EncoderDecoderSettings(
                hidden_size=128,
                decoder_embedding_size=128,
                deep_output=True,
                tied=True,
                input_dropout=0.2,
                dropout=0.3,
            ),
            "input": IndicesInputSettings(embedding_size=128),
            "output": ClassesOutputSettings(label_smoothing=0.1),
            "search": BeamSettings(),
            "fit": FitSettings(
                epochs=12, batch_steps=1600, batch_fraction=0.008, learning_rate=4e-3, warmup=0.03, patience=None
            ),
        }
    ),
    purpose=_purpose,
    read=_read,
    of_python=_of_python,
    codecs=_codecs,
    metric=lambda y: TranslationMetric(),
    metrics=(TranslationMetric(),),
    show=Show(read_x=_read_x, json=_json, fields=_fields, segments=_segments),
    takes=frozenset({("text", "a sequence")}),
    length=_length,
    doubts=_doubts,
    pictures=_draw,
    checks=Checks(figures=_figures),
    bundled=Bundled(
        EXAMPLES / "translation.tsv",
        EXAMPLES / "translation_dev.tsv",
        EXAMPLES / "translation_test.tsv",
        languages=("English", "French"),
        about_test="No text of the test part stands in the training part.",
    ),
)
"""The task; its bundled corpus has dates, numbers and amounts in many languages, and short English and French ones."""
