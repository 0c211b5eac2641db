"""The pictures of the recurrent benchmark: the roofline, and the ratios to the best peer."""

import statistics
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from recurrent_aims import best_peer, ratio
from recurrent_grid import CELLS, LENGTHS, Point
from recurrent_libraries import OURS
from recurrent_rows import Row

COLOURS = {"rnn": "C0", "gru": "C1", "lstm": "C2"}
PANELS = [(task, lengths) for task in ("training", "inference") for lengths in LENGTHS]


def write_roofline(rows: list[Row], path: Path) -> None:
    """Useful operations a second against operations a byte, ours and the best peer, under the machine's limits."""
    figure = Figure(figsize=(13, 9), layout="constrained")
    top = max([400.0, *(1.5 * row["product"] / 1e9 for row in rows)])
    for axes, (task, lengths) in zip(figure.subplots(2, 2, sharex=True, sharey=True).flat, PANELS, strict=True):
        shown = [row for row in rows if row["point"]["task"] == task and row["point"]["lengths"] == lengths]
        draw_limits(axes, rows)
        for row in shown:
            draw_point(axes, row)
        axes.set(title=f"{task}, {lengths}", xscale="log", yscale="log", xlim=(0.3, 150), ylim=(1, top))
        axes.grid(visible=True, which="major", alpha=0.3)
    for axes in figure.axes[2:]:
        axes.set_xlabel("useful operations a byte, were nothing kept in a cache between two steps")
    for axes in figure.axes[::2]:
        axes.set_ylabel("useful GFLOP/s")
    for cell in CELLS:
        figure.axes[0].plot([], [], "o", color=COLOURS[cell], label=f"{cell}, {OURS}")
    figure.axes[0].plot(
        [], [], "o", color="grey", fillstyle="none", label="best peer at the same point (its cell's colour)"
    )
    figure.axes[0].legend(loc="lower right", fontsize=9)
    figure.savefig(path, dpi=110)


def draw_limits(axes: Axes, rows: list[Row]) -> None:
    product = statistics.median(row["product"] for row in rows) / 1e9
    intensity = np.geomspace(0.1, 1000, 200)
    axes.plot(intensity, np.full_like(intensity, product), color="black", linewidth=1.2)
    axes.text(0.33, product * 1.06, f"matrix product, {product:.0f} GFLOP/s", fontsize=9)
    for kind, style in (("memory", "--"), ("cache", ":")):
        rate = statistics.median(row["bandwidths"][kind] for row in rows) / 1e9
        axes.plot(intensity, np.minimum(rate * intensity, product), style, color="black", linewidth=1.2)
        axes.text(0.33, rate * 0.33 * 1.5, f"{kind}, {rate:.0f} GB/s", fontsize=9, rotation=38, va="bottom")


def draw_point(axes: Axes, row: Row) -> None:
    point, best = Point(**row["point"]), best_peer(row)
    intensity, colour = point.flops / point.bytes, COLOURS[point.cell]
    if best is not None:
        rate = point.flops / row["seconds"][best] / 1e9
        axes.plot(intensity, rate, "o", color=colour, fillstyle="none", markersize=5, alpha=0.6, markeredgewidth=0.8)
    axes.plot(intensity, point.flops / row["seconds"][OURS] / 1e9, "o", color=colour, markersize=5, alpha=0.85)


def write_ratios(rows: list[Row], path: Path) -> None:
    """The best peer's time / ours at every point: a panel a task, kind of lengths, cell and number of directions."""
    by_point = {Point(**row["point"]): row for row in rows}
    columns = [(cell, directions) for cell in CELLS for directions in (1, 2)]
    points = [point for point in by_point if point.task != "step"]
    sequences, hidden = (sorted({getattr(point, name) for point in points}) for name in ("N", "H"))
    figure = Figure(figsize=(20, 11), layout="constrained")
    norm = Normalize(-2, 2)  # of log2: red is slower than the best peer, blue faster
    panels = figure.subplots(len(PANELS), len(columns), squeeze=False)
    for axes_row, (task, lengths) in zip(panels, PANELS, strict=True):
        for axes, (cell, directions) in zip(axes_row, columns, strict=True):
            values = np.full((len(hidden), len(sequences)), np.nan)
            for i, H in enumerate(hidden):
                for j, N in enumerate(sequences):
                    row = by_point.get(Point(task, cell, directions, N, H, lengths))
                    value = None if row is None else ratio(row)
                    if value is not None:
                        values[i, j] = value
                        ink = "white" if abs(np.log2(value)) > 1.3 else "black"
                        axes.text(j, i, f"{value:.2f}", ha="center", va="center", fontsize=10, color=ink)
            if values.size:
                axes.imshow(np.log2(values), cmap="RdBu", norm=norm, aspect="auto")
            axes.set_title(f"{task}, {lengths}: {cell}, {'bi' if directions == 2 else 'uni'}", fontsize=10)
            axes.set_xticks(range(len(sequences)), [f"N={N}" for N in sequences])
            axes.set_yticks(range(len(hidden)), [f"H={H}" for H in hidden])
    figure.suptitle(f"time of the best peer / time of {OURS}: above 1 ours is faster")
    figure.savefig(path, dpi=80)
