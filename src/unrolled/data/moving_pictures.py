"""Files of moving pictures, through PyAV: what is known of one, and its frames. Nothing else here knows PyAV."""

import contextlib
import hashlib
import importlib
import io
import math
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from unrolled.data.cache import keep, kept, key_of
from unrolled.data.clip import Clip, Frames
from unrolled.data.fault import Fault
from unrolled.errors import DataError

__all__ = ["SUFFIXES", "decoded", "frames_in", "open_clip", "pyav", "resized"]

SUFFIXES = frozenset(
    {
        *(".3g2", ".3gp", ".asf", ".avi", ".flv", ".gif", ".m2ts", ".m4v", ".mjpeg", ".mjpg", ".mkv", ".mov", ".mp4"),
        *(".mpeg", ".mpg", ".mts", ".mxf", ".ogm", ".ogv", ".ts", ".vob", ".webm", ".webp", ".wmv", ".y4m"),
    }
)
"""Of files that are taken for clips by their names."""

MOST_PIXELS = 2**26
"""Of a frame; no camera has as many, and a hostile header can ask for any number."""
EARLY, EARLY_OF_COUNTED = 0.1, 0.05
"""A clip that ends by this part of its length, and two frames, before its header says so breaks off; by one frame where
the header counts its frames."""
VERSION = 1
"""Of what is kept."""


def pyav(path: object) -> Any:
    """Return the library.

    Raises:
        DataError: it is not installed.
    """
    try:
        return importlib.import_module("av")
    except ImportError as error:
        raise DataError(f"{path} is a clip, which takes PyAV: pip install 'unrolled[video]'.") from error


def open_clip(path: str | Path) -> Clip | Fault:
    """Return a clip by its path, or what is wrong with the file.

    All of it is decoded once, so that a clip that breaks off is known as such: `Clip.broken`. What was found is kept on
    the disk by the content.

    Raises:
        DataError: PyAV is not installed.
    """
    path = Path(path)
    pyav(path)
    try:
        if path.is_dir():
            return Fault("this is a directory", "Name a file in it")
        if path.exists() and not path.is_file():  # a pipe or a device, which may never end
            return Fault("this is no regular file", "Give a file on the disk")
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, lambda: hashlib.blake2b(digest_size=20)).hexdigest()
            key = key_of("known", VERSION, digest)
            numbers = kept("video", key)
            if numbers is None:
                file.seek(0)
                found = _known(file)
                if isinstance(found, Fault):
                    return found
                numbers, broken = found
                if not broken:
                    keep("video", key, numbers)
            else:
                broken = ""
    except FileNotFoundError:
        return Fault("there is no such file", "Check the path")
    except OSError as error:
        return Fault(f"the file cannot be read ({error.strerror})", "Check its permissions and the disk")
    seconds, width, height, turned = numbers[:4]
    return Clip(str(path), digest, numbers[4:], float(seconds), int(width), int(height), int(turned), broken)


def decoded(clip: Clip, places: NDArray[np.int64], width: int, height: int, *, grey: bool) -> NDArray[np.uint8]:
    """Return frames of a clip, (T, height, width, C) uint8, upright and resized as they are read.

    Args:
        clip: the clip.
        places: which frames of the file, rising.
        width, height: of what is returned.
        grey: whether C is 1, brightness alone, or 3.

    Raises:
        DataError: the file is gone, or no longer what it was.
    """
    sideways = clip.turned % 180 != 0
    size = (height, width) if sideways else (width, height)
    wanted = set(places.tolist())
    found: dict[int, NDArray[np.uint8]] = {}
    with _reading(clip.path) as file, _opened(file) as (container, stream):
        del container
        for number, frame in enumerate(_frames(stream)):
            if number in wanted:
                found[number] = _pixels(frame, *size, grey=grey)
            if number >= int(places[-1]):
                break
    if len(found) < len(wanted):
        raise DataError(f"{clip.path} has {len(found)} of {len(wanted)} frames that it had. Read it anew.")
    rows = np.stack([found[place] for place in places.tolist()])
    return np.ascontiguousarray(np.rot90(rows, clip.turned // 90, (1, 2)))


def frames_in(content: bytes) -> Frames | Fault:
    """Return the frames of a picture or a clip that is in memory, such as a JPEG: in grey where it is grey."""
    found: list[NDArray[np.uint8]] = []
    av = pyav("This")
    try:
        with _opened(io.BytesIO(content)) as (_, stream):
            for frame in _frames(stream):
                grey = str(frame.format.name).startswith("gray")
                found.append(_pixels(frame, frame.width, frame.height, grey=grey))
    except (av.FFmpegError, DataError) as error:
        return Fault(f"bytes that are no picture ({_said(error)})", "Give a JPEG or a PNG")
    return Frames(np.stack(found)) if found else Fault("a picture without a frame", "Give a JPEG or a PNG")


def resized(frames: Frames, width: int, height: int, *, grey: bool) -> NDArray[np.uint8]:
    """Return frames in memory as `decoded` returns those of a file."""
    pixels = frames.pixels
    _, own_height, own_width, channels = pixels.shape
    if (own_width, own_height, channels) == (width, height, 1 if grey else 3):
        return pixels
    av = pyav("An array of frames of another size")
    rgb = np.repeat(pixels, 3, 3) if channels == 1 else pixels
    made = (av.VideoFrame.from_ndarray(np.ascontiguousarray(frame), format="rgb24") for frame in rgb)
    return np.stack([_pixels(frame, width, height, grey=grey) for frame in made])


def _known(file: BinaryIO) -> tuple[NDArray[np.float64], str] | Fault:
    """Return seconds, width, height, degrees and the times of the frames, and where the clip breaks off; or a fault."""
    av = pyav(file.name)
    times: list[float] = []
    width = height = turned = 0
    wrong, declared, least, rate = "", 0.0, 0.0, 25.0
    try:
        with _opened(file) as (container, stream):
            rate = float(stream.average_rate or stream.guessed_rate or 25)
            declared, least = _declared(container, stream, rate)
            try:
                for frame in _frames(stream):
                    if not times:
                        width, height, turned = _shown(frame, stream)
                    if frame.is_corrupt:
                        wrong = "a damaged frame"
                        break
                    times.append(float(frame.time) if frame.time is not None else len(times) / rate)
            except (av.FFmpegError, ValueError) as error:
                wrong = _said(error)
    except (av.FFmpegError, ValueError, DataError) as error:
        found = f"it is no clip that can be read ({_said(error)})" if not isinstance(error, DataError) else str(error)
        return Fault(found, "Check that it plays, or leave it out")
    if not times:
        return Fault(
            f"it has no frame{f' that can be read ({wrong})' if wrong else ''}", "Leave it out, or make it anew"
        )
    shown = np.maximum.accumulate(np.array(times) - times[0])  # a damaged clock may run backwards
    step = float(np.median(np.diff(shown))) if len(shown) > 1 else 1 / rate
    seconds = float(shown[-1]) + (step or 1 / rate)
    if wrong or seconds < least:
        of = f" of {declared:.2f}" if declared else ""
        wrong = f"it breaks off after {seconds:.2f}{of} seconds, {len(times):,} frames{f' ({wrong})' if wrong else ''}"
    return np.array([seconds, width, height, turned, *shown]), wrong


def _declared(container: Any, stream: Any, rate: float) -> tuple[float, float]:
    """Return how many seconds the header says, 0.0 where it does not, and how many a whole clip has at least."""
    own = float(stream.duration * stream.time_base) if stream.duration and stream.time_base else 0.0
    whole = container.duration / 1e6 if container.duration and len(container.streams) == 1 else 0.0
    counted = stream.frames / rate if stream.frames else 0.0
    found = max(own or whole, counted)
    if not math.isfinite(found):
        return 0.0, 0.0
    early, frames = (EARLY_OF_COUNTED, 1) if counted else (EARLY, 2)
    return found, found * (1 - early) - (frames + 0.5) / rate


def _shown(frame: Any, stream: Any) -> tuple[int, int, int]:
    """Return width and height of what is shown, with square pixels, and by how much it is turned."""
    aspect = stream.sample_aspect_ratio or 1
    width, height = max(1, round(frame.width * float(aspect))), frame.height
    turned = round(getattr(frame, "rotation", 0) / 90) * 90 % 360
    return (height, width, turned) if turned % 180 else (width, height, turned)


@contextlib.contextmanager
def _opened(file: BinaryIO) -> Generator[tuple[Any, Any]]:
    """Open the pictures of a file; no other file is opened, whatever this one asks for.

    Raises:
        DataError: there are none.
    """
    av = pyav(getattr(file, "name", "This"))
    with av.open(file, options={"protocol_whitelist": "none"}, metadata_errors="replace") as container:
        streams = [stream for stream in container.streams.video if not _is_cover(stream)]
        if not streams:
            raise DataError("it holds sound, but no pictures" if container.streams.audio else "it holds no pictures")
        stream = streams[0]
        if stream.codec_context is None:
            raise DataError("FFmpeg does not know its codec")
        if stream.width * stream.height > MOST_PIXELS:
            raise DataError(f"its frames are {stream.width:,} × {stream.height:,}, which no camera has")
        stream.thread_type = "NONE"  # others may wait for ever where reading stops early
        yield container, stream


def _is_cover(stream: Any) -> bool:
    """Return whether a picture is the cover of a piece of music."""
    disposition: Any = stream.disposition
    return "attached_pic" in str(disposition)


def _frames(stream: Any) -> Iterator[Any]:
    yield from stream.container.decode(stream)


def _pixels(frame: Any, width: int, height: int, *, grey: bool) -> NDArray[np.uint8]:
    array: NDArray[np.uint8] = frame.to_ndarray(
        width=width, height=height, format="gray" if grey else "rgb24", interpolation="AREA"
    )
    return array[..., None] if grey else array


@contextlib.contextmanager
def _reading(path: str) -> Generator[BinaryIO]:
    try:
        with Path(path).open("rb") as file:
            yield file
    except OSError as error:
        raise DataError(f"{path} cannot be read any more ({error.strerror}). Put it back.") from error
    except Exception as error:
        if type(error).__module__.startswith("av"):
            raise DataError(f"{path} is no longer what it was ({_said(error)}). Read it anew.") from error
        raise


def _said(error: Exception) -> str:
    said = getattr(error, "strerror", None) or str(error)
    return str(said).split("\n")[0][:80].rstrip(". ")
