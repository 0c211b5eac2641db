"""The picture of a region of DNA: what its bases are, what a model says, and how probable each label is."""

# matplotlib leaves its **kwargs without a type.
# pyright: reportUnknownMemberType=false

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from unrolled.data.step_labels import StepLabels
from unrolled.errors import DataError
from unrolled.pictures.figure import BLUE, GREY, LIGHT, ORANGE, new_figure, save_figure, short

__all__ = ["track_picture"]

MOST_LABELS = 8
MOST_POINTS = 4000
"""A curve has so many points at most: of more bases each point is the greatest of some."""
_COLOURS = (BLUE, ORANGE, "#2d7d46", "#7a4fa3", "#a33a5a", "#3a9aa3", "#8a7a2d", "#555555")


def track_picture(
    tracks: Sequence[tuple[str, Sequence[str]]],
    probabilities: NDArray[np.float32],
    labels: Sequence[str],
    path: str | Path,
    *,
    first: int = 0,
    background: str | None = None,
    title: str = "",
) -> None:
    """Draw a row for each track, such as truth and answer, and below a curve for the probability of each label.

    Stretches are bars in the colour of their label; the background is a thin line. The PNG is saved atomically.

    Args:
        tracks: the name of each, and the label of each of its T bases.
        probabilities: (T, K).
        labels: the K labels.
        path: where to.
        first: the number of the first base, from 0.
        background: the label that has no bar and no curve.
        title: above it.

    Raises:
        DataError: no bases, more than 8 labels, or lengths that differ.
    """
    T = len(probabilities)
    if not T or probabilities.shape != (T, len(labels)) or any(len(track) != T for _, track in tracks):
        raise DataError(
            f"The tracks have {', '.join(str(len(track)) for _, track in tracks)} bases and the probabilities the "
            f"shape {probabilities.shape}. Give each track (T,) labels and (T, {len(labels)}) probabilities."
        )
    shown = [label for label in labels if label != background]
    if len(shown) > MOST_LABELS:
        raise DataError(f"There are {len(shown)} labels. Give {MOST_LABELS} at most: their colours differ no more.")
    colours = dict(zip(shown, _COLOURS, strict=False))
    figure = new_figure(11.0, 1.6 + 0.35 * len(tracks) + 0.55 * len(shown))
    heights = [0.6] * len(tracks) + [1.0] * len(shown)
    rows = figure.subplots(len(heights), 1, sharex=True, height_ratios=heights, squeeze=False)[:, 0]
    for axes, (name, track) in zip(rows, tracks, strict=False):
        y = track if isinstance(track, StepLabels) else StepLabels.of(track)
        axes.axhline(0.5, color=LIGHT, linewidth=1, zorder=0)
        for label, colour in colours.items():
            bars = [(first + a + 1, b - a) for a, b, own in y.runs() if own == label]
            axes.broken_barh(bars, (0.1, 0.8), color=colour, linewidth=0)
        axes.set(ylim=(0, 1), yticks=[])
        axes.set_ylabel(short(name), rotation=0, ha="right", va="center", fontsize=9)
    step = -(-T // MOST_POINTS)
    starts = np.arange(0, T, step)
    for axes, label in zip(rows[len(tracks) :], shown, strict=True):
        curve = np.maximum.reduceat(probabilities[:, list(labels).index(label)], starts)
        axes.fill_between(first + 1 + starts, curve, step="post", color=colours[label], alpha=0.8, linewidth=0)
        axes.set(ylim=(0, 1), yticks=[0, 1])
        axes.tick_params(axis="y", labelsize=7)
        axes.set_ylabel(short(label), rotation=0, ha="right", va="center", fontsize=9, color=colours[label])
    rows[-1].set_xlim(first + 0.5, first + T + 1)
    rows[-1].ticklabel_format(style="plain", useOffset=False)
    rows[-1].set_xlabel("base", fontsize=9)
    for axes in rows:
        for side in ("top", "right", "left"):
            axes.spines[side].set_visible(False)
    figure.suptitle(title or "labels of bases", fontsize=10, color=GREY)
    save_figure(figure, path)
