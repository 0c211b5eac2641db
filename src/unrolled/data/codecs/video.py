"""Clips: frames taken by time, of one size, each with the one before it."""

import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, TypeAlias

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from unrolled.data.cache import keep, kept, key_of
from unrolled.data.clip import Clip, Frames, frames_of
from unrolled.data.codecs.codec import Fault, Saved
from unrolled.data.codecs.video_chunks import VideoChunks
from unrolled.data.codecs.video_noise import VideoNoise
from unrolled.data.moving_pictures import decoded, open_clip, resized
from unrolled.data.ragged import Ragged
from unrolled.data.recent import Recent
from unrolled.data.spaces import Images
from unrolled.errors import DataError, SettingsError
from unrolled.settings import Settings, setting

__all__ = ["VideoCodec", "VideoSettings"]

LARGEST = 1024
"""Pixels of a side."""
MOST_STEPS = 20_000
"""Of a clip."""
IN_MEMORY = 2**28
"""Bytes of frames that are kept as long as they come again."""

Raw: TypeAlias = Clip | Frames

MIDDLE, DEVIATION, LEAST = 128.0, 40.0, 4.0
"""What the mean and the deviation of a first frame become, and the least deviation that it counts for."""

Light: TypeAlias = tuple[float, float]
"""Mean and deviation of a clip's first frame."""

FIXED = ("frames_per_second", "num_frames", "size", "colour", "steady", "changes")
"""Settings that a model which goes on keeps."""

_RECENT = Recent[str, NDArray[np.uint8]](IN_MEMORY)


@dataclass(frozen=True, kw_only=True)
class VideoSettings(Settings):
    """What a clip becomes; its noise is of training alone, and drawn anew whenever a clip is seen.

    Attributes:
        frames_per_second: steps per second, whatever the clip's own rate; 0 takes every frame of the file for a step.
        num_frames: so many steps spread evenly over each clip instead, whatever its length; 0 for the rate.
        size: pixels of the longer side of a frame; the other one follows from the training clips.
        colour: whether frames are red, green and blue, or grey.
        steady: whether frames are read in deviations from the mean of the clip's first one, so that neither light nor
            contrast matter; they may change within a clip.
        changes: whether the frame before is read with each, of which the network takes the difference: the motion
            (as the stacked frames of Simonyan & Zisserman 2014, arXiv:1406.2199v2, show it).
        shift: the largest part of a side by which all frames of a clip are moved (Krizhevsky et al. 2012).
        zoom: deviation of the logarithm of their size (likewise, by crops).
        mirror: whether half of the clips are mirrored: right only where left and right mean the same.
        brightness: deviation of the logarithm of their contrast, and of their brightness in deviations of one half
            (Howard 2013, arXiv:1312.5402v1).
        tempo: deviation of the logarithm of the speed (SpeedNet's, Benaim et al. 2020, arXiv:2004.06130v2).
    """

    title: ClassVar[str] = "setting of the frames"

    frames_per_second: float = setting(12.5, most=1000)
    num_frames: int = setting(0, most=MOST_STEPS)
    size: int = setting(40, least=4, most=LARGEST)
    colour: bool = setting(False)
    steady: bool = setting(True)
    changes: bool = setting(True)
    shift: float = setting(0.0, below=1)
    zoom: float = setting(0.0, most=1)
    mirror: bool = setting(False)
    brightness: float = setting(0.0, most=1)
    tempo: float = setting(0.0, most=1)


@dataclass(frozen=True)
class VideoCodec:
    """Clips in files and frames in memory, which all become pictures of one size.

    >>> codec = VideoCodec.fitted([Frames(np.zeros((5, 30, 40, 1), np.uint8))], VideoSettings(size=20))
    >>> codec.space, codec.encode([Frames(np.zeros((3, 15, 20, 1), np.uint8))]).rows.shape
    (Images(channels=1, height=15, width=20, span=2), torch.Size([3, 2, 15, 20]))

    Attributes:
        width, height: of each frame, in pixels.
        settings: what a clip becomes.
    """

    kind: ClassVar[str] = "video"

    width: int
    height: int
    settings: VideoSettings = field(default_factory=VideoSettings)

    @classmethod
    def fitted(cls, raws: Iterable[Raw], settings: VideoSettings | None = None) -> "VideoCodec":
        """Return the codec of the training clips: frames have the shape that half of them are wider than.

        Raises:
            DataError: no clips, or one that cannot be encoded.
        """
        settings, shapes = settings or VideoSettings(), list[float]()
        for number, raw in enumerate(raws, 1):
            if (fault := _fault(raw, settings)) is not None:
                raise fault.error(number)
            shapes.append(
                raw.width / raw.height if isinstance(raw, Clip) else raw.pixels.shape[2] / raw.pixels.shape[1]
            )
        if not shapes:
            raise DataError("There are no clips. Give at least one.")
        shape = statistics.median(shapes)
        short = max(1, round(settings.size * min(shape, 1 / shape)))
        return cls(settings.size if shape >= 1 else short, short if shape >= 1 else settings.size, settings)

    def grown(self, raws: Iterable[Raw], settings: VideoSettings) -> "VideoCodec":
        """Return this codec with the noise of other settings: frames stay as they are.

        Raises:
            DataError: a new clip that cannot be encoded, with its number.
        """
        for number, raw in enumerate(raws, 1):
            if (fault := self.check(raw)) is not None:
                raise fault.error(number)
        own = self.settings.to_dict()
        kept_as_they_are = {name: own[name] for name in FIXED}
        return VideoCodec(self.width, self.height, VideoSettings.from_dict({**settings.to_dict(), **kept_as_they_are}))

    def origins(self, earlier: "VideoCodec") -> dict[str, Tensor]:
        """Return nothing: there are no symbols."""
        return {}

    @property
    def space(self) -> Images:
        """Pictures of that size."""
        return Images(3 if self.settings.colour else 1, self.height, self.width, 1 + self.settings.changes)

    def length(self, raw: Raw, /) -> int:
        """Return T, how many frames are taken."""
        return _length(raw, self.settings)

    def accepted(self, raw: Any, /) -> Raw | Fault:
        """Return a value as a clip or as frames: a path, an array (T, H, W) or (T, H, W, C); or what is wrong."""
        if isinstance(raw, str | Path):
            found = open_clip(raw)
            if isinstance(found, Fault):
                return Fault(f"the clip {raw}: {found.found}", found.way_out)
            raw = found
        elif not isinstance(raw, Clip | Frames):
            raw = frames_of(raw)
        if isinstance(raw, Fault):
            return raw
        return _fault(raw, self.settings) or raw

    def check(self, raw: Any, /) -> Fault | None:
        """Return what is wrong with a clip: it is none, or has too many steps."""
        return _fault(raw, self.settings)

    def encode(self, raws: Sequence[Raw], /, noise: torch.Generator | None = None) -> Ragged:
        """Encode a batch as Ragged, rows (M, span·C, H, W) uint8; with `noise` other clips of the same kind.

        Raises:
            DataError: what `check` finds, or a file that is gone, with the example's number.
        """
        how, sequences = self._noise, list[Tensor]()
        for number, raw in enumerate(raws, 1):
            if (fault := self.check(raw)) is not None:
                raise fault.error(number)
            frames, _ = self._in_light(raw)
            sequences.append(self.with_past(how(frames, noise) if noise is not None else frames))
        return Ragged.from_list(sequences)

    def with_past(self, frames: Tensor, last: Tensor | None = None) -> Tensor:
        """Return frames (T, C, H, W) with the one before each, (T, 2·C, H, W); the first has `last`, or itself."""
        if not self.settings.changes:
            return frames.contiguous()
        first = frames[:1] if last is None else last[None]
        return torch.cat([frames, torch.cat([first, frames[:-1]])], 1)

    def chunks(self) -> VideoChunks:
        """Return what encodes one clip while it arrives.

        Raises:
            SettingsError: steps are spread over the whole clip, whose end is not known.
        """
        if self.settings.num_frames:
            raise SettingsError(
                "A stream does not know when a clip ends, over which frames are spread. Train with num_frames=0."
            )
        return VideoChunks(self._arriving, self.with_past, (self.space.channels, self.height, self.width))

    def decode(self, sequences: Sequence[Tensor], /) -> list[Frames]:
        """Return the frames of each (T, span·C, H, W)."""
        channels = self.space.channels
        return [Frames(rows[:, :channels].permute(0, 2, 3, 1).cpu().numpy()) for rows in sequences]

    def save(self) -> Saved:
        """Return the settings and the size."""
        return Saved({**self.settings.to_dict(), "frame_width": self.width, "frame_height": self.height})

    @classmethod
    def load(cls, saved: Saved, /) -> "VideoCodec":
        """Return the codec that was saved.

        Raises:
            DataError: a size that cannot be.
            SettingsError: a setting that cannot be.
        """
        settings, sides = dict(saved.settings), list[int]()
        for name in ("frame_width", "frame_height"):
            side = settings.pop(name, None)
            if not isinstance(side, int) or isinstance(side, bool) or not 1 <= side <= LARGEST:
                raise DataError(f"{name} is {side!r}, no number of pixels. Copy the whole model directory.")
            sides.append(side)
        return cls(sides[0], sides[1], VideoSettings.from_dict(settings))

    @property
    def _noise(self) -> VideoNoise:
        how = self.settings
        return VideoNoise(how.shift, how.zoom, how.mirror, how.brightness, how.tempo)

    def _arriving(self, raw: Raw, light: Light | None) -> tuple[Tensor, Light]:
        """Return the frames of a chunk, (T, C, H, W), in the light of the clip's first frame, and that light."""
        if (fault := self.check(raw)) is not None:
            raise DataError(f"The chunk has {fault.found}. {fault.way_out}.")
        return self._in_light(raw, light)

    def _in_light(self, raw: Raw, light: Light | None = None) -> tuple[Tensor, Light]:
        pixels = self._frames(raw)
        if light is None:
            light = float(pixels[0].mean()), max(LEAST, float(pixels[0].std()))
        if self.settings.steady:
            mean, deviation = light
            levels = MIDDLE + DEVIATION * (np.arange(256) - mean) / deviation
            pixels = np.rint(levels).clip(0, 255).astype(np.uint8)[pixels]
        return _channels_first(pixels), light

    def _frames(self, raw: Raw) -> NDArray[np.uint8]:
        """Return the frames that are the steps, (T, H, W, C): of a file from the cache, if it is there."""
        grey = not self.settings.colour
        if isinstance(raw, Frames):
            return resized(raw, self.width, self.height, grey=grey)
        places = raw.places(self.settings.frames_per_second, self.settings.num_frames)
        distinct, steps = np.unique(places, return_inverse=True)
        key = key_of("frames", raw.digest, self.width, self.height, grey, distinct.tobytes().hex())
        pixels = _RECENT.get(key)
        if pixels is None:
            pixels = kept("video", key) if raw.whole else None
        if pixels is None or pixels.shape != (len(distinct), self.height, self.width, 1 if grey else 3):
            pixels = decoded(raw, distinct, self.width, self.height, grey=grey)
            if raw.whole:
                keep("video", key, pixels)
        _RECENT.keep(key, pixels, pixels.nbytes)
        return pixels[steps]


def _channels_first(pixels: NDArray[np.uint8]) -> Tensor:
    """Return frames (T, H, W, C) as (T, C, H, W)."""
    return torch.as_tensor(np.array(pixels.transpose(0, 3, 1, 2), order="C"))


def _length(raw: Raw, settings: VideoSettings) -> int:
    if isinstance(raw, Frames):
        return len(raw)
    if settings.num_frames:
        return settings.num_frames
    rate = settings.frames_per_second
    return len(raw) if rate == 0 else max(1, round(raw.seconds * rate))


def _fault(raw: Any, settings: VideoSettings) -> Fault | None:
    if not isinstance(raw, Clip | Frames):
        return Fault(f"{str(raw)[:40]!r}, which is no clip", "Give a path, or an array (T, H, W) or (T, H, W, 3)")
    if not len(raw):
        return Fault("a clip without a frame", "Give at least one, or leave it out")
    T = _length(raw, settings)
    if T > MOST_STEPS:
        way_out = f"Give at most {MOST_STEPS:,}: cut it into pieces, or lower frames_per_second"
        return Fault(f"{T:,} steps in one clip", way_out)
    return None
