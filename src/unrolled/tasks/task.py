"""What a task is: functions and facts, no behaviour of its own."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from unrolled.data.readers import Reading
from unrolled.tasks.settings import ReadingSettings
from unrolled.training.metrics import EntityReport

__all__ = ["Task"]


@dataclass(frozen=True, kw_only=True)
class Task:
    """One application: how its files are read, its pairs measured, and what it is called.

    Attributes:
        name: what the command line calls it.
        title: what people call it.
        shape: the shape of its pairs.
        metric: the figure that chooses the best weights, where the settings name no other.
        rule: one sentence that says how the metric counts; printed with every figure.
        read: reads one labelled file as the settings say; with `strict=False` (the second argument) it collects every
            problem instead of raising the first.
        measure: from true and predicted labels to the report.
        train, dev, test: the bundled corpus.
    """

    name: str
    title: str
    shape: str
    metric: str
    rule: str
    read: Callable[[Path, bool, ReadingSettings], Reading]
    measure: Callable[[Sequence[Sequence[str]], Sequence[Sequence[str]]], EntityReport]
    train: Path
    dev: Path
    test: Path
