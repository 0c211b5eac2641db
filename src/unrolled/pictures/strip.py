"""The picture of a clip as it unfolds: frames, and under each the probability of a label as of what came so far."""

# matplotlib leaves its **kwargs without a type.
# pyright: reportUnknownMemberType=false

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from unrolled.errors import DataError
from unrolled.pictures.figure import BLUE, GREY, LIGHT, new_figure, save_figure, short

__all__ = ["strip_picture"]

MOST_SHOWN = 12


def strip_picture(
    frames: NDArray[np.uint8],
    probabilities: NDArray[np.float64],
    label: str,
    path: str | Path,
    *,
    times: NDArray[np.float64] | None = None,
    title: str = "",
) -> None:
    """Draw at most 12 frames side by side, and under them the probability of the label at every step.

    The PNG is saved atomically.

    Args:
        frames: (T, H, W, C) uint8.
        probabilities: (T,) of the label, as of x⟨1⟩ … x⟨t⟩.
        label: its name.
        path: where to.
        times: (T,) in seconds; None shows the numbers of the steps.
        title: above it.

    Raises:
        DataError: no frames, or another number of probabilities or times.
    """
    T = len(frames)
    if not T or frames.ndim != 4 or probabilities.shape != (T,) or (times is not None and times.shape != (T,)):
        found = f"frames of shape {frames.shape} and {len(probabilities)} probabilities"
        raise DataError(f"There are {found}. Give (T, H, W, C) and one for each.")
    shown = np.unique(np.linspace(0, T - 1, min(T, MOST_SHOWN)).round().astype(int))
    height, width = frames.shape[1:3]
    each = 1.1
    figure = new_figure(max(3.0, each * len(shown) + 0.6), each * height / width + 1.6)
    upper, lower = figure.subplots(2, 1, height_ratios=(each * height / width, 1.2))
    pictures = frames[shown] if frames.shape[3] == 3 else frames[shown].repeat(3, 3)
    gap = np.full((len(shown), height, max(1, width // 20), 3), 255, np.uint8)
    strip = np.concatenate(
        [np.concatenate([picture, beside], 1) for picture, beside in zip(pictures, gap, strict=True)], 1
    )
    upper.imshow(strip, aspect="auto", interpolation="nearest")
    upper.axis("off")
    x = np.arange(T)
    lower.bar(x, probabilities, color=[BLUE if t in set(shown.tolist()) else LIGHT for t in range(T)], width=0.9)
    lower.set_ylim(0, 1)
    lower.set_xlim(-0.5, T - 0.5)
    lower.set_ylabel(f"P({short(label)})", fontsize=9)
    at = [f"{times[t]:.2f}" if times is not None else str(t + 1) for t in shown]
    lower.set_xticks(shown, at, fontsize=7)
    lower.set_xlabel("seconds" if times is not None else "frame", fontsize=9, color=GREY)
    for side in ("top", "right"):
        lower.spines[side].set_visible(False)
    figure.suptitle(title or f"how sure of {short(label)}, frame by frame", fontsize=10, color=GREY)
    save_figure(figure, path)
