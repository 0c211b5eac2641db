"""What a task is: data and functions, no behaviour of its own."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Generic, TypeVar

from unrolled.architectures import ARCHITECTURES
from unrolled.data.answer import Answer
from unrolled.data.codecs import Codec
from unrolled.data.pair import Pair
from unrolled.data.readers import Reading
from unrolled.metrics import Metric, Report
from unrolled.model import Model
from unrolled.settings import Composed

__all__ = ["Bundled", "Checks", "Segment", "Show", "Task", "Unit"]

X = TypeVar("X")
Y = TypeVar("Y")


@dataclass(frozen=True, slots=True)
class Unit:
    """What people call one side of a pair: all of it, and one step of it; both in the singular."""

    name: str
    step: str


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of a line: its text, and what the model says of it; None where it says nothing."""

    text: str
    kind: str | None = None
    strength: float = 1.0
    """From -1 (speaks against) to 1; how strongly the piece is marked."""


@dataclass(frozen=True, slots=True)
class Bundled:
    """The corpus that comes with the package.

    Attributes:
        train, dev, test: its files.
        languages: of its texts.
        about_test: one sentence that says in what the test part differs from the training part.
    """

    train: Path
    dev: Path
    test: Path
    languages: tuple[str, ...] = ()
    about_test: str = ""


def _no_tables(pairs: Sequence[Pair[Any, Any]]) -> Mapping[str, Mapping[str, int]]:
    return {}


def _no_figures(pairs: Sequence[Pair[Any, Any]]) -> Mapping[str, int]:
    return {}


def _both(x: Any, first: Any, second: Any) -> tuple[dict[str, Any], str]:
    return {"first_y": first, "y": second}, f"{first}, then {second}"


@dataclass(frozen=True, slots=True)
class Checks(Generic[X, Y]):
    """What `check` counts and shows beside lengths and duplicates.

    Attributes:
        counts: tables of what occurs, by name: {"labels": {"O": 3}}; what a later file has in the last of them and an
            earlier one lacks is named.
        figures: further whole numbers of a file: {"num_empty": 1}.
        conflict: an x that stands in two places with two y: for JSON, and in words.
        facts: what the facts of a reading are called: {"scheme": "label scheme"}.
        tables: what the tables are called, where their name is not it: {"labels": "label"}.
    """

    counts: Callable[[Sequence[Pair[X, Y]]], Mapping[str, Mapping[str, int]]] = _no_tables
    figures: Callable[[Sequence[Pair[X, Y]]], Mapping[str, int]] = _no_figures
    conflict: Callable[[X, Y, Y], tuple[dict[str, Any], str]] = _both
    facts: Mapping[str, str] = field(default_factory=dict[str, str])
    tables: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True)
class Show(Generic[X, Y]):
    """How x comes in from a line of text, and how an answer goes out.

    Attributes:
        read_x: x of a line; the second argument is true for text that is split at white space already. None for a line
            that holds nothing.
        json: what `predict --json` writes.
        fields: the rows of tab-separated fields that a pipe gets.
        segments: the line as a person sees it, piece by piece.
        kinds: all kinds that a segment may have, so that each keeps its colour.
        stream: the rows for the steps that came in, or with None and true for all of x at its end.
    """

    read_x: Callable[[str, bool], X | None]
    json: Callable[[X | None, Answer[Y] | None], dict[str, Any]]
    fields: Callable[[X, Answer[Y]], list[tuple[str, ...]]]
    segments: Callable[[str, X, Y], list[Segment]]
    kinds: Callable[[Codec[Y]], Sequence[str]]
    stream: Callable[[X | None, Sequence[Answer[Y]], bool], list[dict[str, Any]]]


def nothing_to_start(model: Model[Any, Any], pairs: Sequence[Pair[Any, Any]], settings: Composed) -> list[str]:
    """Leave the first weights as they were drawn."""
    return []


def length_of_x(pair: Pair[Any, Any]) -> int:
    """Return T_x of an x that has a length."""
    return len(pair.x)


def nothing_unseen(y: Codec[Any], pairs: Sequence[Pair[Any, Any]]) -> list[str]:
    """Say that a model can answer everything."""
    return []


@dataclass(frozen=True, kw_only=True)
class Task(Generic[X, Y]):
    """One application.

    Attributes:
        name: what the command line calls it.
        title: what people call it.
        architecture: the kind of its network.
        x, y: what its two sides are called.
        example: an x to show the use with, as a line of text.
        defaults: its settings.
        purpose: one sentence on what a model does, given the codec of y.
        read: reads one labelled file as the settings say; with the last argument false it collects every problem
            instead of raising the first.
        of_python: pairs of values that were given in Python, checked as `read` checks files.
        codecs: fitted on the training pairs.
        metric: what answers are measured by; the first of its figures chooses the weights.
        show: how x comes in and an answer goes out.
        start: what the first weights take from the training pairs; returns notes.
        takes: what pairs hold that it is made for, as `Look` says it: {("words", "a label per step")}.
        length: T_x of a pair, for tables.
        calibrate: sets what is chosen on dev pairs once the weights stand, and returns their report; None for nothing.
        chosen: what `inspect` says of a number that was chosen on dev pairs, by the name of its buffer: what it is
            called, and what follows its value.
        checks: what `check` counts and shows beside lengths and duplicates.
        unseen: what occurs in labelled pairs and a model with that codec of y cannot answer.
        bundled: the corpus that comes with the package.
    """

    name: str
    title: str
    architecture: str
    x: Unit
    y: Unit
    example: str
    defaults: Composed
    purpose: Callable[[Codec[Y]], str]
    read: Callable[[Path, Composed, bool], Reading[X, Y]]
    of_python: Callable[[Any, Any, Composed], list[Pair[X, Y]]]
    codecs: Callable[[Sequence[Pair[X, Y]], Composed], tuple[Codec[X], Codec[Y]]]
    metric: Callable[[Codec[Y]], Metric[Y]]
    show: Show[X, Y]
    start: Callable[[Model[X, Y], Sequence[Pair[X, Y]], Composed], list[str]] = nothing_to_start
    takes: frozenset[tuple[str, str]] = frozenset()
    length: Callable[[Pair[X, Y]], int] = length_of_x
    calibrate: Callable[[Model[X, Y], Sequence[Pair[X, Y]], Metric[Y]], Report] | None = None
    chosen: Mapping[str, tuple[str, str]] = field(default_factory=dict[str, tuple[str, str]])
    checks: Checks[X, Y] = field(default_factory=Checks[Any, Any])
    unseen: Callable[[Codec[Y], Sequence[Pair[X, Y]]], list[str]] = nothing_unseen
    bundled: Bundled | None = None

    @property
    def shape(self) -> str:
        """The shape of its pairs, in the notation."""
        return ARCHITECTURES[self.architecture].shape
