"""From pictures to vectors: a small convolutional encoder, the same at every step."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, cast

import torch
from torch import Tensor, nn

from unrolled.data.ragged import Ragged, check_ragged
from unrolled.data.spaces import Images
from unrolled.errors import DataError
from unrolled.layers.dropout import dropout
from unrolled.layers.initialise import generator_or_default
from unrolled.settings import Settings, setting

__all__ = ["ImagesInput", "ImagesInputSettings"]

FIRST_KERNEL, KERNEL = 5, 3
PIECE = 512
"""Frames that go through the convolutions at once: memory does not grow with the length of a clip."""
MIDDLE, UNIT, UNIT_OF_CHANGE = 128.0, 40.0, 20.0
"""Of the numbers of a picture, from 0 to 255: what is read as 0, and how much as 1; of changes, which are small."""


@dataclass(frozen=True, kw_only=True)
class ImagesInputSettings(Settings):
    """What the vector of a frame is made of.

    Attributes:
        num_convolutions: layers of filters; each halves the sides.
        num_filters: of the first; each further layer has twice as many.
        frame_size: E, numbers of a frame's vector.
        frame_dropout: of what the filters found.
    """

    title: ClassVar[str] = "setting of the input"

    num_convolutions: int = setting(3, least=1, most=8)
    num_filters: int = setting(16, least=1, most=1024)
    frame_size: int = setting(128, least=1, most=65_536)
    frame_dropout: float = setting(0.2, below=1)


class ImagesInput(nn.Module):
    """x⟨t⟩ = ReLU(Wx f + bx), f what convolutions with ReLU and a stride of 2 find in the picture of the step.

    Of a picture before it, the difference is read. The rows are the frames of all clips one behind the other: no padded
    frame is computed. Convolution, then recurrence: LRCN (Donahue et al. 2015, arXiv:1411.4389v4).

    >>> layer = ImagesInput(Images(1, 12, 16, span=2), ImagesInputSettings(num_filters=2, frame_size=5))
    >>> layer(Ragged.from_list([torch.zeros(3, 2, 12, 16, dtype=torch.uint8)])).rows.shape
    torch.Size([3, 5])

    Args:
        space: the sizes of a picture.
        settings: how many filters.
        generator: where the weights are drawn from: normal with variance 2/inputs for filters (He et al. 2015,
            arXiv:1502.01852v1), uniform with variance 1/S for Wx (LeCun et al. 1998), since larger vectors close the
            gates of the recurrence before it has learnt; biases begin at zero.
    """

    def __init__(
        self, space: Images, settings: ImagesInputSettings, *, generator: torch.Generator | None = None
    ) -> None:
        super().__init__()
        generator = generator_or_default(generator)
        self.space, self.settings, self.size = space, settings, settings.frame_size
        channels, height, width = space.channels * space.span, space.height, space.width
        for i in range(settings.num_convolutions):
            filters, kernel = settings.num_filters * 2**i, KERNEL if i else FIRST_KERNEL
            drawn = torch.randn(filters, channels, kernel, kernel, generator=generator)
            self.register_parameter(f"W{i + 1}", nn.Parameter(drawn * math.sqrt(2 / (channels * kernel**2))))
            self.register_parameter(f"b{i + 1}", nn.Parameter(torch.zeros(filters)))
            channels, height, width = filters, (height + 1) // 2, (width + 1) // 2
        self.num_found = channels * height * width
        drawn = 2 * torch.rand(self.size, self.num_found, generator=generator) - 1
        self.Wx = nn.Parameter(drawn * math.sqrt(3 / self.num_found))
        self.bx = nn.Parameter(torch.zeros(self.size))

    def observe(self, x_counts: Tensor | None) -> None:
        """Take in nothing: pictures are not counted."""

    def forward(self, x: Ragged, noise: torch.Generator | None = None) -> Ragged:
        """Return x⟨t⟩, rows (M, E), of rows (M, span·C, H, W).

        Raises:
            DataError: the rows are not of that shape.
        """
        check_ragged("ImagesInput", x)
        space = self.space
        shape = (space.channels * space.span, space.height, space.width)
        if tuple(x.rows.shape[1:]) != shape:
            raise DataError(f"The pictures have rows {tuple(x.rows.shape)}. Give (M, {', '.join(map(str, shape))}).")
        pieces: Sequence[Tensor] = cast(Any, x.rows).split(PIECE)
        found = torch.cat([self._found(piece) for piece in pieces])
        rows = nn.functional.linear(dropout(found, self.settings.frame_dropout, noise), self.Wx, self.bx)
        return x.with_rows(torch.relu(rows))

    def symbols(self) -> Mapping[str, tuple[str, int]]:
        """Return the letters of the shapes."""
        symbols = {"C": ("channels of a frame and its change", self.space.channels * self.space.span)}
        for i in range(1, self.settings.num_convolutions + 1):
            symbols[f"F{i}"] = (f"filters of layer {i}", len(self._parameter(f"b{i}")))
        return {
            **symbols,
            "k1": ("side of the first filters", FIRST_KERNEL),
            "k": ("side of the others", KERNEL),
            "S": ("numbers that the filters find in a frame", self.num_found),
            "E": ("length of the vector of a frame", self.size),
        }

    def shapes(self) -> Mapping[str, tuple[str, ...]]:
        """Return the shape of each parameter in symbols."""
        shapes: dict[str, tuple[str, ...]] = {}
        for i in range(1, self.settings.num_convolutions + 1):
            side = "k" if i > 1 else "k1"
            shapes |= {f"W{i}": (f"F{i}", f"F{i - 1}" if i > 1 else "C", side, side), f"b{i}": (f"F{i}",)}
        return {**shapes, "Wx": ("E", "S"), "bx": ("E",)}

    def _found(self, pictures: Tensor) -> Tensor:
        """Return what the filters find in pictures (m, span·C, H, W): (m, S)."""
        rows = self._with_changes(pictures)
        for i in range(1, self.settings.num_convolutions + 1):
            W, b = self._parameter(f"W{i}"), self._parameter(f"b{i}")
            rows = torch.relu(nn.functional.conv2d(rows, W, b, stride=2, padding=W.shape[2] // 2))
        return rows.flatten(1)

    def _with_changes(self, pictures: Tensor) -> Tensor:
        """Return each picture in units; those before it as the change since the one before."""
        space, rows = self.space, pictures.to(self.Wx.dtype)
        each = rows.view(len(rows), space.span, space.channels, space.height, space.width)
        changes = each[:, :-1] - each[:, 1:]
        return torch.cat([(each[:, :1] - MIDDLE) / UNIT, changes / UNIT_OF_CHANGE], 1).flatten(1, 2)

    def _parameter(self, name: str) -> nn.Parameter:
        return self.get_parameter(name)
