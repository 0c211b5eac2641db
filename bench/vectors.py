"""Series side by side: 1-NN with dynamic time warping, a random forest, a plain PyTorch BiLSTM and `unrolled`."""

import argparse
import datetime as dt
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import torch
from peers.series import bilstm, dtw_neighbour, forest
from record import RESULTS, Row, describe, read_rows, write_rows
from series_data import WHEELS, load

from unrolled import SeriesClassifier

RULE = "accuracy: the share of right labels, over all folds of a seed together"


def ours(X: Sequence[Any], y: Sequence[str], X_test: Sequence[Any], seed: int) -> list[str]:
    """`SeriesClassifier` with its defaults: a tenth is set aside, on which the best epoch is chosen."""
    return SeriesClassifier(seed=seed).fit(X, y).predict(X_test)


SYSTEMS: dict[str, Callable[..., list[str]]] = {
    "1-nn dtw": dtw_neighbour,
    "random forest": forest,
    "bilstm": bilstm,
    "unrolled": ours,
}
SEEDLESS = ("1-nn dtw",)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the wheels; they are downloaded there")
    parser.add_argument("--corpora", nargs="+", choices=list(WHEELS), default=list(WHEELS))
    parser.add_argument("--systems", nargs="+", choices=list(SYSTEMS), default=list(SYSTEMS))
    parser.add_argument("--seeds", nargs="+", type=int, default=[1, 2, 3])
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--date", default=dt.date.today().isoformat(), help="names the results; go on with these")
    parser.add_argument("--results", type=Path, default=RESULTS)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    kept = options.results / f"vectors_{options.date}.jsonl"
    rows = read_rows(kept, key_of)
    for corpus in options.corpora:
        split, parts = load(corpus, options.data)
        for seed in options.seeds:
            for system in options.systems:
                if system in SEEDLESS and seed != options.seeds[0]:
                    continue
                if (corpus, system, seed) in rows:
                    continue
                began, right, of = time.perf_counter(), 0, 0
                for part in parts:
                    found = SYSTEMS[system](part.X, part.y, part.X_test, seed)
                    right += sum(a == b for a, b in zip(found, part.y_test, strict=True))
                    of += len(found)
                row: Row = {"corpus": corpus, "split": split, "system": system, "seed": seed, "right": right, "of": of}
                row |= {"accuracy": right / of, "seconds": time.perf_counter() - began, "threads": options.threads}
                rows[key_of(row)] = row
                write_rows(kept, rows)
                print(row, flush=True)
    (options.results / f"vectors_{options.date}.md").write_text(report(list(rows.values())), encoding="utf-8")
    return 0


def key_of(row: Row) -> tuple[str, str, int]:
    return row["corpus"], row["system"], row["seed"]


def report(rows: Sequence[Row]) -> str:
    lines = ["# Series", "", f"{describe(('unrolled', 'torch', 'numpy', 'scikit-learn'))}", "", f"Metric: {RULE}.", ""]
    for corpus in dict.fromkeys(row["corpus"] for row in rows):
        own = [row for row in rows if row["corpus"] == corpus]
        lines += [f"## {corpus}", "", f"Split: {own[0]['split']}.", "", "| system | accuracy | each seed | s |"]
        lines.append("|---|---|---|---|")
        for system in SYSTEMS:
            found = [row for row in own if row["system"] == system]
            if found:
                each = ", ".join(f"{row['accuracy']:.4f}" for row in found)
                mean = statistics.mean(row["accuracy"] for row in found)
                seconds = statistics.median(row["seconds"] for row in found)
                lines.append(f"| {system} | {mean:.4f} | {each} | {seconds:.0f} |")
        lines.append("")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
