"""What a task is: data and functions, no behaviour of its own."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Generic, TypeVar, cast

from unrolled.architectures import ARCHITECTURES, EnsembleSettings
from unrolled.data.answer import Answer
from unrolled.data.codecs import Codec
from unrolled.data.given import each
from unrolled.data.pair import Pair
from unrolled.data.readers import Reading
from unrolled.data.shapes import length
from unrolled.errors import DataError
from unrolled.metrics import Metric, Report
from unrolled.model import Model
from unrolled.settings import Composed
from unrolled.tasks.parts import PartSettings
from unrolled.tasks.pictures import draw_confusion
from unrolled.tasks.show import Segment, Show, labels_of
from unrolled.training import FitSettings

__all__ = ["Bundled", "Checks", "Segment", "Show", "Task", "Unit"]

MOST_WORDS, MOST_CHARACTERS = 40, 120
"""Of a pair in words."""

X = TypeVar("X")
Y = TypeVar("Y")


@dataclass(frozen=True, slots=True)
class Unit:
    """What people call one side of a pair: all of it, and one step of it; both in the singular."""

    name: str
    step: str


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


def in_words(pair: Pair[Any, Any]) -> str:
    """Return a pair as one line, cut where it is long.

    >>> in_words(Pair(("so", "good"), "positive"))
    'so good → positive'
    """
    return f"{_words(pair.x)} → {_words(pair.y)}"


def _words(value: Any) -> str:
    if isinstance(value, str):
        text = value
    elif isinstance(value, Sequence):
        text = " ".join(map(str, cast("Sequence[Any]", value)[: MOST_WORDS + 1]))
    else:
        text = str(value)
    cut = " ".join(text.split())
    return cut if len(cut) <= MOST_CHARACTERS else cut[: MOST_CHARACTERS - 1] + "…"


@dataclass(frozen=True)  # slots do not go with type arguments before Python 3.12
class Checks(Generic[X, Y]):
    """What `check` counts and shows beside lengths and duplicates.

    Attributes:
        counts: tables of what occurs, by name: {"labels": {"O": 3}}; what a later file has in the last of them and an
            earlier one lacks is named.
        figures: further whole numbers of a file: {"num_empty": 1}.
        conflict: an x that stands in two places with two y: for JSON, and in words.
        facts: what the facts of a reading are called: {"scheme": "label scheme"}.
        tables: what the tables are called, where their name is not it: {"labels": "label"}.
        example: a pair in words, for the account of how a file was understood.
        alike: what it is called, and the x that says the same as another: ("reverse complement", other_strand).
    """

    counts: Callable[[Sequence[Pair[X, Y]]], Mapping[str, Mapping[str, int]]] = _no_tables
    figures: Callable[[Sequence[Pair[X, Y]]], Mapping[str, int]] = _no_figures
    conflict: Callable[[X, Y, Y], tuple[dict[str, Any], str]] = _both
    facts: Mapping[str, str] = field(default_factory=dict[str, str])
    tables: Mapping[str, str] = field(default_factory=dict[str, str])
    example: Callable[[Pair[X, Y]], str] = in_words
    alike: tuple[str, Callable[[X], X]] | None = None


def nothing_to_start(model: Model[Any, Any], pairs: Sequence[Pair[Any, Any]], settings: Composed) -> list[str]:
    """Leave the first weights as they were drawn."""
    return []


def nothing_to_add(
    model: Model[Any, Any], earlier: Model[Any, Any], pairs: Sequence[Pair[Any, Any]], settings: Composed
) -> list[str]:
    """Leave the weights of what is new as they were drawn."""
    return []


def as_they_are(xs: Iterable[Any], x: Codec[Any]) -> Iterable[Any]:
    """Return the values as they were given."""
    return xs


def no_doubts(pairs: Sequence[Pair[Any, Any]]) -> str | None:
    """Find nothing odd."""
    return None


def python_is_sound(pairs: Sequence[Pair[Any, Any]], settings: Composed) -> None:
    """Find nothing odd."""


def pairs_of_python(X: Iterable[Any], y: Iterable[Any] | None, settings: Composed) -> list[Pair[Any, Any]]:
    """Return the pairs as they were given; the codecs say what is wrong with a value."""
    xs = list(each(X, "X", "a list of examples"))
    ys = None if y is None else list(each(y, "y", "a list with one y for each example"))
    if ys is None or len(xs) != len(ys):
        raise DataError(
            f"There are {len(xs)} examples and {'no y' if ys is None else f'{len(ys)} y'}. Give one y for each."
        )
    return list(map(Pair, xs, ys))


def what_is_answered(y: Codec[Any]) -> str:
    """Return the purpose of a model whose task says no more."""
    labels = labels_of(y)
    return f"Answers each x with one of {', '.join(labels)}." if labels else "Answers each x with numbers."


def length_of_x(pair: Pair[Any, Any]) -> int:
    """Return T_x: of an array (T, D) and of a sequence of steps how many they are; of D numbers, 1."""
    return length(pair.x)


def nothing_unseen(y: Codec[Any], pairs: Sequence[Pair[Any, Any]]) -> list[str]:
    """Say that a model can answer everything."""
    return []


@dataclass(frozen=True, kw_only=True)
class Task(Generic[X, Y]):
    """One application.

    Attributes:
        name: what the command line calls it.
        title: what people call it.
        architecture: the kind of its network; with `by_y`, of the network whose settings it has.
        x, y: what its two sides are called.
        example: an x to show the use with, as a line of text.
        defaults: its settings; the groups of the network, of the parts and of the training are added where they lack.
        read: reads one labelled file as the settings say; what is wrong with it stands in the reading.
        codecs: fitted on the training pairs.
        metric: what answers are measured by; the first of its figures chooses the weights.
        show: how x comes in and an answer goes out.
        by_y: the kind of network by what y is, where one task has several.
        metrics: one for each kind of y that `metric` has one for: so the setting `metric` can be refused before the
            data are read; none where that is not said.
        purpose: one sentence on what a model does, given the codec of y.
        of_python: pairs of values that were given in Python, checked as `read` checks files.
        check_python: refuses such pairs for training where the labels look wrong and the settings do not accept it.
        xs_of_python: the x alone of values that were given in Python, as the model's codec of x wants them.
        start: what the first weights take from the training pairs; returns notes.
        go_on: the same where a model goes on from an earlier one: for what is new in it alone.
        doubts: why pairs that were read without a problem are hardly the task's; None where nothing is odd.
        takes: what pairs hold that it is made for, as `Look` says it: {("words", "a label per step")}.
        length: T_x of a pair, for tables.
        calibrate: sets what is chosen on dev pairs once the weights stand, and returns their report; None for nothing.
        pictures: draws the dev part's truths and answers into the run's folder.
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
    read: Callable[[Path, Composed], Reading[X, Y]]
    codecs: Callable[[Sequence[Pair[X, Y]], Composed], tuple[Codec[X], Codec[Y]]]
    metric: Callable[[Codec[Y]], Metric[Y]]
    show: Show[X, Y]
    by_y: Callable[[Codec[Y]], str] | None = None
    metrics: tuple[Metric[Any], ...] = ()
    purpose: Callable[[Codec[Y]], str] = what_is_answered
    of_python: Callable[[Any, Any, Composed], list[Pair[X, Y]]] = pairs_of_python
    check_python: Callable[[Sequence[Pair[X, Y]], Composed], None] = python_is_sound
    xs_of_python: Callable[[Iterable[Any], Codec[X]], Iterable[X]] = as_they_are
    start: Callable[[Model[X, Y], Sequence[Pair[X, Y]], Composed], list[str]] = nothing_to_start
    go_on: Callable[[Model[X, Y], Model[X, Y], Sequence[Pair[X, Y]], Composed], list[str]] = nothing_to_add
    doubts: Callable[[Sequence[Pair[X, Y]]], str | None] = no_doubts
    takes: frozenset[tuple[str, str]] = frozenset()
    length: Callable[[Pair[X, Y]], int] = length_of_x
    calibrate: Callable[[Model[X, Y], Sequence[Pair[X, Y]], Metric[Y]], Report] | None = None
    pictures: Callable[[Metric[Y], Sequence[Y], Sequence[Answer[Y]], Path], None] = draw_confusion
    chosen: Mapping[str, tuple[str, str]] = field(default_factory=dict[str, tuple[str, str]])
    checks: Checks[X, Y] = field(default_factory=Checks[Any, Any])
    unseen: Callable[[Codec[Y], Sequence[Pair[X, Y]]], list[str]] = nothing_unseen
    bundled: Bundled | None = None

    def __post_init__(self) -> None:
        """Add the groups that every task has."""
        every = {
            "parts": PartSettings,
            "network": ARCHITECTURES[self.architecture].settings_class,
            "ensemble": EnsembleSettings,
            "fit": FitSettings,
        }
        groups = self.defaults.groups()
        lacking = {
            name: cls() for name, cls in every.items() if not any(isinstance(own, cls) for own in groups.values())
        }
        if lacking:
            found = {**groups, **lacking}
            last = [name for name, group in found.items() if isinstance(group, FitSettings)]  # as the network is before
            ordered = [*(name for name in found if name not in last), *last]
            object.__setattr__(self, "defaults", Composed({name: found[name] for name in ordered}))

    def network_kind(self, y: Codec[Y]) -> str:
        """Return the kind of network of a model with that codec of y."""
        return self.architecture if self.by_y is None else self.by_y(y)

    @property
    def shape(self) -> str:
        """The shape of its pairs, in the notation."""
        return ARCHITECTURES[self.architecture].shape
