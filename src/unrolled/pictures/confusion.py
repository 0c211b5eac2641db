"""Pictures of a run, as PNG files: the learning curves and the confusion of entity types."""

# matplotlib leaves its **kwargs without a type.
# pyright: reportUnknownMemberType=false

import io
import math
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from unrolled.errors import DataError
from unrolled.training.atomic import write_atomically
from unrolled.training.metrics import Confusion

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["confusion_picture", "learning_curves"]

_BLUE, _ORANGE, _GREY, _LIGHT = "#1f5f99", "#c05a12", "#555555", "#dddddd"
_DPI = 150


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
        for name, colour, lower in ((loss, _BLUE, True), (metric, _ORANGE, lower_is_better))
        if any(name in row for row in rows)
    ]
    if not panels:
        raise DataError(f"There is no row with {loss!r} or {metric!r}, so no curve to draw. Give one row an epoch.")
    best = _best(_series(rows, metric), lower_is_better)
    figure = _figure(7.0, 1.0 + 2.4 * len(panels))
    all_axes = figure.subplots(len(panels), 1, sharex=True, squeeze=False)[:, 0]
    for axes, (name, colour, values, _) in zip(all_axes, panels, strict=True):
        axes.plot(epochs, values, color=colour, linewidth=1.8, marker="o", markersize=3.5 if len(rows) <= 60 else 0)
        axes.set_ylabel(_words(name), color=colour)
        axes.grid(axis="y", color=_LIGHT, linewidth=0.7)
        axes.set_axisbelow(True)
        axes.spines[["top", "right"]].set_visible(False)
        axes.margins(y=0.15)
        if best is not None:
            axes.axvline(epochs[best], color=_GREY, linewidth=0.9, linestyle=(0, (4, 3)), zorder=1)
        if best is not None and name == metric:
            axes.plot([epochs[best]], [values[best]], marker="o", markersize=9, color=colour, markeredgecolor="white")
    if best is not None:
        value = _series(rows, metric)[best]
        all_axes[0].set_title(
            f"best {_words(metric)} {value:.4g} at epoch {epochs[best]:g} of {epochs[-1]:g}",
            fontsize=10,
            color=_GREY,
            loc="left",
        )
    all_axes[-1].set_xlabel("epoch")
    all_axes[-1].locator_params(axis="x", integer=True, min_n_ticks=1)
    _save(figure, path)


def confusion_picture(confusion: Confusion, path: str | Path) -> None:
    """Draw the counts of a confusion, shaded by the share of their row, and save the PNG atomically.

    The rows of predicted entities that match no gold span are shaded by the share of all such entities.
    """
    counts = np.array(confusion.counts, dtype=float)
    num_types = len(confusion.types)
    shares = np.zeros_like(counts)
    for block in [*((slice(i, i + 1)) for i in range(num_types)), slice(num_types, None)]:
        total = counts[block].sum()
        shares[block] = counts[block] / total if total else 0.0
    size = len(counts)
    figure = _figure(3.0 + 0.75 * size, 2.0 + 0.58 * size)
    axes = figure.subplots()
    colours = np.ones((size, size, 3))
    right, wrong = _rgb(_BLUE), _rgb(_ORANGE)
    for row in range(size):
        for column in range(size):
            void = row >= num_types and column >= num_types
            tint = right if row == column else wrong
            strength = math.sqrt(shares[row, column])  # a root, so that a few errors in a hundred can be seen
            colours[row, column] = (0.94, 0.94, 0.94) if void else 1 - strength * (1 - tint)
            dark = colours[row, column] @ (0.3, 0.59, 0.11) < 0.6
            if counts[row, column]:
                axes.text(
                    column,
                    row,
                    f"{int(counts[row, column]):,}",
                    ha="center",
                    va="center",
                    fontsize=9,
                    color="white" if dark else "black",
                )
    axes.imshow(colours, aspect="auto", interpolation="nearest")
    axes.set_xticks(range(size), [_short(name) for name in confusion.column_names], rotation=40, ha="right")
    axes.set_xticks(np.arange(size + 1) - 0.5, minor=True)
    axes.set_yticks(range(size), [_short(name) for name in confusion.row_names])
    axes.set_yticks(np.arange(size + 1) - 0.5, minor=True)
    axes.grid(which="minor", color="white", linewidth=1.5)
    axes.tick_params(which="both", length=0)
    for side in axes.spines.values():
        side.set_visible(False)
    axes.axhline(num_types - 0.5, color=_GREY, linewidth=1)
    axes.axvline(num_types - 0.5, color=_GREY, linewidth=1)
    axes.set_xlabel("predicted type")
    axes.set_ylabel("gold type")
    correct = int(np.trace(counts[:num_types, :num_types]))
    gold, predicted = int(counts[:num_types].sum()), int(counts[:, :num_types].sum())
    figure.suptitle(
        f"{correct:,} of {gold:,} entities found, {predicted:,} predicted ({confusion.rule} rule)",
        fontsize=10,
        color=_GREY,
    )
    _save(figure, path)


def _series(rows: Sequence[Mapping[str, float]], name: str) -> list[float]:
    values = [float(row.get(name, math.nan)) for row in rows]
    return [value if math.isfinite(value) else math.nan for value in values]


def _best(values: Sequence[float], lower_is_better: bool) -> int | None:
    known = [index for index, value in enumerate(values) if not math.isnan(value)]
    if not known:
        return None
    # Of equals the last, as training has it.
    return (min if lower_is_better else max)(reversed(known), key=values.__getitem__)


def _words(name: str) -> str:
    return "F1" if name == "f1" else name.replace("_", " ")


def _short(name: str) -> str:
    # A "$" would begin a formula.
    name = name or "(no type)"
    return (name if len(name) <= 18 else name[:17] + "…").replace("$", r"\$")


def _rgb(colour: str) -> np.ndarray:
    return np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])


def _figure(width: float, height: float) -> "Figure":
    # Not at the top: a training that draws nothing need not wait for matplotlib, nor hold its memory.
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415
    from matplotlib.figure import Figure  # noqa: PLC0415

    figure = Figure(figsize=(width, height), layout="constrained")
    FigureCanvasAgg(figure)
    return figure


def _save(figure: "Figure", path: str | Path) -> None:
    content = io.BytesIO()
    with warnings.catch_warnings():
        # A type in a script that the font lacks shows boxes; the table beside the picture has its name.
        warnings.filterwarnings("ignore", message="Glyph .* missing from font", category=UserWarning)
        figure.savefig(content, format="png", dpi=_DPI)
    write_atomically(Path(path), content.getvalue())
