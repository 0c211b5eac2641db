"""Words as the input layers take them."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch
from torch import Tensor

from unrolled.data.phrases import Bag
from unrolled.data.ragged import Ragged

__all__ = ["EncodedWords", "int64"]


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

    @cached_property
    def characters(self) -> Ragged:
        """Ragged of U sequences, rows int64: the characters of each distinct word; made where they are read."""
        return Ragged(
            int64([index for spelling in self.spellings for index in spelling]),
            int64([len(spelling) for spelling in self.spellings]),
        )


def int64(numbers: Sequence[int]) -> Tensor:
    """A tensor (n,); torch.tensor takes five times as long over a list."""
    return torch.as_tensor(np.array(numbers, np.int64))
