"""The learning curves of a run."""

# matplotlib leaves its **kwargs without a type.
# pyright: reportUnknownMemberType=false

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from unrolled.errors import DataError
from unrolled.pictures.figure import BLUE, GREY, LIGHT, ORANGE, new_figure, save_figure, words

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["learning_curves"]


def learning_curves(
    rows: Sequence[Mapping[str, float]],
    path: str | Path,
    *,
    metric: str,
    loss: str = "train_loss",
    lower_is_better: bool = False,
) -> None:
    """Draw the training loss and the dev metric against the epoch, the best epoch marked, and save the PNG atomically.

    Each row is one epoch: `epoch` (its number if left out), `loss` and `metric` name the keys. A value that is missing
    or not finite leaves a gap. No rows, or rows without either key, raise DataError.
    """
    epochs = [row.get("epoch", float(number)) for number, row in enumerate(rows, start=1)]
    panels = [
        (name, colour, _series(rows, name), lower)
        for name, colour, lower in ((loss, BLUE, True), (metric, ORANGE, lower_is_better))
        if any(name in row for row in rows)
    ]
    if not panels:
        raise DataError(f"There is no row with {loss!r} or {metric!r}, so no curve to draw. Give one row an epoch.")
    best = _best(_series(rows, metric), lower_is_better)
    figure = new_figure(7.0, 1.0 + 2.4 * len(panels))
    all_axes = figure.subplots(len(panels), 1, sharex=True, squeeze=False)[:, 0]
    for axes, (name, colour, values, lower) in zip(all_axes, panels, strict=True):
        axes.plot(epochs, values, color=colour, linewidth=1.8, marker="o", markersize=3.5 if len(rows) <= 60 else 0)
        axes.set_ylabel(words(name), color=colour)
        axes.grid(axis="y", color=LIGHT, linewidth=0.7)
        axes.set_axisbelow(True)
        axes.spines[["top", "right"]].set_visible(False)
        axes.margins(y=0.15)
        _keep_in_range(axes, values, share=not lower)
        if best is not None:
            axes.axvline(epochs[best], color=GREY, linewidth=0.9, linestyle=(0, (4, 3)), zorder=1)
        if best is not None and name == metric:
            axes.plot([epochs[best]], [values[best]], marker="o", markersize=9, color=colour, markeredgecolor="white")
    if best is not None:
        value = _series(rows, metric)[best]
        all_axes[0].set_title(
            f"best {words(metric)} {value:.4g} at epoch {epochs[best]:g} of {epochs[-1]:g}",
            fontsize=10,
            color=GREY,
            loc="left",
        )
    all_axes[-1].set_xlabel("epoch")
    all_axes[-1].locator_params(axis="x", integer=True, min_n_ticks=1)
    save_figure(figure, path)


def _keep_in_range(axes: "Axes", values: Sequence[float], *, share: bool) -> None:
    """Where no value is below 0, and no share above 1, let the axis not show such values either."""
    known = [value for value in values if not math.isnan(value)]
    bottom, top = axes.get_ylim()
    if known and min(known) >= 0 > bottom:
        axes.set_ylim(bottom=0)
    if known and share and max(known) <= 1 < top:
        axes.set_ylim(top=1.01)  # a line at 1 is whole


def _series(rows: Sequence[Mapping[str, float]], name: str) -> list[float]:
    values = [float(row.get(name, math.nan)) for row in rows]
    return [value if math.isfinite(value) else math.nan for value in values]


def _best(values: Sequence[float], lower_is_better: bool) -> int | None:
    known = [index for index, value in enumerate(values) if not math.isnan(value)]
    if not known:
        return None
    # Of equals the last, as training has it.
    return (min if lower_is_better else max)(reversed(known), key=values.__getitem__)
