"""Clips: a file of moving pictures by what is known of it, and frames that are in memory already."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any, SupportsIndex, overload

import numpy as np
from numpy.typing import NDArray

from unrolled.data.fault import Fault

__all__ = ["Clip", "Frames", "frames_of"]


@dataclass(frozen=True)
class Clip:
    """A clip that lies in a file; its pixels are read where they are encoded.

    Equal to another of the same content, wherever that lies. A slice is the same file with fewer of its frames.

    Attributes:
        path: of the file.
        digest: of its content.
        times: (T,) of its frames, in seconds since the first one.
        seconds: how long it lasts.
        width, height: as it is shown: turned, and with square pixels.
        turned: by how many degrees, counter-clockwise, its frames are to be turned to be shown.
        broken: where and how it breaks off; "" where it is whole.
        first, end: which of the file's frames are meant.
    """

    path: str = field(compare=False)
    digest: str
    times: NDArray[np.float64] = field(compare=False, repr=False)
    seconds: float
    width: int
    height: int
    turned: int = 0
    broken: str = field(default="", compare=False)
    first: int = 0
    end: int = -1

    def __post_init__(self) -> None:
        """Take all frames where nothing else is said."""
        self.times.flags.writeable = False
        if self.end < 0:
            object.__setattr__(self, "end", len(self.times))

    def __len__(self) -> int:
        return self.end - self.first

    def __getitem__(self, index: slice, /) -> "Clip":
        start, stop, step = index.indices(len(self))
        if step != 1 or stop <= start:
            raise ValueError(f"{index} is no run of frames. Give clip[start:end].")
        times = self.times[self.first : self.end]
        end = float(times[stop]) if stop < len(self) else self.seconds
        seconds = end - float(times[start])
        return replace(self, first=self.first + start, end=self.first + stop, seconds=seconds)

    def __str__(self) -> str:
        return self.path

    @property
    def rate(self) -> float:
        """Frames per second, on average."""
        return len(self) / self.seconds if self.seconds > 0 else 0.0

    @property
    def whole(self) -> bool:
        """Whether all frames of the file are meant."""
        return len(self) == len(self.times)

    def places(self, rate: float, number: int) -> NDArray[np.int64]:
        """Return which of the file's frames are the steps, in order; one may be several steps.

        Args:
            rate: steps per second: each is the frame that is shown in the middle of its time; 0 takes every frame.
            number: how many steps, spread evenly over the clip; 0 for those of the rate.
        """
        times = self.times[self.first : self.end] - self.times[self.first]
        if not number and rate == 0:
            return np.arange(self.first, self.end)
        if not number:
            number, length = max(1, round(self.seconds * rate)), 1 / rate
        else:
            length = self.seconds / number
        middles = (np.arange(number) + 0.5) * length
        found = np.searchsorted(times, middles + 1e-9, side="right") - 1
        return self.first + np.clip(found, 0, len(times) - 1)


class Frames:
    """Frames in memory, (T, H, W, C) uint8, C = 1 for grey and 3 for red, green and blue; each is a step.

    >>> frames = Frames(np.zeros((5, 4, 6, 1), np.uint8))
    >>> len(frames), len(frames[1:3]), frames == Frames(np.zeros((5, 4, 6, 1), np.uint8))
    (5, 2, True)
    """

    __slots__ = ("pixels",)

    pixels: NDArray[np.uint8]

    def __init__(self, pixels: NDArray[np.uint8]) -> None:
        array = np.array(pixels, np.uint8)
        array.flags.writeable = False
        self.pixels = array

    def __len__(self) -> int:
        return len(self.pixels)

    @overload
    def __getitem__(self, index: SupportsIndex, /) -> NDArray[np.uint8]: ...
    @overload
    def __getitem__(self, index: slice, /) -> "Frames": ...
    def __getitem__(self, index: Any, /) -> Any:
        return Frames(self.pixels[index]) if isinstance(index, slice) else self.pixels[index]

    def __iter__(self) -> Iterator[NDArray[np.uint8]]:
        return iter(self.pixels)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:
        return np.array(self.pixels, dtype=dtype, copy=copy)

    def __eq__(self, other: object) -> bool:
        return np.array_equal(self.pixels, other.pixels) if isinstance(other, Frames) else NotImplemented

    def __hash__(self) -> int:
        return hash((self.pixels.shape, self.pixels.tobytes()))

    def __repr__(self) -> str:
        T, height, width, channels = self.pixels.shape
        return f"Frames({T} of {width} × {height}, {'grey' if channels == 1 else 'colour'})"


def frames_of(value: Any) -> Frames | Fault:
    """Return an array (T, H, W) or (T, H, W, C) as frames, or what it is instead; (H, W, C) is no clip.

    Numbers are whole, from 0 to 255, or fractions from 0 to 1.

    >>> len(frames_of(np.zeros((5, 4, 6)))), frames_of(np.full((5, 4, 6), 0.5)).pixels.max()
    (5, np.uint8(128))
    """
    way_out = "Give frames as an array (T, H, W) or (T, H, W, 3) of whole numbers from 0 to 255, or a path"
    try:
        array: NDArray[Any] = np.asarray(value)
    except (ValueError, TypeError):
        return Fault("frames of different sizes", way_out)
    if array.ndim not in (3, 4) or (array.ndim == 4 and array.shape[3] not in (1, 3)) or array.dtype.kind not in "iufb":
        return Fault(f"an array of shape {array.shape} and type {array.dtype}, which is no clip", way_out)
    if not array.size:
        return Fault(f"an array of shape {array.shape}, which is empty", "Give at least one frame, or leave it out")
    least, most = array.min(), array.max()
    if array.dtype.kind == "f":
        if not (least >= 0 and most <= 1):  # and NaN
            return Fault(f"fractions from {least:.4g} to {most:.4g}", way_out)
        array = np.rint(array * 255)
    elif least < 0 or most > 255:
        return Fault(f"numbers from {least} to {most}", way_out)
    array = array.astype(np.uint8)
    return Frames(array if array.ndim == 4 else array[..., None])
