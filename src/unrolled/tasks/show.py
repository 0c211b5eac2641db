"""How x comes in and answers go out: for a pipe, a terminal and machines; by itself from what x and y are."""

import math
from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar, cast

from unrolled.data.answer import Answer
from unrolled.data.codecs import Codec
from unrolled.tasks.text import field

__all__ = ["Segment", "Show", "labels_of", "plainly"]

X = TypeVar("X")
Y = TypeVar("Y")


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of a line: its text, and what the model says of it; None where it says nothing."""

    text: str
    kind: str | None = None
    strength: float = 1.0
    """From -1 (speaks against) to 1; how strongly the piece is marked."""


def labels_of(y: Codec[Any]) -> tuple[str, ...]:
    """Return the labels of a codec, in its order; none where y is no label."""
    return tuple(getattr(getattr(y, "labels", None), "tokens", ()))


def plainly(value: Any) -> Any:
    """Return a value as JSON holds it.

    >>> plainly(frozenset({"b", "a"})), plainly((1.0, "x"))
    (['a', 'b'], [1.0, 'x'])
    """
    if hasattr(value, "tolist"):  # of numpy and of torch
        return value.tolist()
    if isinstance(value, Set):
        return sorted(cast("Set[Any]", value))
    return list(cast("Sequence[Any]", value)) if isinstance(value, tuple) else value


def _text(y: Any) -> str:
    """Return an answer as a field."""
    value = plainly(y)
    if isinstance(value, list):
        return " ".join(map(_text, cast("list[Any]", value)))
    return f"{value:.6g}" if isinstance(value, float) else field(str(value))


def _sure(answer: Answer[Any]) -> dict[str, Any]:
    """Return the confidence, where there is one; float32 knows no more digits."""
    found = [round(value, 6) for value in answer.confidence]
    return {"confidence": found[0] if len(found) == 1 else found} if found else {}


def _json(line: str | None, x: Any, answer: Answer[Any] | None) -> dict[str, Any]:
    if answer is None:
        return {"x": None, "y": None}
    others = [{"y": plainly(y), "probability": min(1.0, math.exp(log_p))} for y, log_p in answer.others]
    return {"x": plainly(x), "y": plainly(answer.y), **_sure(answer), **({"n_best": others} if others else {})}


def _fields(x: Any, answer: Answer[Any]) -> list[tuple[str, ...]]:
    if answer.others:
        return [(_text(y), f"{min(1.0, math.exp(log_p)):.6g}") for y, log_p in answer.others]
    return [(_text(answer.y), *(f"{value:.6g}" for value in answer.confidence))]


def _segments(line: str | None, x: Any, y: Any) -> list[Segment]:
    return [Segment(_text(y), y if isinstance(y, str) else None), Segment(f"  {_text(x) if line is None else line}")]


def _stream(x: Any, answers: Sequence[Answer[Any]], end: bool) -> list[dict[str, Any]]:
    final: Mapping[str, bool] = {"final": True} if end else {}
    return [{"y": plainly(answer.y), **_sure(answer), **final} for answer in answers]


@dataclass(frozen=True)  # slots do not go with type arguments before Python 3.12
class Show(Generic[X, Y]):
    """How x comes in from a line of text, and how an answer goes out; what is not said is made of y alone.

    Attributes:
        read_x: x of a line, given the name of the tokenizer where x is of words. None for a line that holds nothing.
        json: what `predict --json` writes of a line (None where words were given), its x and the answer; both may be
            None.
        fields: the rows of tab-separated fields that a pipe gets.
        segments: the line as a person sees it, piece by piece; x where it is None.
        kinds: all kinds that a segment may have, so that each keeps its colour.
        stream: the rows for the steps that came in, or with None and true for all of x at its end.
        of_words: whether x is a tuple of words, which CoNLL and JSON Lines may give.
        files: the suffixes of files that are no lines of text, such as ".npz".
        read_file: x of such a file, each with the line on which it begins.
        paths: whether a line of text may be the path of such a file: then it is read as a line is, and a folder as the
            files in it.
        each: the label of each word in an answer, which CoNLL can hold; None where there is one for all of x.
        records: whether x are the records of FASTA, which have names, may be of many lines, and packed by gzip.
        intervals: of an answer, given the codec of y: start, end, label, probability and strand, which BED and GFF3 can
            hold; None where an answer has none.
    """

    read_x: Callable[[str, str], X | None]
    json: Callable[[str | None, X | None, Answer[Y] | None], dict[str, Any]] = _json
    fields: Callable[[X, Answer[Y]], list[tuple[str, ...]]] = _fields
    segments: Callable[[str | None, X, Y], list[Segment]] = _segments
    kinds: Callable[[Codec[Y]], Sequence[str]] = labels_of
    stream: Callable[[X | None, Sequence[Answer[Y]], bool], list[dict[str, Any]]] = _stream
    of_words: bool = False
    each: Callable[[Answer[Y]], Sequence[str]] | None = None
    files: frozenset[str] = frozenset()
    read_file: Callable[[Path], Sequence[tuple[int, X]]] | None = None
    records: bool = False
    intervals: Callable[[Codec[Y], Answer[Y]], Sequence[tuple[int, int, str, float, str]]] | None = None
    paths: bool = False
