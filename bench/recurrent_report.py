"""The results of the recurrent benchmark as Markdown: the figures to reach, then a line a point."""

import statistics
from collections import Counter

from recurrent_aims import AIMS, Aim, best_peer, geometric_mean, missed, ratio, share
from recurrent_grid import NUM_GATES, TASKS, Point, grid
from recurrent_libraries import OURS
from recurrent_race import ROUNDED_WEIGHTS, TOLERANCE
from recurrent_rows import Row

LISTED = 5  # operations of a profile


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
        f"- One row a point: `{name}.jsonl`. Against the machine's limits: `{name}.png`; all ratios:",
        f"  `{name}_ratios.png`.",
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
