"""What a chain of labels says of sequences that are read again every epoch: kept, as far as it fits."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from unrolled.data.label_chain import LabelChain

__all__ = ["KeptChain"]

AT_ONCE, MOST_AT_ONCE, MOST_KEPT = 400_000, 64, 12_000_000
"""Bases that the chain reads side by side, sequences likewise, and bases of which it keeps what it found."""

Key: TypeAlias = tuple[str, int | None]
Rows: TypeAlias = NDArray[np.float16]


@dataclass(frozen=True)
class KeptChain:
    """A chain, and what it said of the last sequences: of 12 million bases, in 2 bytes a number.

    Attributes:
        chain: what reads them.
    """

    chain: LabelChain
    _seen: dict[Key, Rows] = field(default_factory=dict[Key, Rows], init=False, repr=False, compare=False)

    @property
    def size(self) -> int:
        """How many numbers a base has: sums of words and what the chain says."""
        return self.chain.words.size + self.chain.size

    def read(self, texts: Sequence[Key]) -> list[Rows]:
        """Return (T, chain.size) of each whole text in capitals, given with the part that a training sequence is of."""
        new = sorted({text for text in texts if text not in self._seen}, key=lambda each: len(each[0]))
        found: dict[Key, Rows] = {}
        while new:
            size = max(1, min(AT_ONCE // len(new[-1][0]), MOST_AT_ONCE))
            some, new = new[-size:], new[:-size]
            found.update(
                zip(some, self.chain.rows([text for text, _ in some], [part for _, part in some]), strict=True)
            )
        given = [found[text] if text in found else self._seen[text] for text in texts]
        if sum(map(len, self._seen.values())) + sum(map(len, found.values())) > MOST_KEPT:
            self._seen.clear()
        self._seen.update(found)
        return given
