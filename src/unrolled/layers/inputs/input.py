"""What an input layer is: the only code that knows what x is."""

from collections.abc import Mapping
from typing import Any, Protocol

import torch
from torch import Tensor

from unrolled.data.ragged import Ragged

__all__ = ["Input"]


class Input(Protocol):
    """From what a codec encoded to the vectors that a recurrent layer reads."""

    size: int
    """D, the width of the rows that it gives."""

    def observe(self, x_counts: Tensor | None) -> None:
        """Take in how often each symbol occurs in the training data, (V,)."""
        ...

    def __call__(self, x: Any, noise: torch.Generator | None = None) -> Ragged:
        """Return x⟨t⟩, rows (M, D); `noise` draws what training drops, None drops nothing."""
        ...

    def symbols(self) -> Mapping[str, tuple[str, int]]:
        """Return the letters of the shapes, what each stands for, and its value."""
        ...

    def shapes(self) -> Mapping[str, tuple[str, ...]]:
        """Return the shape of each parameter in symbols, in the order of the computation."""
        ...
