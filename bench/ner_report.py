"""The table of the named entity benchmark, from its rows."""

import statistics
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ner_outcome import METRIC_RULE

Row = dict[str, Any]  # a line of the .jsonl file, as `ner.run_one` writes it
OURS = "unrolled"
COLUMNS: dict[str, Callable[[list[Row]], str]] = {
    "F1, mean (min–max)": lambda rows: spread(rows, "f1"),
    "precision": lambda rows: f"{mean(rows, 'precision'):.3f}",
    "recall": lambda rows: f"{mean(rows, 'recall'):.3f}",
    "s per epoch": lambda rows: f"{median(rows, 'epoch_seconds'):.2f}",
    "tokens/s": lambda rows: f"{median(rows, 'tokens_per_second'):,.0f}",
    "best epoch / epochs": lambda rows: f"{median(rows, 'best_epoch'):.0f} / {median(rows, 'num_epochs'):.0f}",
    "s to best F1": lambda rows: f"{median(rows, 'seconds_to_best'):.1f}",
    "CPU s, whole run": lambda rows: f"{median(rows, 'cpu_seconds'):.0f}",
    "peak MiB": lambda rows: f"{median(rows, 'peak_mib'):.0f}",
}
RATIOS = {"F1": "f1", "s per epoch": "epoch_seconds", "s to best F1": "seconds_to_best", "peak memory": "peak_mib"}


def write_table(rows: list[Row], systems: list[str], path: Path, command: str) -> None:
    """One Markdown table a corpus; `rows` share their number of threads."""
    machines = sorted({row["machine"] for row in rows})
    lines = [
        f"# Named entity recognition, {path.stem.removeprefix('ner_')}",
        "",
        *(f"- Measured with {machine}; threads: {rows[0]['threads']}" for machine in machines),
        f"- Command: `python {command}`",
        f"- Metric: {METRIC_RULE}; on dev, by the weights of the best dev epoch (CRFsuite: of the last iteration)",
        "- No pre-trained vectors for any system. Times are medians over the seeds; an epoch is training alone,",
        "  the time to the best F1 is preparation, training and evaluation up to that epoch. An epoch of CRFsuite is",
        "  one iteration of L-BFGS, which draws nothing: its seeds differ in time only.",
        f"- One row a run: `{path.stem}.jsonl`; dev F1 against training time: `{path.stem}.png`",
    ]
    for corpus, of_corpus in grouped(rows, "corpus").items():
        lines += ["", f"## {corpus}", "", f"{of_corpus[0]['split']}.", ""]
        lines += ["| system | seeds | " + " | ".join(COLUMNS) + " |", "|---|---|" + "---:|" * len(COLUMNS)]
        by_system = grouped(of_corpus, "system")
        for system in (s for s in systems if s in by_system):
            of_system = by_system[system]
            seeds = ", ".join(str(row["seed"]) for row in of_system)
            cells = [column(of_system) for column in COLUMNS.values()]
            lines.append(f"| {system} | {seeds} | " + " | ".join(cells) + " |")
        unbiased = [row["unbiased_f1"] for row in by_system.get(OURS, []) if row["unbiased_f1"] is not None]
        if unbiased:
            lines += [
                "",
                f"`{OURS}`, the same weights without the bias against O: F1 {statistics.fmean(unbiased):.3f}.",
            ]
        lines += ratio_lines(by_system, systems)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def ratio_lines(by_system: dict[str, list[Row]], systems: list[str]) -> list[str]:
    """Medians of ours / peer over the runs of the same seed; none where they share no seed."""
    ours = {row["seed"]: row for row in by_system.get(OURS, [])}
    lines: list[str] = []
    for peer in (s for s in systems if s in by_system and s != OURS):
        pairs = [(ours[row["seed"]], row) for row in by_system[peer] if row["seed"] in ours]
        if pairs:
            cells = [f"{statistics.median(a[key] / b[key] for a, b in pairs):.2f}" for key in RATIOS.values()]
            lines.append(f"| {OURS} / {peer} | " + " | ".join(cells) + " |")
    head = ["", "| ratio, median over seeds | " + " | ".join(RATIOS) + " |", "|---|" + "---:|" * len(RATIOS)]
    return head + lines if lines else []


def grouped(rows: list[Row], key: str) -> dict[str, list[Row]]:
    groups: dict[str, list[Row]] = {}
    for row in rows:
        groups.setdefault(row[key], []).append(row)
    return groups


def mean(rows: list[Row], key: str) -> float:
    return statistics.fmean(row[key] for row in rows)


def median(rows: list[Row], key: str) -> float:
    return statistics.median(row[key] for row in rows)


def spread(rows: list[Row], key: str) -> str:
    values = [row[key] for row in rows]
    return f"{mean(rows, key):.3f} ({min(values):.3f}–{max(values):.3f})"
