"""An answer for each step: the figures of a metric of whole answers, over all steps of all examples."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from unrolled.data.answer import Answer
from unrolled.errors import DataError
from unrolled.metrics.classes import ClassMetric
from unrolled.metrics.confusion import Confusion
from unrolled.metrics.metric import Figure, Needs
from unrolled.metrics.numbers import NumberMetric
from unrolled.metrics.report import PlainReport, check_pairs

__all__ = ["StepMetric"]


@dataclass(frozen=True, slots=True)
class StepMetric:
    """Compares the answers to steps with the true ones, every step alike.

    >>> metric = StepMetric(ClassMetric(("rest", "walk")))
    >>> report = metric.measure([("rest", "walk"), ("walk",)], [Answer(("rest", "rest")), Answer(("walk",))])
    >>> round(report.figures["accuracy"], 3), report.counts
    (0.667, {'examples': 2, 'steps': 3})

    Attributes:
        of_step: the metric of one step.
    """

    of_step: ClassMetric | NumberMetric

    @property
    def figures(self) -> Sequence[Figure]:
        """Those that may choose the weights."""
        return self.of_step.figures

    @property
    def rule_text(self) -> str:
        """How the figures count."""
        return f"Every step counts alike, whatever example it is of. {self.of_step.rule_text}"

    @property
    def needs(self) -> Needs:
        """What an answer must hold."""
        return self.of_step.needs

    def measure(self, truths: Sequence[Any], answers: Sequence[Answer[Any]], /) -> PlainReport:
        """Return the figures over all steps of all examples.

        Raises:
            DataError: no examples, another number of answers or of steps, or what the metric of a step refuses.
        """
        report = self.of_step.measure(*self._steps(truths, answers))
        counts = {"examples": len(truths), "steps": report.counts["examples"]}
        notes = {name: note for name, note in report.notes.items() if name not in ("figures", "rule")}
        return replace(report, rule_text=self.rule_text, counts=counts, notes={**notes, "rule": self.rule_text})

    def confusion(self, truths: Sequence[Any], answers: Sequence[Answer[Any]], /) -> Confusion | None:
        """Return which labels of steps were taken for which; None of numbers.

        Raises:
            DataError: as `measure` does.
        """
        return self.of_step.confusion(*self._steps(truths, answers))

    def _steps(self, truths: Sequence[Any], answers: Sequence[Answer[Any]]) -> tuple[list[Any], list[Answer[Any]]]:
        check_pairs(truths, answers)
        ys, found = list[Any](), list[Answer[Any]]()
        for number, (truth, answer) in enumerate(zip(truths, answers, strict=True), 1):
            steps, said = list(_each(truth)), list(_each(answer.y))
            if len(steps) != len(said):
                raise DataError(
                    f"Example {number} has {len(steps)} steps and {len(said)} answers. Give one answer for each."
                )
            ys += steps
            p = answer.probabilities
            found += [Answer(y, probabilities=None if p is None else p[t : t + 1]) for t, y in enumerate(said)]
        return ys, found


def _each(ys: Any) -> Iterator[Any]:
    """Yield what stands at each step: of one number a step that number."""
    for y in ys:
        row = y if isinstance(y, str) else np.asarray(y)
        yield row if isinstance(row, str) else row.item()
