"""Vectors as they are, or after a dense projection."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor, nn

from unrolled.data.ragged import Ragged, check_ragged
from unrolled.data.spaces import Vectors
from unrolled.errors import DataError
from unrolled.layers.initialise import generator_or_default, xavier_uniform
from unrolled.settings import LARGEST_SIZE, Settings, setting

__all__ = ["VectorsInput", "VectorsInputSettings"]


@dataclass(frozen=True, kw_only=True)
class VectorsInputSettings(Settings):
    """What is done with the vectors.

    Attributes:
        input_size: each vector is projected to so many numbers, Wx x⟨t⟩ + bx; 0 leaves it as it is.
    """

    title: ClassVar[str] = "setting of the input"

    input_size: int = setting(0, most=LARGEST_SIZE)


class VectorsInput(nn.Module):
    """x⟨t⟩ itself, or Wx x⟨t⟩ + bx with `Wx` (E, S), Xavier-uniform at first, and `bx` (E,), zero at first.

    >>> layer = VectorsInput(Vectors(3), VectorsInputSettings(input_size=4))
    >>> layer(Ragged.from_list([torch.ones(2, 3)])).rows.shape
    torch.Size([2, 4])

    Args:
        space: S numbers a step.
        settings: whether they are projected.
        generator: where the weights are drawn from.
    """

    Wx: nn.Parameter | None
    bx: nn.Parameter | None

    def __init__(
        self, space: Vectors, settings: VectorsInputSettings, *, generator: torch.Generator | None = None
    ) -> None:
        super().__init__()
        self.space, self.settings = space, settings
        E = settings.input_size
        self.size = E or space.size
        self.register_parameter("Wx", xavier_uniform(1, E, space.size, generator_or_default(generator)) if E else None)
        self.register_parameter("bx", nn.Parameter(torch.zeros(E)) if E else None)

    def observe(self, x_counts: Tensor | None) -> None:
        """Take in nothing: vectors are not counted."""

    def forward(self, x: Ragged, noise: torch.Generator | None = None) -> Ragged:
        """Return x⟨t⟩, rows (M, E) or (M, S), of rows (M, S).

        Raises:
            DataError: the rows are not of that width.
        """
        check_ragged("VectorsInput", x)
        if x.rows.ndim != 2 or x.rows.shape[1] != self.space.size:
            raise DataError(f"The vectors have rows {tuple(x.rows.shape)}. Give (M, {self.space.size}).")
        if self.Wx is None:
            return x
        return x.with_rows(nn.functional.linear(x.rows.to(self.Wx.dtype), self.Wx, self.bx))

    def symbols(self) -> Mapping[str, tuple[str, int]]:
        """Return the letters of the shapes."""
        size = {"S": ("numbers of a vector", self.space.size)}
        return size if self.Wx is None else {**size, "E": ("numbers of its projection", self.size)}

    def shapes(self) -> Mapping[str, tuple[str, ...]]:
        """Return the shape of each parameter in symbols."""
        return {} if self.Wx is None else {"Wx": ("E", "S"), "bx": ("E",)}
