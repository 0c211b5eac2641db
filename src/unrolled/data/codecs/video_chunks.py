"""A clip while it arrives: the last frame is carried, and the light of the first."""

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
        pixels: gives the frames of a chunk, (T, C, H, W), in the light of the first frame, if there was one, and that
            light: its mean and deviation.
        with_past: puts the frame before to each, given the last one of the chunk before.
        shape: of a frame, (C, H, W).
    """

    def __init__(
        self,
        pixels: Callable[[Any, tuple[float, float] | None], tuple[Tensor, tuple[float, float]]],
        with_past: Callable[[Tensor, Tensor | None], Tensor],
        shape: tuple[int, int, int],
    ) -> None:
        self._pixels, self._with_past, self._shape = pixels, with_past, shape
        self._last: Tensor | None = None
        self._light: tuple[float, float] | None = None

    def feed(self, chunk: Any, /) -> Ragged:
        """Return the steps of a chunk, as one sequence."""
        frames, self._light = self._pixels(chunk, self._light)
        found = self._with_past(frames, self._last)
        self._last = frames[-1].clone()
        return Ragged.from_list([found])

    def reset(self) -> None:
        """Begin another clip."""
        self._last = self._light = None

    @property
    def state(self) -> dict[str, Tensor]:
        """The last frame, (C, H, W) uint8, and the light, (2,) float64."""
        if self._last is None or self._light is None:
            return {}
        return {"frame": self._last.contiguous(), "light": torch.tensor(self._light, dtype=torch.float64)}

    @state.setter
    def state(self, state: Mapping[str, Tensor]) -> None:
        if not state:
            self.reset()
            return
        sound = set(state) == {"frame", "light"} and tuple(state["frame"].shape) == self._shape
        if not sound or state["light"].shape != (2,):
            raise DataError(f"The state of x holds {', '.join(state)}. Give one that a stream of this model gave.")
        self._last = state["frame"].cpu().to(torch.uint8).clone()
        mean, deviation = state["light"].cpu().double().numpy()
        self._light = float(mean), float(deviation)
