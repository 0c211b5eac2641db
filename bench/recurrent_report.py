"""The recurrent benchmark's rows judged: the figures to reach, the page with a line a point, and the picture.

A row has `point` (the fields of a Point); `threads`; `libraries` asked for; `seconds` and `rounds` by contestant, in
seconds a call; `out_after` rounds, of those far behind; `product` and `bandwidths`, the machine's limits, FLOP/s and
bytes/s; `differences` from our answers by contestant; `wrong`, `left_out`, `reasons` and `failed` by contestant;
`machine`; `command`.
"""

import math
import statistics
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import Normalize
from matplotlib.figure import Figure, FigureBase
from record import Row
from recurrent_grid import CELLS, LENGTHS, NUM_GATES, TASKS, Point, grid
from recurrent_libraries import BFLOAT16, OURS, OWN, WORDS
from recurrent_race import ROUNDED_WEIGHTS, TOLERANCE

STEP_PEERS = ("torch", "onnxruntime")
UNSTEADY, SLOW = 2, 0.6  # times another round; of the median over all points
LISTED = 5  # operations of a profile
COLOURS = {"rnn": "C0", "gru": "C1", "lstm": "C2"}
PANELS = [(task, lengths) for task in ("training", "inference") for lengths in LENGTHS]
Key = tuple[Point, int]


def key_of(row: Row) -> Key:
    return Point(**row["point"]), row["threads"]


def is_finished(rows: dict[Key, Row], point: Point, threads: int, libraries: list[str]) -> bool:
    """A row counts only if all the libraries asked for took part: times are compared within a row alone."""
    row = rows.get((point, threads))
    return row is not None and set(libraries) <= set(row["libraries"])


def peer_seconds(row: Row) -> dict[str, float]:
    """Seconds a call of every peer whose answers are right."""
    return {name: seconds for name, seconds in row["seconds"].items() if name not in OWN and name not in row["wrong"]}


def best_peer(row: Row) -> str | None:
    peers = peer_seconds(row)
    return min(peers, key=peers.__getitem__) if peers else None


def unsteady(rows: list[Row]) -> set[Point]:
    """Where the machine was disturbed: a round of ours or the best peer took twice another, or products were slow."""
    usual = statistics.median([row["product"] for row in rows] or [0.0])

    def is_unsteady(row: Row) -> bool:
        rounds = [row["rounds"][name] for name in (OURS, best_peer(row)) if name is not None]
        return row["product"] < SLOW * usual or any(max(found) > UNSTEADY * min(found) for found in rounds)

    return {Point(**row["point"]) for row in rows if is_unsteady(row)}


def ratio(row: Row) -> float | None:
    """The best peer's time / ours; None where no peer ran."""
    best = best_peer(row)
    return None if best is None else row["seconds"][best] / row["seconds"][OURS]


def step_ratio(row: Row, ours: str = OURS) -> float | None:
    """As `ratio`, against torch's and ONNX Runtime's steps; None unless all ran."""
    seconds = peer_seconds(row)
    fastest = [min((s for name, s in seconds.items() if name.startswith(peer)), default=None) for peer in STEP_PEERS]
    found = [s for s in fastest if s is not None]
    own = row["seconds"].get(ours)
    return min(found) / own if own and len(found) == len(STEP_PEERS) else None


def words_ratio(row: Row) -> float | None:
    """As `step_ratio`, with a word's row looked up by ours; the peers are given the row."""
    return step_ratio(row, WORDS)


def bfloat16_ratio(row: Row) -> float | None:
    """As `step_ratio`, with weights rounded to bfloat16 by ours; the peers' are float32."""
    return step_ratio(row, BFLOAT16)


def share(row: Row) -> float:
    """Of the matrix-product rate that was measured in the same row: useful operations a second."""
    return Point(**row["point"]).flops / row["seconds"][OURS] / row["product"]


@dataclass(frozen=True, slots=True)
class Aim:
    """A figure to reach over the points it is about: each of them, or their geometric mean."""

    title: str
    about: Callable[[Point], bool]
    value: Callable[[Row], float | None]
    at_least: float
    is_mean: bool = False
    percent: bool = False

    def shown(self, value: float) -> str:
        return f"{100 * value:.0f} %" if self.percent else f"{value:.2f}"

    def values(self, rows: list[Row]) -> list[tuple[float, Row]]:
        found = [(self.value(row), row) for row in rows if self.about(Point(**row["point"]))]
        return [(value, row) for value, row in found if value is not None]


def of_steps(point: Point) -> bool:
    return point.task == "step" and point.cell in ("lstm", "gru") and point.H in (128, 512)


def training(lengths: str) -> Callable[[Point], bool]:
    return lambda point: point.task == "training" and point.lengths == lengths


AIMS = [
    Aim("training, ragged: geometric mean of best peer / ours", training("ragged"), ratio, 2.5, is_mean=True),
    Aim("training, ragged: smallest ratio", training("ragged"), ratio, 1.2),
    Aim("training, equal lengths: geometric mean of best peer / ours", training("equal"), ratio, 1.5, is_mean=True),
    Aim("training, equal lengths: smallest ratio", training("equal"), ratio, 1.0),
    Aim("N = 1, training: smallest ratio", lambda p: p.N == 1 and p.task == "training", ratio, 1.0),
    Aim("N = 1, inference: smallest ratio", lambda p: p.N == 1 and p.task == "inference", ratio, 1.0),
    Aim(
        "training, ragged, H ≥ 256, N ≥ 32: smallest share of the matrix-product rate",
        lambda p: training("ragged")(p) and p.H >= 256 and p.N >= 32,
        share,
        0.85,
        percent=True,
    ),
    Aim(
        "step, LSTM and GRU, H = 128 and 512: smallest ratio to torch and ONNX Runtime",
        of_steps,
        step_ratio,
        2.0,
    ),
    Aim("the same, our weights rounded to bfloat16", of_steps, bfloat16_ratio, 2.0),
    Aim("the same, x being a word whose input product is looked up", of_steps, words_ratio, 2.0),
]


def missed(row: Row) -> list[Aim]:
    """The aims for every point that this one does not reach."""
    return [aim for aim in AIMS if not aim.is_mean and any(value < aim.at_least for value, _ in aim.values([row]))]


def geometric_mean(values: list[float]) -> float:
    return math.exp(sum(math.log(value) for value in values) / len(values))


def report(rows: list[Row], name: str, command: str) -> str:
    """The whole page; `rows` share their number of threads."""
    lines = [f"# Recurrent layers, {name.removeprefix('recurrent_')}", "", *measured_with(rows, name, command)]
    lines += ["", "## The figures to reach", "", *summary(rows)]
    lines += ["", "## Where a figure is not reached", "", *shortfalls(rows)]
    lines += ["", "## Answers", "", *answers(rows)]
    for task in TASKS:
        of_task = [row for row in rows if row["point"]["task"] == task]
        if of_task:
            lines += ["", f"## {task.capitalize()}, milliseconds a call", "", *table(of_task)]
    return "\n".join(lines) + "\n"


def measured_with(rows: list[Row], name: str, command: str) -> list[str]:
    product = sorted(row["product"] / 1e9 for row in rows)
    memory, cache = (statistics.median(row["bandwidths"][kind] / 1e9 for row in rows) for kind in ("memory", "cache"))
    machines = sorted({row["machine"] for row in rows})
    return [
        *(f"- Measured with {machine}; threads: {rows[0]['threads']}" for machine in machines),
        *commands(rows, command),
        f"- float32, D = H; {len(rows)} of the {len(grid())} points of the whole grid. Equal lengths are 64 steps;",
        "  ragged ones are log-normal, as of sentences, the longest of N = 8, 32 and 128 with 66, 85 and 100 steps;",
        "  one sentence alone has 50.",
        "- Times are medians over rounds in which all contestants take turns, each library in a process of its own;",
        "  compiling and the first call are not counted. A training step gives the outputs and the gradients of x",
        "  and of all weights. °: out before the last round, being more than twice as slow as the best peer.",
        "- Padded batches are given padded, packed ones are packed in every step, ours is made of rows and lengths;",
        "  at inference our weights are packed before (`Frozen`), as those of an ONNX Runtime session are.",
        f"- The machine beside it: matrix product {statistics.median(product):.0f} GFLOP/s (median over the points;",
        f"  from {product[0]:.0f} to {product[-1]:.0f}), memory {memory:.0f} GB/s, caches {cache:.0f} GB/s.",
        "  *share*: useful work, padding not counted, against the product timed at the same point; where the machine's",
        "  clock changed in between it may pass 100 %.",
        "- torch.compile unrolls the whole loop, up to minutes a point: only some points, of one direction.",
        f"- Against the machine's limits, and all ratios at a glance: [{name}.png]({name}.png).",
    ]


def commands(rows: list[Row], last: str) -> list[str]:
    """Those that measured the rows, and how many of them; rows may stem from several."""
    found = Counter(row.get("command", last) for row in rows)
    if len(found) == 1:
        return [f"- Command: `python {next(iter(found))}`"]
    return ["- Commands, and the points that stand:", *(f"  - `python {name}`: {n}" for name, n in found.most_common())]


def summary(rows: list[Row]) -> list[str]:
    lines = ["| figure | aim | found | smallest at | points | reached |", "|---|---:|---:|---|---:|---|"]
    lines += [summary_line(aim, rows) for aim in AIMS]
    for task in ("training", "inference"):
        found = [value for row in rows if row["point"]["task"] == task and (value := ratio(row)) is not None]
        if found:
            cells = f"{geometric_mean(found):.2f}, smallest {min(found):.2f} | | {len(found)} | |"
            lines.append(f"| {task}, all points: geometric mean of best peer / ours | – | {cells}")
    return lines


def summary_line(aim: Aim, rows: list[Row]) -> str:
    """One aim; a part of the points that it is about can miss it, but not reach it."""
    values = sorted(aim.values(rows), key=lambda pair: pair[0])
    wanted = sum(aim.about(point) for point in grid())
    head = f"| {aim.title} | ≥ {aim.shown(aim.at_least)} |"
    if not values:
        return f"{head} – | – | 0 of {wanted} | not measured |"
    found = geometric_mean([value for value, _ in values]) if aim.is_mean else values[0][0]
    short = sum(value < aim.at_least for value, _ in values)
    if found >= aim.at_least:
        verdict = "yes" if len(values) >= wanted else "so far"
    elif aim.is_mean:
        verdict = "no" if len(values) >= wanted else "not so far"
    else:
        verdict = f"no, at {short} points"
    place = Point(**values[0][1]["point"]).name
    return f"| {head[2:]} {aim.shown(found)} | {place} | {len(values)} of {wanted} | {verdict} |"


def shortfalls(rows: list[Row]) -> list[str]:
    """Of each aim the worst points, with the operations that take most of our time there."""
    lines: list[str] = []
    for aim in AIMS:
        short = sorted((pair for pair in aim.values(rows) if pair[0] < aim.at_least), key=lambda pair: pair[0])
        if aim.is_mean or not short:
            continue
        lines += [f"{aim.title} ({len(short)} points):", ""]
        for value, row in short:
            best = best_peer(row)
            against = f"; {best} {1000 * row['seconds'][best]:.3f} ms" if best else ""
            ours = f"ours {1000 * row['seconds'][OURS]:.3f} ms"
            lines.append(f"- {Point(**row['point']).name}: {aim.shown(value)}; {ours}{against}. {where_time_goes(row)}")
        lines.append("")
    return lines[:-1] or ["Every point that was measured reaches its figure."]


def where_time_goes(row: Row) -> str:
    """Operations by themselves; a step is none of torch's, and its time that of reading its weights."""
    point = Point(**row["point"])
    if point.task == "step":
        weights = NUM_GATES[point.cell] * point.H * 2 * point.H * 4
        return f"Its {weights / 1e6:.1f} MB of weights pass at {weights / row['seconds'][OURS] / 1e9:.0f} GB/s"
    parts = [f"{operation} {1000 * seconds:.3g}" for operation, seconds in row.get("profile", [])[:LISTED]]
    return f"Profile, ms: {', '.join(parts)}"


def answers(rows: list[Row]) -> list[str]:
    """How far the contestants' answers lie from ours, and what could not be compared."""
    largest: dict[str, float] = {}
    for row in rows:
        for name, difference in row["differences"].items():
            largest[name] = max(largest.get(name, 0.0), difference)
    lines = [
        f"Outputs, and in training every gradient, within {TOLERANCE:g} of the largest value of each array, with",
        f"weights in bfloat16 within {ROUNDED_WEIGHTS:g}; the largest difference from ours, over all points: "
        + ", ".join(f"{name} {difference:.1e}" for name, difference in sorted(largest.items()))
        + ".",
    ]
    left_out = Counter((name, reason) for row in rows for name, reason in row["reasons"].items())
    lines += [
        f"- {name}, {count} points: {reason}; it is timed all the same" for (name, reason), count in left_out.items()
    ]
    for row in rows:
        point = Point(**row["point"]).name
        lines += [f"- **wrong**, {point}, {name}: {', '.join(what)}" for name, what in row["wrong"].items()]
        lines += [f"- failed, {point}, {name}: {reason}" for name, reason in row["failed"].items()]
    return lines


def table(rows: list[Row]) -> list[str]:
    """A line a point: ours, the best peer, the ratio, our share, and every peer."""
    peers = list(dict.fromkeys(name for row in rows for name in row["seconds"] if name != OURS))
    head = ["cell", "dir", "lengths", "N", "H", "ours", "best peer", "ratio", "share", *peers]
    lines = ["| " + " | ".join(head) + " |", "|---|---|---|" + "---:|" * (len(head) - 3)]
    for row in sorted(rows, key=place):
        point, best, times = Point(**row["point"]), best_peer(row), ratio(row)
        cells = [point.cell, point.direction, point.lengths, str(point.N), str(point.H)]
        cells += [milliseconds(row["seconds"][OURS]), best or "–"]
        cells += ["–" if times is None else f"**{times:.2f}**" if missed(row) else f"{times:.2f}"]
        cells += [f"{100 * share(row):.0f} %", *(peer_cell(row, peer) for peer in peers)]
        lines.append("| " + " | ".join(cells) + " |")
    return [*lines, "", "Bold: a figure to reach is missed at this point."]


def place(row: Row) -> tuple:
    point = Point(**row["point"])
    return point.cell, point.directions, point.lengths, point.N, point.H


def peer_cell(row: Row, peer: str) -> str:
    if peer in row["wrong"]:
        return "wrong"
    if peer not in row["seconds"]:
        return "failed" if peer in row["failed"] else "–"
    return milliseconds(row["seconds"][peer]) + ("°" if peer in row["out_after"] else "")


def milliseconds(seconds: float) -> str:
    """Three digits, without an exponent."""
    value = 1000 * seconds
    return (
        f"{value:.0f}"
        if value >= 100
        else f"{value:.1f}"
        if value >= 10
        else f"{value:.2f}"
        if value >= 1
        else f"{value:.4f}"
    )


def write_picture(rows: list[Row], path: Path) -> None:
    """The roofline, and below it the ratios to the best peer."""
    figure = Figure(figsize=(16, 20), layout="constrained")
    roofline, ratios = figure.subfigures(2, 1, height_ratios=(11, 9))
    draw_roofline(roofline, rows)
    draw_ratios(ratios, rows)
    figure.savefig(path, dpi=70)


def draw_roofline(figure: FigureBase, rows: list[Row]) -> None:
    """Useful operations a second against operations a byte, ours and the best peer, under the machine's limits."""
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


def draw_ratios(figure: FigureBase, rows: list[Row]) -> None:
    """The best peer's time / ours at every point: a panel a task, kind of lengths, cell and number of directions."""
    by_point = {Point(**row["point"]): row for row in rows}
    columns = [(cell, directions) for cell in CELLS for directions in (1, 2)]
    points = [point for point in by_point if point.task != "step"]
    sequences, hidden = (sorted({getattr(point, name) for point in points}) for name in ("N", "H"))
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
