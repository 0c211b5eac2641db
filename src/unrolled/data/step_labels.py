"""A label for each of many steps, held in two bytes each: sequences of bases are of thousands and more."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import overload

import numpy as np
from numpy.typing import NDArray

__all__ = ["StepLabels", "distinct_labels", "label_counts", "run_starts", "step_codes"]

Codes = NDArray[np.uint16]


class StepLabels(Sequence[str]):
    """The labels of the steps of one example: a sequence of texts, equal to a tuple of the same texts.

    >>> labels = StepLabels(("exon", "none"), np.array([1, 0, 0], np.uint16))
    >>> list(labels), labels[1:] == ("exon", "exon"), labels.runs()
    (['none', 'exon', 'exon'], True, [(0, 1, 'none'), (1, 3, 'exon')])

    Args:
        names: of the labels.
        codes: (T,) uint16, the index of each step's name.
    """

    __slots__ = ("codes", "names")

    def __init__(self, names: Sequence[str], codes: Codes) -> None:
        self.names, self.codes = tuple(names), codes

    @classmethod
    def of(cls, labels: Iterable[str]) -> "StepLabels":
        """Return labels that are given one by one."""
        places: dict[str, int] = {}
        codes = np.array([places.setdefault(label, len(places)) for label in labels], np.uint16)
        return cls(tuple(places), codes)

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> "StepLabels": ...
    def __getitem__(self, index: int | slice) -> "str | StepLabels":
        if isinstance(index, slice):
            return StepLabels(self.names, self.codes[index])
        return self.names[int(self.codes[index])]

    def __len__(self) -> int:
        return len(self.codes)

    def __eq__(self, other: object) -> bool:
        if isinstance(other, StepLabels):
            names = list(dict.fromkeys((*self.names, *other.names)))
            own, others = step_codes(self, names), step_codes(other, names)
            return len(own) == len(others) and bool((own == others).all())
        return tuple(self) == other

    def __hash__(self) -> int:
        return hash((len(self), *(self[i] for i in range(min(len(self), 64)))))

    def __repr__(self) -> str:
        shown = ", ".join(f"{label!r} × {end - start}" for start, end, label in self.runs()[:6])
        return f"StepLabels({shown}{', …' if len(self.runs()) > 6 else ''})"

    def runs(self) -> list[tuple[int, int, str]]:
        """Return the stretches of one label: the first step, the one after the last, and the label."""
        starts = run_starts(self.codes)
        ends = [*starts[1:], len(self.codes)]
        return [(int(a), int(b), self.names[self.codes[a]]) for a, b in zip(starts, ends, strict=True)]


def run_starts(codes: NDArray[np.generic]) -> list[int]:
    """Return where each stretch of one code begins.

    >>> run_starts(np.array([3, 3, 1]))
    [0, 2]
    """
    if not len(codes):
        return []
    changes = np.nonzero(codes[1:] != codes[:-1])[0] + 1
    return [0, *changes.tolist()]


def step_codes(labels: Sequence[str], names: Sequence[str], missing: int = -1) -> NDArray[np.int64]:
    """Return (T,): the index of each step's label among names, `missing` where it is none of them.

    >>> step_codes(("b", "a", "c"), ("a", "b")).tolist()
    [1, 0, -1]
    """
    places = {name: i for i, name in enumerate(names)}
    if isinstance(labels, StepLabels):
        table = np.array([places.get(name, missing) for name in labels.names], np.int64)
        return table[labels.codes] if len(table) else np.zeros(0, np.int64)
    return np.fromiter((places.get(label, missing) for label in labels), np.int64, len(labels))


def distinct_labels(labels: Sequence[str]) -> set[str]:
    """Return the labels that occur.

    >>> sorted(distinct_labels(("b", "a", "b")))
    ['a', 'b']
    """
    if isinstance(labels, StepLabels):
        return {labels.names[code] for code in np.unique(labels.codes).tolist()}
    return set(labels)


def label_counts(labels: Sequence[str]) -> Counter[str]:
    """Return how often each label occurs.

    >>> sorted(label_counts(("b", "a", "b")).items())
    [('a', 1), ('b', 2)]
    """
    if isinstance(labels, StepLabels):
        counts = np.bincount(labels.codes, minlength=len(labels.names)).tolist()
        return Counter({name: count for name, count in zip(labels.names, counts, strict=True) if count})
    return Counter(labels)
