"""Other clips of the same kind: moved, larger or smaller, mirrored, brighter or darker, faster or slower."""

import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn

__all__ = ["VideoNoise"]

HALF = 127.5


@dataclass(frozen=True)
class VideoNoise:
    """What training does to a clip; one draw counts for all of its frames, so that what moves in it moves as before.

    Attributes:
        shift, zoom, mirror, brightness, tempo: as `VideoSettings` says.
    """

    shift: float = 0.0
    zoom: float = 0.0
    mirror: bool = False
    brightness: float = 0.0
    tempo: float = 0.0

    def __call__(self, frames: Tensor, noise: torch.Generator) -> Tensor:
        """Return another clip (T', C, H, W) uint8 of a clip (T, C, H, W) uint8."""
        draw = torch.rand(3, generator=noise, device=noise.device).cpu().numpy()
        normal = torch.randn(4, generator=noise, device=noise.device).cpu().numpy()
        if self.tempo:
            frames = frames[_other_tempo(len(frames), math.exp(self.tempo * normal[0]))]
        if self.mirror and draw[0] < 0.5:
            frames = frames.flip(3)
        if self.shift or self.zoom:
            x, y = (self.shift * (2 * float(value) - 1) for value in draw[1:])
            frames = _moved(frames, x, y, math.exp(self.zoom * normal[1]))
        if self.brightness:
            contrast, light = math.exp(self.brightness * normal[2]), float(self.brightness * normal[3] * HALF / 2)
            changed: Tensor = (frames - HALF) * contrast + HALF + light
            frames = changed.round().clamp(0, 255).to(torch.uint8)
        return frames


def _other_tempo(T: int, speed: float) -> Tensor:
    """Return which of T frames are the steps at another speed."""
    number = max(1, round(T / speed))
    return ((torch.arange(number) + 0.5) * (T / number)).long().clamp_(max=T - 1)


def _moved(frames: Tensor, x: float, y: float, size: float) -> Tensor:
    """Return frames moved by parts of their sides, and larger by a factor; the rim goes on where nothing was."""
    T, C, H, W = frames.shape
    # A point of what is returned lies, in the frame as it was, at its own place divided by the size, less the shift.
    theta = torch.tensor([[[1 / size, 0.0, -2 * x], [0.0, 1 / size, -2 * y]]])
    grid = nn.functional.affine_grid(theta, [1, 1, H, W], align_corners=False)
    moved = nn.functional.grid_sample(
        frames.reshape(1, T * C, H, W).float(), grid, mode="bilinear", padding_mode="border", align_corners=False
    )
    return moved.view(T, C, H, W).round_().to(torch.uint8)
