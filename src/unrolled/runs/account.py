"""How a file was understood, in two lines: what was taken for what, and the first example."""

from typing import Any

from unrolled.data.readers import Reading
from unrolled.data.readers.source import counted
from unrolled.tasks import Task

__all__ = ["account"]


def account(task: Task[Any, Any], reading: Reading[Any, Any]) -> tuple[str, ...]:
    """Return what was taken for what with the counts, then the first example with its place."""
    if not reading.pairs:
        return ()
    steps = sum(task.length(pair) for pair in reading.pairs)
    tables = list(task.checks.counts(reading.pairs).values())
    counts = [counted(len(reading.pairs), task.x.name), counted(steps, task.x.step)]
    counts += [counted(len(tables[-1]), task.y.step)] if tables else []
    taken = " · ".join([*(f"{name}: {what}" for name, what in reading.taken.items()), ", ".join(counts)])
    place = reading.files[0] if reading.files else f"line {reading.lines[0]}"
    return (f"{reading.path}: {taken}", f"first, {place}: {task.checks.example(reading.pairs[0])}")
