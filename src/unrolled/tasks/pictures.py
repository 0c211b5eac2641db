"""The pictures that a finished run draws of its dev part."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from unrolled.data.answer import Answer
from unrolled.metrics import ClassMetric, Metric
from unrolled.pictures import confusion_picture, reliability_diagram

__all__ = ["draw_classes", "draw_confusion"]


def draw_confusion(metric: Metric[Any], truths: Sequence[Any], answers: Sequence[Answer[Any]], folder: Path) -> None:
    """Draw confusion.png, where one thing can be taken for another.

    Raises:
        OSError: it cannot be written.
    """
    table = metric.confusion(truths, answers)
    if table is not None:
        confusion_picture(table, folder / "confusion.png")


def draw_classes(metric: Metric[Any], truths: Sequence[str], answers: Sequence[Answer[str]], folder: Path) -> None:
    """Draw confusion.png, and calibration.png: how often an answer is right that is so and so sure.

    Raises:
        OSError: one of them cannot be written.
    """
    draw_confusion(metric, truths, answers, folder)
    reliability = metric.reliability(truths, answers) if isinstance(metric, ClassMetric) else None
    if reliability is not None:
        reliability_diagram(reliability, folder / "calibration.png")
