"""What pairs are, by their values alone: what X and Y hold, how long they are, and which of the five shapes."""

from collections.abc import Callable, Iterable, Sequence, Set
from dataclasses import dataclass
from itertools import islice
from numbers import Integral, Real
from typing import Any, Literal, TypeAlias, cast

import numpy as np

from unrolled.data.bases import seem_bases
from unrolled.data.clip import Clip, Frames
from unrolled.data.pair import Pair
from unrolled.data.step_labels import StepLabels
from unrolled.errors import DataError

__all__ = ["Look", "Shape", "length", "look"]

Shape: TypeAlias = Literal["one_to_one", "one_to_many", "many_to_one", "many_to_many", "encoder_decoder"]

SHAPES: dict[Shape, str] = {
    "one_to_one": "one-to-one, T_x = T_y = 1",
    "one_to_many": "one-to-many",
    "many_to_one": "many-to-one, T_y = 1",
    "many_to_many": "many-to-many, T_x = T_y",
    "encoder_decoder": "many-to-many, T_x ≠ T_y",
}

FEW = 2
"""Labels are a label to this many examples at most, on average; else each y is a text or a number of its own."""


@dataclass(frozen=True, slots=True)
class Look:
    """What was found.

    Attributes:
        x: "words", "text", "bases", "video", "vectors", "numbers", "a class" or "nothing".
        y: "a label", "a number", "a set of labels", "a label per step", "numbers per step" or "a sequence".
        T_x, T_y: the least and the greatest length.
        shape: which of the five.
        doubts: what could be otherwise, a sentence each, with the way to say so.
    """

    x: str
    y: str
    T_x: tuple[int, int]
    T_y: tuple[int, int]
    shape: Shape
    doubts: tuple[str, ...] = ()

    def __str__(self) -> str:
        step = {"words": "word", "text": "word", "bases": "base", "video": "frame"}.get(self.x, "step")
        y = self.y.replace("per step", f"per {step}")
        long = f", T_y {_span(self.T_y)}" if self.y == "a sequence" else ""
        return f"X: {self.x}, T_x {_span(self.T_x)} · Y: {y}{long} · {SHAPES[self.shape]}"


def look(pairs: Iterable[Pair[Any, Any]], sample: int = 1000) -> Look:
    """Look at the first pairs and say what they are.

    >>> print(look([Pair(("Teddy", "sat"), ("B-PER", "O")), Pair(("He", "sat", "."), ("O", "O", "O"))]))
    X: words, T_x 2–3 · Y: a label per word · many-to-many, T_x = T_y
    >>> print(look([Pair("so good", "pos"), Pair("so very bad", "neg"), Pair("fine", "pos"), Pair("no", "neg")]))
    X: text, T_x 1–3 · Y: a label · many-to-one, T_y = 1

    Raises:
        DataError: no pairs, or values of a kind that no shape has, with the example's number.
    """
    looked_at = list(islice(pairs, sample))
    if not looked_at:
        raise DataError("There are no pairs to look at. Give at least one.")
    xs, ys = [pair.x for pair in looked_at], [pair.y for pair in looked_at]
    x = _only({_kind_of_x(value, number) for number, value in enumerate(xs, 1)}, "x")
    T_x = [length(value) for value in xs]
    y, doubts = _kind_of_y(ys, T_x, x)
    T_y = [_steps(value) if y == "a sequence" or y.endswith("per step") else 1 for value in ys]
    return Look(x, y, (min(T_x), max(T_x)), (min(T_y), max(T_y)), _shape(x, y, T_x), tuple(doubts))


def _kind_of_x(value: Any, number: int) -> str:  # noqa: PLR0911  (one kind a line)
    if value is None:
        return "nothing"
    if isinstance(value, str):
        return "bases" if seem_bases(value) else "text"
    if isinstance(value, Clip | Frames):
        return "video"
    if isinstance(value, Integral):
        return "a class"
    if isinstance(value, np.ndarray):
        return "vectors" if value.ndim == 2 else "numbers"
    if isinstance(value, Sequence) and value:
        items = list(cast("Sequence[Any]", value))
        if all(isinstance(item, str) for item in items):
            return "words"
        if all(isinstance(item, Real) for item in items):
            return "numbers"
        if all(not isinstance(item, str) and isinstance(item, Sequence | np.ndarray) for item in items):
            return "vectors"
    kind, shown = type(cast(object, value)).__name__, _shown(cast(object, value))
    raise DataError(
        f"Example {number} has an x of the kind {kind}, {shown}. Give words, a text, an array "
        "(T_x, D) of numbers, D numbers, a whole number or None."
    )


def _only(kinds: set[str], side: str) -> str:
    kinds = kinds - {"bases"} if "text" in kinds else kinds  # a word may be spelt with letters of bases alone
    if len(kinds) > 1:
        raise DataError(
            f"The {side} of different examples are of different kinds: {', '.join(sorted(kinds))}. Give one."
        )
    return kinds.pop()


def length(x: Any) -> int:
    """Return T_x: how many words, bases, rows or other steps x has; 1 of D numbers, of a class and of nothing.

    >>> length(("so", "good")), length("so good"), length((0.5, 1.0)), length(np.zeros((3, 2))), length(7)
    (2, 2, 1, 3, 1)
    """
    if isinstance(x, str):
        return len(x) if seem_bases(x) else len(x.split())
    if isinstance(x, Clip | Frames):
        return len(x)
    if isinstance(x, np.ndarray):
        shape = np.shape(cast(Any, x))
        return shape[0] if len(shape) > 1 else 1
    if isinstance(x, Sequence):
        items = cast("Sequence[Any]", x)
        return 1 if items and isinstance(items[0], Real) else len(items)
    return 1


def _kind_of_y(ys: Sequence[Any], T_x: Sequence[int], x: str) -> tuple[str, list[str]]:  # noqa: PLR0911
    def all_are(test: Callable[[Any], bool]) -> bool:
        return all(test(y) for y in ys)

    if all_are(lambda y: isinstance(y, Set)):
        return "a set of labels", []
    if all_are(lambda y: isinstance(y, str)):
        few = len(set(ys)) * FEW <= len(ys) or not any(" " in y for y in ys)
        return ("a label", []) if few else ("a sequence", [])
    if all_are(lambda y: isinstance(y, Integral)):
        if len(set(ys)) * FEW > len(ys):
            return "a number", []
        return "a label", ["Y holds whole numbers, taken for labels. If they are amounts, give them as floats (3.0)."]
    if all_are(lambda y: isinstance(y, Real)):
        return "a number", []
    if all_are(lambda y: isinstance(y, Sequence | np.ndarray) and not isinstance(y, str)):
        if any(len(cast("Sequence[Any]", y)) != T for y, T in zip(ys, T_x, strict=True)):
            return "a sequence", []
        doubts: list[str] = []
        if len(ys) < 3:
            doubts.append(f"{len(ys)} pairs with T_x = T_y are few: give more, or name the task.")
        named = all_are(_are_labels)
        return ("a label per step" if named else "numbers per step"), doubts
    kinds = ", ".join(sorted({type(y).__name__ for y in ys}))
    raise DataError(f"Y holds values of the kinds {kinds}. Give a label, a number, a set of labels or a sequence each.")


def _steps(y: Any) -> int:
    return length(y) if isinstance(y, str) else len(y)


def _are_labels(y: Any) -> bool:
    return isinstance(y, StepLabels) or all(isinstance(label, str | Integral) for label in y)


def _shape(x: str, y: str, T_x: Sequence[int]) -> Shape:
    if y.endswith("per step"):
        return "many_to_many"
    if y == "a sequence":
        return "one_to_many" if x in {"nothing", "a class"} else "encoder_decoder"
    return "one_to_one" if x in {"numbers", "a class"} or max(T_x) == 1 else "many_to_one"


def _span(lengths: tuple[int, int]) -> str:
    return f"{lengths[0]:,}" if lengths[0] == lengths[1] else f"{lengths[0]:,}–{lengths[1]:,}"


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:59] + "…"
