"""Clips that are made up: a disc with a mouth, for examples and tests. No camera saw any of it.

Four things can be told of the figure in a frame: how wide its mouth is open, where it stands between left and right,
how large it is, and where its mouth points. The frames of a clip are drawn first, each of the four at random in each
frame; then they are put in the order of the clip's kind, one of eight: by the one of the four that it names, rising or
falling. The other three jump about. So the kinds differ in the order of their frames alone: no frame, and no heap of
frames, tells anything of the kind.

Light, height, range of sizes, lengths and rates differ from clip to clip, half of them have a bright figure on a dark
ground. Every number is drawn by `random.Random(seed).random()`; the files are AVI with MJPEG, by PyAV, without a date.
"""

import math
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from unrolled.data.moving_pictures import pyav

__all__ = ["KINDS", "MadeUpClip", "made_up_clip", "made_up_clips", "write_clip", "write_clips"]

KINDS = ("closes", "opens", "left", "right", "shrinks", "grows", "counter-clockwise", "clockwise")
"""In twos, by falling and by rising values of each of the four."""
WIDTH, HEIGHT = 64, 48
RATES = (10, 12, 15, 20, 25, 30)


@dataclass(frozen=True)
class MadeUpClip:
    """One clip.

    Attributes:
        kind: one of KINDS.
        rate: frames per second.
        frames: (T, HEIGHT, WIDTH, 3) uint8.
    """

    kind: str
    rate: int
    frames: NDArray[np.uint8]


def made_up_clips(number: int, seed: int) -> Iterator[MadeUpClip]:
    """Yield so many clips, the kinds in turn.

    >>> [clip.kind for clip in made_up_clips(3, seed=1)]
    ['closes', 'opens', 'left']
    """
    for n in range(number):
        yield made_up_clip(KINDS[n % len(KINDS)], random.Random(f"{seed} {n}"))


def made_up_clip(kind: str, chance: random.Random) -> MadeUpClip:
    """Return a clip of a kind; from the same chance, clips of all kinds have the same frames in another order."""
    rate = RATES[int(chance.random() * len(RATES))]
    length = max(6, round((0.8 + 0.8 * chance.random()) * rate))
    states = [[chance.random() for _ in range(4)] for _ in range(length)]
    number = KINDS.index(kind)
    states.sort(key=lambda state: state[number // 2], reverse=number % 2 == 0)
    return MadeUpClip(kind, rate, _drawn(states, chance))


def _drawn(states: Sequence[Sequence[float]], chance: random.Random) -> NDArray[np.uint8]:
    """Return the frames; what `chance` draws here is the same for all of them."""

    def uniform(low: float, high: float) -> float:
        return low + (high - low) * chance.random()

    dark, bright = uniform(10, 70), uniform(150, 245)
    ground, figure = (dark, bright) if chance.random() < 0.5 else (bright, dark)
    tints = [[level + uniform(-10, 10) for _ in range(3)] for level in (ground, figure)]
    middle, radius, tilt = HEIGHT * uniform(0.45, 0.55), uniform(12, 15), uniform(-0.15, 0.15)
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH] + 0.5
    frames: list[NDArray[np.uint8]] = []
    for opened, place, size, turn in states:
        r = radius * (0.65 + 0.6 * size)
        dx, dy = x - WIDTH * (0.3 + 0.4 * place), y - middle
        direction = -math.pi / 2 + tilt + (turn - 0.5) * 2.8  # up, and clockwise from there, as y grows downwards
        half = 0.15 + 1.1 * opened
        off = np.abs((np.arctan2(dy, dx) - direction + math.pi) % (2 * math.pi) - math.pi)
        distance = np.hypot(dx, dy)
        inside = np.clip(r - distance + 0.5, 0, 1) * np.clip((off - half) * distance + 0.5, 0, 1)
        picture = inside[..., None] * tints[1] + (1 - inside[..., None]) * tints[0]
        frames.append(np.clip(np.rint(picture), 0, 255).astype(np.uint8))
    return np.stack(frames)


def write_clip(path: Path, frames: NDArray[np.uint8], rate: int) -> None:
    """Write frames (T, H, W, 3) as an AVI file with MJPEG, the same bytes whenever it is written.

    Raises:
        DataError: PyAV is not installed.
    """
    av = pyav(path)
    with av.open(str(path), "w", format="avi", options={"fflags": "+bitexact"}) as container:
        stream = container.add_stream("mjpeg", rate=Fraction(rate))
        stream.height, stream.width, stream.pix_fmt = *frames.shape[1:3], "yuvj420p"
        stream.options = {"qmin": "2", "qmax": "4", "threads": "1"}
        for picture in frames:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(stream.encode())


def write_clips(folder: Path, number: int, seed: int) -> None:
    """Write so many clips, in a folder for each kind.

    Raises:
        DataError: PyAV is not installed.
        OSError: the folder cannot be written.
    """
    for n, clip in enumerate(made_up_clips(number, seed)):
        own = folder / clip.kind
        own.mkdir(parents=True, exist_ok=True)
        write_clip(own / f"{n:04}.avi", clip.frames, clip.rate)
