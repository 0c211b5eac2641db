"""A number for each example: how far off, and in what order.

Each figure equals scikit-learn's, Spearman's correlation scipy's. Where those are not defined: R² of truths that are
all the same (one alone is) is 1 if every answer is right, otherwise 0; Spearman's correlation is 0 where all truths or
all answers are the same.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from unrolled.data.answer import Answer
from unrolled.errors import DataError
from unrolled.metrics.metric import Figure, Needs
from unrolled.metrics.report import PlainReport, check_pairs

__all__ = ["NumberMetric"]

RULE = (
    "RMSE is the root of the mean squared error, MAE the mean distance, both in the unit of the numbers; R² is 1 - "
    "squared error ÷ that of always answering the mean; Spearman is the correlation of ranks, equal numbers sharing "
    "theirs."
)


@dataclass(frozen=True, slots=True)
class NumberMetric:
    """Compares numbers with the true ones.

    >>> report = NumberMetric().measure([1.0, 2.0, 4.0], [Answer(1.0), Answer(2.0), Answer(7.0)])
    >>> round(report.figures["rmse"], 3), report.figures["mae"], report.figures["spearman"]
    (1.732, 1.0, 1.0)
    """

    @property
    def figures(self) -> tuple[Figure, ...]:
        """Those that may choose the weights; of a model that always answers the same, Spearman's correlation is 0."""
        return Figure("rmse", "lower"), Figure("mae", "lower"), Figure("r2"), Figure("spearman", "higher", 0.0)

    @property
    def rule_text(self) -> str:
        """How the figures count."""
        return RULE

    @property
    def needs(self) -> Needs:
        """Numbers alone."""
        return "answers"

    def measure(self, truths: Sequence[float], answers: Sequence[Answer[float]], /) -> PlainReport:
        """Return the figures over all examples.

        Raises:
            DataError: no examples, another number of answers, or what is no finite number.
        """
        check_pairs(truths, answers)
        gold, found = _finite("truth", truths), _finite("answer", [answer.y for answer in answers])
        errors = found - gold
        squared, spread = float((errors**2).sum()), float(((gold - gold.mean()) ** 2).sum())
        same = gold.min() == gold.max()
        figures = {
            "rmse": float(np.sqrt((errors**2).mean())),
            "mae": float(np.abs(errors).mean()),
            "r2": float(squared == 0) if same else 1 - squared / spread,
            "spearman": _spearman(gold, found),
        }
        notes = {"baseline": f"always the mean, {gold.mean():.4g}, has an RMSE of {gold.std():.4g}", "rule": RULE}
        return PlainReport(figures, RULE, {"examples": len(truths)}, notes=notes)

    def confusion(self, truths: Sequence[float], answers: Sequence[Answer[float]], /) -> None:
        """Return None: numbers are not taken for each other."""


def _finite(what: str, values: Sequence[float]) -> NDArray[np.float64]:
    array = np.asarray(values, dtype=np.float64)
    if not np.isfinite(array).all():
        number = int((~np.isfinite(array)).argmax())
        raise DataError(f"The {what} of example {number + 1} is {array[number]}. Give finite numbers.")
    return array


def _spearman(gold: NDArray[np.float64], found: NDArray[np.float64]) -> float:
    if gold.min() == gold.max() or found.min() == found.max():
        return 0.0
    a, b = _ranks(gold), _ranks(found)
    a, b = a - a.mean(), b - b.mean()
    return float(a @ b / np.sqrt((a @ a) * (b @ b)))


def _ranks(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return ranks from 1; equal values share the mean of theirs."""
    _, places, counts = np.unique(values, return_inverse=True, return_counts=True)
    return (counts.cumsum() - (counts - 1) / 2)[places]
