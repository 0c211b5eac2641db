"""Recurrent layers side by side: training, inference and the single step, `unrolled` and its peers (see README.md)."""

import argparse
import datetime as dt
import sys
import time
from pathlib import Path

from record import RESULTS, Row, describe, read_rows, write_rows
from recurrent_grid import CELLS, DIRECTIONS, HIDDEN, LENGTHS, SEQUENCES, STEP_HIDDEN, TASKS, Point, grid, quick_grid
from recurrent_libraries import OURS, PEERS, packages
from recurrent_race import Field, WorkerError
from recurrent_report import (
    Key,
    best_peer,
    is_finished,
    key_of,
    missed,
    ratio,
    report,
    share,
    unsteady,
    write_picture,
)


def main() -> int:
    options = parse_options()
    points = points_of(options)
    if options.plan:
        print("\n".join(point.name for point in points))
        return 0
    options.results.mkdir(exist_ok=True)
    stem = options.results / f"recurrent_{options.date}"
    rows = read_rows(stem.with_suffix(".jsonl"), key_of)
    done = True
    try:
        measure_all(options, points, rows, stem.with_suffix(".jsonl"))
    except KeyboardInterrupt:
        done = False
        print(f"\nstopped; --date {options.date} goes on", file=sys.stderr)
    shown = [row for (_, threads), row in rows.items() if threads == options.threads]
    if not shown:
        return int(not done)
    write_results(shown, stem, " ".join(sys.argv))
    bad = [Point(**row["point"]).name for row in shown if row["wrong"] or row["failed"]]
    if bad:
        print(f"answers differ or a contestant failed at {len(bad)} points: {'; '.join(bad)}", file=sys.stderr)
    return int(bool(bad) or not done)


def parse_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tasks", nargs="+", choices=TASKS, default=list(TASKS))
    parser.add_argument("--cells", nargs="+", choices=CELLS, default=list(CELLS))
    parser.add_argument("--directions", nargs="+", type=int, choices=DIRECTIONS, default=list(DIRECTIONS))
    parser.add_argument("--sequences", "-N", nargs="+", type=int, default=list(SEQUENCES))
    parser.add_argument("--hidden", "-H", nargs="+", type=int, help="also of the step, which has sizes of its own")
    parser.add_argument("--lengths", nargs="+", choices=LENGTHS, default=list(LENGTHS))
    parser.add_argument("--quick", action="store_true", help="few points of everything, instead of these")
    parser.add_argument("--peers", nargs="*", choices=PEERS, default=PEERS)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--budget", type=float, default=1.5, help="seconds of timing a point, about")
    parser.add_argument("--date", default=dt.date.today().isoformat(), help="names the results; go on with these")
    parser.add_argument("--fresh", action="store_true", help="repeat the points asked for, finished ones too")
    parser.add_argument("--unsteady", action="store_true", help="repeat those where the machine was disturbed")
    parser.add_argument("--results", type=Path, default=RESULTS, help="folder of the results")
    parser.add_argument("--plan", action="store_true", help="only name the points")
    return parser.parse_args()


def points_of(options: argparse.Namespace) -> list[Point]:
    if options.quick:
        return quick_grid()
    return grid(
        options.tasks,
        options.cells,
        options.directions,
        options.sequences,
        options.hidden or HIDDEN,
        options.lengths,
        options.hidden or STEP_HIDDEN,
    )


def measure_all(options: argparse.Namespace, points: list[Point], rows: dict[Key, Row], log: Path) -> None:
    """The points that have no row yet; the log holds each as soon as it is measured."""
    libraries = [OURS, *options.peers]
    again = set(points) if options.fresh else set[Point]()
    if options.unsteady:
        again |= unsteady([row for (_, threads), row in rows.items() if threads == options.threads])
    wanted = [point for point in points if point in again or not is_finished(rows, point, options.threads, libraries)]
    start = time.perf_counter()
    with Field(options.peers, options.threads) as field:
        for number, point in enumerate(wanted, start=1):
            row = field.measure(point, options.budget, lambda row: bool(missed(row))) | {
                "machine": describe(packages()),
                "command": " ".join(sys.argv),
            }
            rows[point, options.threads] = row
            write_rows(log, rows)
            minutes = (time.perf_counter() - start) / 60
            print(f"[{number}/{len(wanted)}, {minutes:.0f} min] {in_words(row)}", flush=True)


def in_words(row: Row) -> str:
    point, best, times = Point(**row["point"]), best_peer(row), ratio(row)
    words = f"{point.name}: {1000 * row['seconds'][OURS]:.3f} ms, {100 * share(row):.0f} % of the product"
    if best is not None and times is not None:
        words += f", {times:.2f} × {best}"
    for name, differing in row["wrong"].items():
        words += f"; WRONG, {name}: {', '.join(differing)}"
    return words + "".join(f"; {name} failed: {reason}" for name, reason in row["failed"].items())


def write_results(rows: list[Row], stem: Path, command: str) -> None:
    text = report(rows, stem.name, command)
    stem.with_suffix(".md").write_text(text, encoding="utf-8")
    write_picture(rows, stem.with_suffix(".png"))
    print(text)
    print(f"wrote {stem}.md and .png from {stem.name}.jsonl")


if __name__ == "__main__":
    try:
        sys.exit(main())
    except WorkerError as error:
        sys.exit(f"recurrent.py: {OURS} or the matrix product failed: {error}")
