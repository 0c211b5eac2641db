"""A clip while it arrives: the last frame is carried."""

from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import Tensor

from unrolled.data.ragged import Ragged
from unrolled.errors import DataError

__all__ = ["VideoChunks"]


class VideoChunks:
    """Frames, or files of them, that arrive one after another.

    Args:
        pixels: gives the frames of a chunk, (T, C, H, W).
        with_past: puts the frame before to each, given the last one of the chunk before.
        shape: of a frame, (C, H, W).
    """

    def __init__(
        self,
        pixels: Callable[[Any], Tensor],
        with_past: Callable[[Tensor, Tensor | None], Tensor],
        shape: tuple[int, int, int],
    ) -> None:
        self._pixels, self._with_past, self._shape = pixels, with_past, shape
        self._last: Tensor | None = None

    def feed(self, chunk: Any, /) -> Ragged:
        """Return the steps of a chunk, as one sequence."""
        frames = self._pixels(chunk)
        found = self._with_past(frames, self._last)
        self._last = frames[-1].clone()
        return Ragged.from_list([found])

    def reset(self) -> None:
        """Begin another clip."""
        self._last = None

    @property
    def state(self) -> dict[str, Tensor]:
        """The last frame, (C, H, W) uint8."""
        return {} if self._last is None else {"frame": self._last.contiguous()}

    @state.setter
    def state(self, state: Mapping[str, Tensor]) -> None:
        if not state:
            self._last = None
            return
        if set(state) != {"frame"} or tuple(state["frame"].shape) != self._shape:
            raise DataError(f"The state of x holds {', '.join(state)}. Give one that a stream of this model gave.")
        self._last = state["frame"].cpu().to(torch.uint8).clone()
