"""The picture of in-silico mutagenesis: what each other base in each place would do."""

# matplotlib leaves its **kwargs without a type.
# pyright: reportUnknownMemberType=false

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from unrolled.data.bases import BASES
from unrolled.errors import DataError
from unrolled.pictures.figure import BLUE, GREY, ORANGE, new_figure, rgb, save_figure

__all__ = ["mutation_picture"]

MOST = 400
"""The longest sequence whose columns can be told apart."""


def mutation_picture(bases: str, changes: NDArray[np.float64], path: str | Path, *, title: str = "") -> None:
    """Draw a column for each base: blue where another one would raise the log-odds, orange where it would lower them.

    Below stands, for each place, the mean over the three other bases. The PNG is saved atomically.

    Args:
        bases: the sequence, T bases.
        changes: (T, 4), of the log-odds, for A, C, G and T.
        path: where to.
        title: above it.

    Raises:
        DataError: no bases, more than 400, or changes of another shape.
    """
    T = len(bases)
    if not 1 <= T <= MOST or changes.shape != (T, len(BASES)):
        raise DataError(
            f"There are {T:,} bases and changes of shape {changes.shape}. Give 1 to {MOST} bases and (T, 4) changes."
        )
    figure = new_figure(max(4.0, 1.5 + 0.16 * T), 3.2)
    upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=(1.5, 1))
    most = max(float(np.abs(changes).max()), 1e-9)
    strength = np.sqrt(np.abs(changes) / most)[..., None]  # a root, so that small changes can be seen
    tints = np.where((changes > 0)[..., None], rgb(BLUE), rgb(ORANGE))
    upper.imshow((1 - strength * (1 - tints)).transpose(1, 0, 2), aspect="auto", interpolation="nearest")
    for place, base in enumerate(bases):
        if base in BASES:
            upper.plot(place, BASES.index(base), marker=".", color=GREY, markersize=3)
    upper.set_yticks(range(len(BASES)), list(BASES))
    upper.tick_params(length=0)
    others = changes.sum(1) / 3
    lower.bar(range(T), others, color=[BLUE if value > 0 else ORANGE for value in others])
    lower.axhline(0, color=GREY, linewidth=0.8)
    lower.set_xticks(range(T), list(bases), fontsize=7)
    lower.set_ylabel("mean", fontsize=9)
    for axes in (upper, lower):
        for side in axes.spines.values():
            side.set_visible(False)
    figure.suptitle(title or "change of the log-odds by another base", fontsize=10, color=GREY)
    save_figure(figure, path)
