"""The page of all tasks: quality beside every peer and what was published; time and memory beside the plain network."""

import statistics
from collections.abc import Mapping
from typing import Any

from contest import OURS
from folds_report import Standing, standings
from record import Row

PLAIN = "bilstm"  # the plain PyTorch network of every contest


def page(tasks: Mapping[str, Any], rows: list[Row], date: str) -> str:
    """`tasks` are those of tasks.py; `rows` share their number of threads."""
    lines = [f"# Tasks, {date}", ""]
    lines += [f"- Measured with {machine}" for machine in sorted({row["machine"] for row in rows})]
    lines += [
        f"- Command: `python bench/tasks.py --data DIR`; threads: {rows[0]['threads']}, a process for each run",
        "- The mean over the seeds, each over all folds; in brackets the least and the most of a seed. A seed that",
        "  lacks a fold is left out. After a semicolon: what is measured besides.",
        "- The settings of `unrolled` are its defaults.",
        "",
        "| data | split | metric | unrolled | plain PyTorch network | other peers | published |",
        "|---|---|---|---:|---:|---|---|",
    ]
    found = {name: of for name, task in tasks.items() if (of := standings(task.contest, rows, task.corpora))}
    lines += [quality(tasks[name], of, metric(rows, tasks[name])) for name, of in found.items()]
    lines += [
        "",
        "Seconds to the best epoch on dev, preparation and every dev before it included; peak memory of the process,",
        "its libraries included. Medians over folds and seeds; the ratio's is over pairs of one fold and seed, run",
        "one after the other on the same machine. `--fresh` measures again.",
        "",
        "| data | unrolled: best epoch | s | plain network: best epoch | s | ratio | peak MiB: unrolled | plain |",
        "|---|---:|---:|---:|---:|---:|---:|---:|",
    ]
    lines += [costs(tasks[name], of) for name, of in found.items() if {OURS, PLAIN} <= of.keys()]
    return "\n".join(lines) + "\n"


def metric(rows: list[Row], task: Any) -> str:
    return next(next(iter(row["scores"])) for row in rows if row["corpus"] in task.corpora)


def quality(task: Any, found: Mapping[str, Standing], name: str) -> str:
    others = ", ".join(f"{peer} {value(of)}" for peer, of in found.items() if peer not in (OURS, PLAIN))
    ours, plain = (value(found[system]) if system in found else "–" for system in (OURS, PLAIN))
    return f"| {task.data} | {task.split} | {name} | {ours} | {plain} | {others} | {task.published} |"


def value(found: Standing) -> str:
    each = found.scores.values()
    spread = f" ({min(each):.3f}–{max(each):.3f})" if len(each) > 1 else f" (seed {next(iter(found.scores))})"
    others = list(found.rows[0]["scores"])[1:]
    more = [f"; {name} {statistics.fmean(row['scores'][name] for row in found.rows):.3f}" for name in others]
    return f"{found.mean:.4f}{spread}{''.join(more)}"


def costs(task: Any, found: Mapping[str, Standing]) -> str:
    ours, plain = found[OURS], found[PLAIN]
    by_key = {(row["corpus"], row["seed"]): row["seconds_to_best"] for row in plain.rows}
    pairs = [(row["seconds_to_best"], by_key.get((row["corpus"], row["seed"]))) for row in ours.rows]
    ratios = [a / b for a, b in pairs if b]
    cells = [f"{of.median('best_epoch'):.0f} | {of.median('seconds_to_best'):.1f}" for of in (ours, plain)]
    ratio = f"{statistics.median(ratios):.2f}" if ratios else "–"
    cells += [ratio, *(f"{of.median('peak_mib'):.0f}" for of in (ours, plain))]
    return f"| {task.data} | {' | '.join(cells)} |"
