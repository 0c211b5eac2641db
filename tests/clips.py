"""Clips that tests write: a bright block on a dark ground, whose place tells which frame it is."""

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray

__all__ = ["HEIGHT", "WIDTH", "moving", "place_of", "turned_mp4", "write"]

WIDTH, HEIGHT = 64, 48
SIDE = 8


def moving(places: Sequence[int]) -> NDArray[np.uint8]:
    """Frames (T, HEIGHT, WIDTH, 3), the block's left side at each place, at the upper edge."""
    frames = np.zeros((len(places), HEIGHT, WIDTH, 3), np.uint8)
    for frame, place in zip(frames, places, strict=True):
        frame[:SIDE, place : place + SIDE] = 255
    return frames


def place_of(frame: NDArray[Any]) -> int:
    """The middle of what is bright in a frame (H, W, 1), as a share of the width times WIDTH."""
    weights = frame[..., 0].astype(float).sum(0)
    weights[weights < weights.max() / 4] = 0
    return round(float((weights * (np.arange(len(weights)) + 0.5)).sum() / weights.sum()) * WIDTH / len(weights))


def write(
    path: Path,
    frames: NDArray[np.uint8],
    *,
    rate: int = 25,
    codec: str = "mjpeg",
    pixels: str = "yuvj420p",
    times: Sequence[float] | None = None,
    sound: bool = False,
    aspect: Fraction | None = None,
) -> Path:
    """Write frames; `times` in seconds make the rate variable, `sound` adds a silent second."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with av.open(str(path), "w") as container:
        stream: Any = container.add_stream(codec, rate=rate)
        stream.height, stream.width, stream.pix_fmt = *frames.shape[1:3], pixels
        if aspect is not None:
            stream.codec_context.sample_aspect_ratio = aspect
        if times is not None:
            stream.codec_context.time_base = Fraction(1, 1000)
        audio: Any = container.add_stream("aac", rate=8000) if sound else None
        for number, picture in enumerate(frames):
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            if times is not None:
                frame.pts, frame.time_base = round(times[number] * 1000), Fraction(1, 1000)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
        if audio is not None:
            silence = av.AudioFrame.from_ndarray(np.zeros((1, 8000), np.float32), format="fltp", layout="mono")
            silence.rate = 8000
            container.mux(audio.encode(silence))
            container.mux(audio.encode())
    return path


def turned_mp4(path: Path, frames: NDArray[np.uint8]) -> Path:
    """An MP4 whose header says, as that of a telephone held upright, that it is shown a quarter turned clockwise."""
    write(path, frames, codec="mpeg4", pixels="yuv420p")
    content = bytearray(path.read_bytes())
    start = content.index(b"tkhd") + 4 + 40  # version and flags, times, layer, volume: then the matrix
    plain = [1 << 16, 0, 0, 0, 1 << 16, 0, 0, 0, 1 << 30]
    quarter = [0, 1 << 16, 0, -(1 << 16), 0, 0, 0, 0, 1 << 30]
    packed = [b"".join(n.to_bytes(4, "big", signed=True) for n in matrix) for matrix in (plain, quarter)]
    assert content[start : start + 36] == packed[0]
    content[start : start + 36] = packed[1]
    path.write_bytes(content)
    return path
