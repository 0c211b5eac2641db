"""From indices to vectors: a row of a table for each class."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor, nn

from unrolled.data.ragged import Ragged, check_ragged
from unrolled.data.spaces import Classes
from unrolled.layers.initialise import generator_or_default, table
from unrolled.settings import LARGEST_SIZE, Settings, setting

__all__ = ["IndicesInput", "IndicesInputSettings"]


@dataclass(frozen=True, kw_only=True)
class IndicesInputSettings(Settings):
    """What the vector of an index is.

    Attributes:
        embedding_size: length of the vectors.
    """

    title: ClassVar[str] = "setting of the input"

    embedding_size: int = setting(100, least=1, most=LARGEST_SIZE)


class IndicesInput(nn.Module):
    """x⟨t⟩ = the row of `embedding` (V, E) that the index names: what a product with its one-hot vector gives.

    >>> layer = IndicesInput(Classes(5), IndicesInputSettings(embedding_size=3))
    >>> layer(Ragged.from_list([torch.tensor([4, 0])])).rows.shape
    torch.Size([2, 3])

    Args:
        space: V classes.
        settings: how long the vectors are.
        generator: where the initial values come from: uniform with variance 1/E.
    """

    def __init__(
        self, space: Classes, settings: IndicesInputSettings, *, generator: torch.Generator | None = None
    ) -> None:
        super().__init__()
        self.space, self.settings = space, settings
        self.size = settings.embedding_size
        self.embedding = table(space.num, self.size, generator_or_default(generator))

    def observe(self, x_counts: Tensor | None) -> None:
        """Take in nothing: no class is treated otherwise for being rare."""

    def forward(self, x: Ragged, noise: torch.Generator | None = None) -> Ragged:
        """Return x⟨t⟩, rows (M, E), of int64 rows (M,); nothing is dropped."""
        check_ragged("IndicesInput", x)
        return x.with_rows(nn.functional.embedding(x.rows, self.embedding))

    def symbols(self) -> Mapping[str, tuple[str, int]]:
        """Return the letters of the shapes."""
        return {"V": ("classes of x⟨t⟩", self.space.num), "E": ("length of the vector of a class", self.size)}

    def shapes(self) -> Mapping[str, tuple[str, ...]]:
        """Return the shape of each parameter in symbols."""
        return {"embedding": ("V", "E")}
