"""How well the bases round a base go with each label: Markov chains of bases, counted on labelled sequences."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from unrolled.data.bases import indices_of, other_strand
from unrolled.data.codons import CODON

__all__ = ["FOLDS", "LabelWords", "part_of", "words_ending"]

Floats: TypeAlias = NDArray[np.float32]
Codes: TypeAlias = NDArray[np.int64]
Frames: TypeAlias = tuple[tuple[int, int, int, bool], ...]

FOLDS = 10
"""A training sequence is read by what was counted on the other parts, of which there are so many."""
PRIOR = 8.0
LOWEST, SCALE = -3.0, 0.3
"""Of the sums: of a word's log-ratio no less is taken, so that a stop codon beyond an end is no more than a sign."""


@dataclass(frozen=True)
class LabelWords:
    """Log-ratios of words of bases: log P(base | those before it, class) - log P(base | those before it).

    Each order of the chain is drawn towards the one below it by 8 bases. Of a coding label's phases, the classes change
    from base to base as the phase does. Sums over 2·w + 1 bases are divided by its root, and made smaller.

    Attributes:
        tables: (FOLDS + 1, C, 4^k) float32: without each part of the training data, then of all.
        frames: the classes of the phases of each coding label, and whether they run backwards.
        windows: of each sum, how many bases on either side.
    """

    tables: Floats = field(repr=False)
    frames: Frames
    windows: tuple[int, ...]

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, LabelWords)
            and (self.frames, self.windows) == (other.frames, other.windows)
            and np.array_equal(self.tables, other.tables)
        )

    def __hash__(self) -> int:
        return hash((self.frames, self.windows, self.tables.shape))

    @classmethod
    def counted(
        cls,
        sequences: Iterable[tuple[str, Codes]],
        partners: Sequence[int],
        frames: Frames,
        bases: int,
        windows: tuple[int, ...],
    ) -> "LabelWords":
        """Count both strands of sequences, given with the class of each base.

        Args:
            sequences: in capitals, and (T,) int64 each.
            partners: (C,): the class on the other strand.
            frames, windows: as above.
            bases: k, the length of the words.
        """
        counts = [np.zeros((FOLDS, len(partners), 4 ** (k + 1))) for k in range(bases)]
        others = np.array(partners)
        for text, classes in sequences:
            part = part_of(text)
            for strand, own in ((text, classes), (other_strand(text), others[classes[::-1]])):
                for k, table in enumerate(counts):
                    words = words_ending(strand, k + 1)
                    seen = own[words >= 0] * 4 ** (k + 1) + words[words >= 0]
                    table[part] += np.bincount(seen, minlength=table[part].size).reshape(table[part].shape)
        totals = [table.sum(0) for table in counts]
        parts = [[total - table[part] for total, table in zip(totals, counts, strict=True)] for part in range(FOLDS)]
        return cls(np.stack([_ratios(each) for each in (*parts, totals)]), frames, windows)

    @property
    def size(self) -> int:
        """How many numbers a base has."""
        return self.tables.shape[1] * len(self.windows)

    @property
    def bases(self) -> int:
        """k, the length of the words."""
        return (self.tables.shape[2].bit_length() - 1) // 2

    @property
    def margin(self) -> int:
        """How many bases on either side are looked at."""
        return max(self.windows) + self.bases - 1

    def rows(self, text: str, part: int | None = None) -> Floats:
        """Return (T, size) of a text in capitals; `part` is that of a training sequence, which is left out."""
        words = words_ending(text, self.bases)
        table = self.tables[FOLDS if part is None else part]
        scores = np.where(words < 0, np.float32(0), table[:, np.maximum(words, 0)]).astype(np.float64)  # (C, T)
        scores = np.maximum(scores, LOWEST)
        T, places = len(text), np.arange(len(text))
        lines = scores.copy()
        for *classes, backward in self.frames:
            for q in range(CODON):  # as if base 0 had phase q
                phases = (q - places if backward else q + places) % CODON
                lines[classes[q]] = np.array([scores[kind] for kind in classes])[phases, places]
        sums = np.concatenate([np.zeros((len(lines), 1)), np.cumsum(lines, 1)], 1)
        found: list[NDArray[np.float64]] = []
        for window in self.windows:
            ends, starts = np.minimum(places + window + 1, T), np.maximum(places - window, 0)
            each = (sums[:, ends] - sums[:, starts]) / np.sqrt(2 * window + 1) * SCALE
            turned = each.copy()
            for *classes, backward in self.frames:
                for p in range(CODON):  # the line in which base t has phase p
                    q = (p + places if backward else p - places) % CODON
                    turned[classes[p]] = each[np.array(classes)[q], places]
            found.append(turned)
        return np.concatenate(found).T.astype(np.float32)


def part_of(text: str) -> int:
    """Return the part of the training data that a sequence is of, whatever else is in them."""
    return crc32(text.encode("ascii")) % FOLDS


def words_ending(text: str, k: int) -> Codes:
    """Return (T,), the number of the word of k bases that ends at each base; -1 where a base of it is unknown.

    >>> words_ending("ACGNA", 2).tolist()
    [-1, 1, 6, -1, -1]
    """
    codes = indices_of(text)
    padded = np.concatenate([np.full(k - 1, -1), codes])
    parts = [padded[i : i + len(codes)] for i in range(k)]
    number = np.zeros(len(codes), np.int64)
    for part in parts:
        number = number * 4 + part
    return np.where(np.min(parts, axis=0) < 0, -1, number)


def _ratios(counts: Sequence[NDArray[np.float64]]) -> Floats:
    """Return (C, 4^k) from the counts (C, 4), (C, 16), … of classes."""
    return (_smoothed(counts) - _smoothed([table.sum(0, keepdims=True) for table in counts])).astype(np.float32)


def _smoothed(counts: Sequence[NDArray[np.float64]]) -> NDArray[np.float64]:
    number = len(counts[0])
    p = np.full((number, 1, 4), 0.25)
    for table in counts:
        found = table.reshape(number, -1, 4)
        p = np.tile(p, (1, found.shape[1] // p.shape[1], 1))  # whatever base stands one further back
        p = (found + PRIOR * p) / (found.sum(2, keepdims=True) + PRIOR)
    return np.log(p).reshape(number, -1)
