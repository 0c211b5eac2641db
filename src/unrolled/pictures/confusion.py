"""What was taken for what, as a coloured table of counts."""

# matplotlib leaves its **kwargs without a type.
# pyright: reportUnknownMemberType=false

import math
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from unrolled.metrics import Confusion
from unrolled.pictures.figure import BLUE, GREY, ORANGE, new_figure, rgb, save_figure, short

__all__ = ["confusion_picture"]

ROOMY = 30
"""So many rows have their full height; more share it."""

_VOID = 0.94


def confusion_picture(confusion: Confusion, path: str | Path) -> None:
    """Draw the counts of a confusion, each shaded by its share of the row, and save the PNG atomically.

    The order is that of the names. Rows after the types, whose answers belong to no truth, are shaded by the share of
    all such answers. From 31 rows on, cells and letters shrink; where they are too small, counts are left out.
    """
    counts = np.array(confusion.counts, dtype=np.float64).reshape(len(confusion.row_names), len(confusion.column_names))
    num_rows, num_columns = counts.shape
    scale = min(1.0, ROOMY / max(num_rows, num_columns, 1))
    figure = new_figure(3.0 + 0.75 * num_columns * scale, 2.0 + 0.58 * num_rows * scale)
    axes = figure.subplots()
    colours = _colours(counts, confusion.num_types)
    if 9 * scale >= 4:
        dark = colours @ (0.3, 0.59, 0.11) < 0.6
        for row, column in np.argwhere(counts):
            axes.text(
                column,
                row,
                f"{int(counts[row, column]):,}",
                ha="center",
                va="center",
                fontsize=9 * scale,
                color="white" if dark[row, column] else "black",
            )
    axes.imshow(colours, aspect="auto", interpolation="nearest")
    step = math.ceil(0.5 / scale)  # names have at least half the room they like
    columns, rows = ([short(name) for name in names] for names in (confusion.column_names, confusion.row_names))
    if max(map(len, columns), default=0) <= 4:  # stars stand upright
        axes.set_xticks(range(0, num_columns, step), columns[::step])
    else:
        axes.set_xticks(range(0, num_columns, step), columns[::step], rotation=40, ha="right")
    axes.set_xticks(np.arange(num_columns + 1) - 0.5, minor=True)
    axes.set_yticks(range(0, num_rows, step), rows[::step])
    axes.set_yticks(np.arange(num_rows + 1) - 0.5, minor=True)
    axes.grid(which="minor", color="white", linewidth=1.5 * scale)
    axes.tick_params(which="both", length=0)
    for side in axes.spines.values():
        side.set_visible(False)
    if confusion.num_types < num_rows:
        axes.axhline(confusion.num_types - 0.5, color=GREY, linewidth=1)
    if confusion.num_types < num_columns:
        axes.axvline(confusion.num_types - 0.5, color=GREY, linewidth=1)
    axes.set_xlabel(confusion.column_axis)
    axes.set_ylabel(confusion.row_axis)
    figure.suptitle(confusion.title, fontsize=10, color=GREY)
    save_figure(figure, path)


def _colours(counts: NDArray[np.float64], num_types: int) -> NDArray[np.float64]:
    """Return (rows, columns, 3): blue on the diagonal, orange elsewhere, grey where nothing can be."""
    shares = np.zeros_like(counts)
    for block in [*((slice(i, i + 1)) for i in range(num_types)), slice(num_types, None)]:
        total = counts[block].sum()
        shares[block] = counts[block] / total if total else 0.0
    strength = np.sqrt(shares)[..., None]  # a root, so that a few errors in a hundred can be seen
    tints = np.where(np.eye(*counts.shape, dtype=bool)[..., None], rgb(BLUE), rgb(ORANGE))
    colours = 1 - strength * (1 - tints)
    colours[num_types:, num_types:] = _VOID
    return colours
