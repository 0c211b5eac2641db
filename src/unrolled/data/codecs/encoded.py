"""Words and bases as the input layers take them."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch
from torch import Tensor

from unrolled.data.phrases import Bag
from unrolled.data.ragged import Ragged

__all__ = ["EncodedBases", "EncodedWords", "int64"]


@dataclass(frozen=True)
class EncodedWords:
    """A ragged batch of sentences, as the input layers take it; spelling is stored once for each distinct word.

    Attributes:
        indices: Ragged, rows (M,) int64: each word's index in the vocabulary.
        distinct: (M,) int64: which of the U distinct spellings each row has.
        affixes: (U, F) int64: indices of the affixes and shapes of each distinct word.
        spellings: the indices of the characters of each distinct word.
        phrases: for each kind of phrase, those that each text holds; while x arrives, those that each row completes.
    """

    indices: Ragged
    distinct: Tensor
    affixes: Tensor
    spellings: tuple[tuple[int, ...], ...]
    phrases: tuple[Bag, ...] = ()

    def __len__(self) -> int:
        return len(self.indices)

    @property
    def num_rows(self) -> int:
        """M, the words of all sentences."""
        return self.indices.num_rows

    @cached_property
    def characters(self) -> Ragged:
        """Ragged of U sequences, rows int64: the characters of each distinct word; made where they are read."""
        return Ragged(
            int64([index for spelling in self.spellings for index in spelling]),
            int64([len(spelling) for spelling in self.spellings]),
        )


@dataclass(frozen=True)
class EncodedBases:
    """A ragged batch of sequences of bases, as the input layer takes it.

    Attributes:
        spans: Ragged, rows (M, 4·span) float32: each base after those before it, four numbers each.
        places: (M,) int64: the place of each row within its sequence, from 0.
        phrases: the features of each sequence; while x arrives, those that each row completes.
        views: how many sequences in a row are views of one x, whose scores are averaged: 2 of both strands.
        turned: (N,) bool, which sequences are the other strand, so that what is found at each step is to be turned
            back; None where none is, or where there is one answer to all of x.
    """

    spans: Ragged
    places: Tensor
    phrases: tuple[Bag, ...] = ()
    views: int = 1
    turned: Tensor | None = None

    def __len__(self) -> int:
        return len(self.spans)

    @property
    def num_rows(self) -> int:
        """M, the bases of all sequences."""
        return self.spans.num_rows


def int64(numbers: Sequence[int]) -> Tensor:
    """A tensor (n,); torch.tensor takes five times as long over a list."""
    return torch.as_tensor(np.array(numbers, np.int64))
