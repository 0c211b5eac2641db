"""The picture of an alignment: which steps of x each step of y looked at."""

# matplotlib leaves its **kwargs without a type.
# pyright: reportUnknownMemberType=false

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from unrolled.errors import DataError
from unrolled.pictures.figure import GREY, new_figure, save_figure, short

__all__ = ["alignment_picture"]

MOST_STEPS = 120
"""Of a longer side the first are drawn."""
MOST_LETTERS = 16


def alignment_picture(
    weights: NDArray[np.float32], x: Sequence[str], y: Sequence[str], path: str | Path, *, title: str = ""
) -> None:
    """Draw one row for each step of y, one column for each step of x, the darker the more it looked there.

    The PNG is saved atomically.

    Args:
        weights: α, (T_y, T_x), rows that sum to 1.
        x, y: what the steps are called.
        path: where to.
        title: above it.

    Raises:
        DataError: other numbers of names than of steps, or no steps.
    """
    if weights.ndim != 2 or weights.shape != (len(y), len(x)) or not weights.size:
        raise DataError(f"The weights have shape {weights.shape} for {len(y)} and {len(x)} steps. Give (T_y, T_x).")
    weights, x, y = weights[:MOST_STEPS, :MOST_STEPS], x[:MOST_STEPS], y[:MOST_STEPS]
    figure = new_figure(max(3.0, 0.22 * len(x) + 1.8), max(2.4, 0.2 * len(y) + 1.6))
    axes = figure.subplots()
    axes.imshow(weights, cmap="Blues", vmin=0, vmax=1, aspect="auto", interpolation="nearest")
    axes.set_xticks(range(len(x)), [short(name, MOST_LETTERS) for name in x], rotation=90, fontsize=7)
    axes.set_yticks(range(len(y)), [short(name, MOST_LETTERS) for name in y], fontsize=7)
    axes.xaxis.tick_top()
    axes.tick_params(length=0)
    if title:
        figure.suptitle(short(title, 80), fontsize=9, color=GREY)
    save_figure(figure, path)
