"""Labels of coding bases by their place in the codon, counted across what stands between the exons of a gene."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

__all__ = ["CODON", "Codons"]

CODON = 3
"""Bases of a codon."""

Codes: TypeAlias = NDArray[np.int64]


@dataclass(frozen=True)
class Codons:
    """States of bases: a label and a phase, which is counted from where a gene begins; outside of genes there is none.

    The phase of a coding base is its place in the codon, 0 to 2; that of another base of a gene, such as an intron's,
    is the phase of the next coding one. A class is what can be told of a base for itself: a coding label's phase, and
    any other label as it is. Labels that end in - are read from the other end.

    >>> codons = Codons.of(("exon", "intron", "none"), ("exon",), "none")
    >>> codons.states([2, 0, 0, 1, 1, 0, 0, 2]).tolist()
    [6, 0, 1, 5, 5, 2, 0, 6]

    Attributes:
        labels: (S,), the label of each state.
        classes: (S,), its class.
        phases: (S,), its phase.
        coding, backward: (K,) of each label: whether it is a coding one, and whether it is read from the other end.
        background: the label of no gene; None where every base is in one.
    """

    labels: tuple[int, ...]
    classes: tuple[int, ...]
    phases: tuple[int, ...]
    coding: tuple[bool, ...]
    backward: tuple[bool, ...]
    background: int | None

    @classmethod
    def of(cls, names: Sequence[str], coding: Sequence[str], background: str | None) -> "Codons":
        """Return the states of labels; a coding label is named with or without its strand."""
        is_coding = tuple(name in coding or (name[-1:] in "+-" and name[:-1] in coding) for name in names)
        labels: list[int] = []
        classes: list[int] = []
        phases: list[int] = []
        for label, name in enumerate(names):
            new = max(classes, default=-1) + 1
            count = 1 if name == background else CODON
            labels += [label] * count
            phases += range(count)
            classes += [new + phase * is_coding[label] for phase in range(count)]
        place = None if background is None else list(names).index(background)
        backward = tuple(name.endswith("-") for name in names)
        return cls(tuple(labels), tuple(classes), tuple(phases), is_coding, backward, place)

    @property
    def frames(self) -> tuple[tuple[int, int, int, bool], ...]:
        """The classes of the three phases of each coding label, and whether it is read from the other end."""
        found: list[tuple[int, int, int, bool]] = []
        for label, coding in enumerate(self.coding):
            if coding and label != self.background:
                a, b, c = (kind for of, kind in zip(self.labels, self.classes, strict=True) if of == label)
                found.append((a, b, c, self.backward[label]))
        return tuple(found)

    def states(self, codes: Sequence[int] | NDArray[np.integer]) -> Codes:
        """Return the state of each base of a whole sequence, (T,), from its labels."""
        given = np.asarray(codes, np.int64)
        first = np.searchsorted(np.array(self.labels), np.arange(len(self.coding)))
        forward = self._phases(given, backward=False)
        back = self._phases(given[::-1], backward=True)[::-1]
        return first[given] + np.where(np.array(self.backward)[given], back, forward)

    def partners(self, labels: Sequence[int]) -> tuple[int, ...]:
        """Return for each state that of the other strand, from the labels' partners.

        A label that is the same on both strands is counted from the first base on; of a gene of whole codons the
        phases of the other strand are then the rest to a codon.
        """
        place = {(label, phase): i for i, (label, phase) in enumerate(zip(self.labels, self.phases, strict=True))}
        found: list[int] = []
        for label, phase in zip(self.labels, self.phases, strict=True):
            if labels[label] != label or label == self.background:
                found.append(place[labels[label], phase])
            else:
                found.append(place[label, (CODON - self.coding[label] - phase) % CODON])
        return tuple(found)

    def _phases(self, codes: Codes, *, backward: bool) -> Codes:
        counts = np.array(
            [coding and back == backward for coding, back in zip(self.coding, self.backward, strict=True)]
        )
        coding = counts[codes]
        before = np.cumsum(coding)
        background = codes == (-1 if self.background is None else self.background)
        begun = np.maximum.accumulate(np.where(background, before, 0)) if len(codes) else before
        phases = (before - begun - coding) % CODON
        return np.where(background, 0, phases)
