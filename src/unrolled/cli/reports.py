"""The figures of a report, with the rule that they count by."""

from pathlib import Path
from typing import Any

from rich.console import Console

from unrolled.cli.screen import print_pairs, print_table, print_text
from unrolled.data.readers.source import counted
from unrolled.metrics import Report
from unrolled.tasks import Task

__all__ = ["print_report"]


def print_report(
    console: Console, task: Task[Any, Any], name: str, path: Path, report: Report, *, rule: bool = True
) -> None:
    """Print the figures of each type or class and over all, then what they mean; `rule` where no other report does."""
    counts = ", ".join(counted(number, noun.removesuffix("s")) for noun, number in report.counts.items())
    print_text(console, f"{name}: {path}, {counts}", style="bold")
    table = {**report.by, **report.totals}
    columns = list(dict.fromkeys(column for row in table.values() for column in row))
    if table:
        rows = [(kind, *(_cell(row.get(column)) for column in columns)) for kind, row in table.items()]
        heads = ["F1>" if column == "f1" else f"{column.replace('_', ' ')}>" for column in columns]
        print_table(console, (task.y.step, *heads), rows)
    print_pairs(console, {note: text for note, text in report.notes.items() if rule or note != "rule"})


def _cell(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:,}" if isinstance(value, int) else f"{value:.4f}"
