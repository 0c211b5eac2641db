"""Runs of bases as features of a sequence: each at its place where places mean the same, else wherever they stand."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from unrolled.data.bases import indices_of
from unrolled.data.phrases import Bag

__all__ = ["Kmers", "bag_of"]

SHORTEST = 2
MOST = 2_000_000
"""The most features: longer windows have shorter runs."""

Numbers = NDArray[np.int64]


@dataclass(frozen=True)
class Kmers:
    """All runs of 2 to `longest` bases, none of which is a code of several bases.

    >>> kmers = Kmers(2, length=3)
    >>> kmers.size, kmers.bag(["ACA", "ACN"]).indices.tolist(), kmers.bag(["ACA", "ACN"]).offsets.tolist()
    (32, [1, 20, 1], [0, 2, 3])
    >>> Kmers(2).size, Kmers(2).bag(["ACAC"]).indices.tolist()
    (16, [1, 4])

    Attributes:
        longest: how many bases a run has at most; 0 for no runs.
        length: T of all sequences, where the same run at another place is another feature; 0 where it is not.
    """

    longest: int
    length: int = 0

    @property
    def size(self) -> int:
        """P, how many features there are."""
        return sum(self._size(k) for k in self._lengths())

    def bag(self, sequences: Sequence[str]) -> Bag:
        """Return the distinct features of each sequence."""
        return bag_of([self.distinct(bases) for bases in sequences])

    def distinct(self, bases: str) -> Numbers:
        """Return the features of a sequence, each once, (F,)."""
        return np.unique(self.found(indices_of(bases))[0])

    def arrivals(self, bases: str, tail: int, before: int, seen: NDArray[np.bool_]) -> Bag:
        """Return, for each base after the first `tail`, the features that it completes and that were not seen.

        Args:
            bases: those that have arrived, after the last `tail` of those before.
            tail: how many.
            before: how many bases of the sequence stand before all these.
            seen: (P,), the features that stood before; those that arrive are marked in it.
        """
        features, ends = self.found(indices_of(bases), before)
        each: list[Numbers] = []
        for place in range(tail, len(bases)):
            new = np.unique(features[ends == place])
            each.append(new[~seen[new]])
            seen[new] = True
        return bag_of(each)

    def places(self, bases: str) -> tuple[tuple[Numbers, Numbers, Numbers], ...]:
        """Return, as `Phrases.places` does, the features wherever they stand: index, first and last base, (P,) each."""
        features, ends, sizes = self._found(indices_of(bases), 0)
        return ((features, ends - sizes + 1, ends),)

    def found(self, indices: Numbers, before: int = 0) -> tuple[Numbers, Numbers]:
        """Return the features of bases 0 to 3, -1 for none, that stand after `before` others, and where each ends."""
        return self._found(indices, before)[:2]

    def _found(self, indices: Numbers, before: int) -> tuple[Numbers, Numbers, Numbers]:
        features: list[Numbers] = []
        ends: list[Numbers] = []
        sizes: list[Numbers] = []
        offset = 0
        for k in self._lengths():
            if len(indices) >= k:
                runs = np.lib.stride_tricks.sliding_window_view(indices, k)
                starts = np.nonzero((runs >= 0).all(1))[0]
                codes = runs[starts] @ (4 ** np.arange(k - 1, -1, -1))
                if self.length:
                    inside = starts + before + k <= self.length
                    starts, codes = starts[inside], codes[inside]
                    codes = codes + (starts + before) * 4**k
                features.append(codes + offset)
                ends.append(starts + k - 1)
                sizes.append(np.full(len(starts), k))
            offset += self._size(k)
        if not features:
            nothing = np.zeros(0, np.int64)
            return nothing, nothing, nothing
        return np.concatenate(features), np.concatenate(ends), np.concatenate(sizes)

    def _lengths(self) -> list[int]:
        lengths: list[int] = []
        for k in range(SHORTEST, self.longest + 1):
            if self._size(k) > 0 and sum(map(self._size, [*lengths, k])) <= MOST:
                lengths.append(k)
        return lengths

    def _size(self, k: int) -> int:
        return 4**k * (max(self.length - k + 1, 0) if self.length else 1)


def bag_of(each: Sequence[Numbers]) -> Bag:
    """Return the features of each sequence, or step, as one bag."""
    offsets = np.zeros(len(each) + 1, np.int64)
    offsets[1:] = np.cumsum([len(indices) for indices in each])
    joined = np.concatenate(each) if each else np.zeros(0, np.int64)
    return Bag(torch.as_tensor(joined.astype(np.int64)), torch.as_tensor(offsets))
