"""From bases to vectors: a base with those before it, and its place."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor, nn

from unrolled.data.codecs.encoded import EncodedBases
from unrolled.data.ragged import Ragged
from unrolled.data.spaces import Bases
from unrolled.errors import DataError
from unrolled.layers.initialise import generator_or_default, table
from unrolled.settings import LARGEST_SIZE, Settings, setting

__all__ = ["BasesInput", "BasesInputSettings"]


@dataclass(frozen=True, kw_only=True)
class BasesInputSettings(Settings):
    """What the vector of a base is made of.

    Attributes:
        base_size: E, how many filters look at a base and those before it.
        place_size: length of the vector of its place in aligned sequences; 0 for none.
    """

    title: ClassVar[str] = "setting of the input"

    base_size: int = setting(48, least=1, most=LARGEST_SIZE)
    place_size: int = setting(16, most=LARGEST_SIZE)


class BasesInput(nn.Module):
    """x⟨t⟩ = [ReLU(Wx b⟨t⟩ + bx) | the row of `places` for t], b⟨t⟩ the base t after those before it, (4·span,).

    That is a convolution whose filters end at t, as those of Quang & Xie 2016 (DanQ, doi:10.1093/nar/gkw226) stand
    before their recurrence, so that a stream needs no base that is still to come. `places` is there where the sequences
    are aligned. Where the codec has further numbers for a base, they follow those of b⟨t⟩.

    >>> layer = BasesInput(Bases(span=2, places=5), BasesInputSettings(base_size=4, place_size=3))
    >>> layer(EncodedBases(Ragged(torch.zeros(2, 8), torch.tensor([2])), torch.tensor([0, 1]))).rows.shape
    torch.Size([2, 7])

    Args:
        space: how many bases a row holds, and how many places there are.
        settings: the sizes.
        generator: where the initial values come from: uniform with variance 1/span, since of four numbers one is 1, and
            with variance 1/size for places; 1/words for further numbers; `bx` begins at zero.
    """

    places: nn.Parameter | None

    def __init__(self, space: Bases, settings: BasesInputSettings, *, generator: torch.Generator | None = None) -> None:
        super().__init__()
        generator = generator_or_default(generator)
        self.space, self.settings = space, settings
        E, P = settings.base_size, settings.place_size if space.places else 0
        self.size = E + P
        bound = math.sqrt(3 / space.span)
        Wx = (2 * torch.rand(E, 4 * space.span, generator=generator) - 1) * bound
        if space.words:
            more = (2 * torch.rand(E, space.words, generator=generator) - 1) * math.sqrt(3 / space.words)
            Wx = torch.cat([Wx, more], 1)
        self.Wx = nn.Parameter(Wx)
        self.bx = nn.Parameter(torch.zeros(E))
        self.register_parameter("places", table(space.places, P, generator) if P else None)

    def observe(self, x_counts: Tensor | None) -> None:
        """Take in nothing: bases are not counted."""

    def forward(self, x: EncodedBases, noise: torch.Generator | None = None) -> Ragged:
        """Return x⟨t⟩, rows (M, E) or (M, E + P); nothing is dropped: that the codec does.

        Raises:
            DataError: the rows are not of that width.
        """
        if x.spans.rows.ndim != 2 or x.spans.rows.shape[1] != self.Wx.shape[1]:
            raise DataError(f"The bases have rows {tuple(x.spans.rows.shape)}. Give (M, {self.Wx.shape[1]}).")
        rows = torch.relu(nn.functional.linear(x.spans.rows.to(self.Wx.dtype), self.Wx, self.bx))
        if self.places is not None:
            rows = torch.cat([rows, nn.functional.embedding(x.places, self.places)], 1)
        return x.spans.with_rows(rows)

    def symbols(self) -> Mapping[str, tuple[str, int]]:
        """Return the letters of the shapes."""
        size = {"S": ("numbers of a base and those before it", self.Wx.shape[1]), "E": ("filters", len(self.bx))}
        if self.places is None:
            return size
        L, P = self.places.shape
        return {**size, "L": ("places of a sequence", L), "Ep": ("length of the vector of a place", P)}

    def shapes(self) -> Mapping[str, tuple[str, ...]]:
        """Return the shape of each parameter in symbols."""
        shapes: dict[str, tuple[str, ...]] = {"Wx": ("E", "S"), "bx": ("E",)}
        return shapes if self.places is None else {**shapes, "places": ("L", "Ep")}
