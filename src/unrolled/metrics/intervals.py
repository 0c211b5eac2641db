"""Whole intervals: stretches of steps with one label, right where both ends and the label are."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from unrolled.data.step_labels import run_starts

__all__ = ["IntervalCounts", "count_intervals"]

Codes = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class IntervalCounts:
    """How many intervals of each class there are.

    Attributes:
        truths, answers, right: by the index of the class.
    """

    truths: Counter[int]
    answers: Counter[int]
    right: Counter[int]

    def scores(self, classes: Sequence[int]) -> tuple[float, float, float]:
        """Return precision, recall and F1 over the intervals of some classes; without a denominator 0."""
        truths, answers, right = (sum(counts[i] for i in classes) for counts in (self.truths, self.answers, self.right))
        f1 = 2 * right / (truths + answers) if truths + answers else 0.0
        return right / answers if answers else 0.0, right / truths if truths else 0.0, f1


def count_intervals(truths: Sequence[Codes], answers: Sequence[Codes]) -> IntervalCounts:
    """Count the intervals of examples, and those that are in both with the same first and last step and class.

    >>> counts = count_intervals([np.array([0, 1, 1, 0])], [np.array([0, 1, 1, 1])])
    >>> counts.right, counts.scores([1])
    (Counter({0: 1}), (0.0, 0.0, 0.0))
    """
    found = IntervalCounts(Counter(), Counter(), Counter())
    for truth, answer in zip(truths, answers, strict=True):
        own, said = _intervals(truth), _intervals(answer)
        found.truths.update(interval[2] for interval in own)
        found.answers.update(interval[2] for interval in said)
        found.right.update(interval[2] for interval in own & said)
    return found


def _intervals(codes: Codes) -> set[tuple[int, int, int]]:
    starts = run_starts(codes)
    ends = [*starts[1:], len(codes)]
    kinds: list[int] = codes[starts].tolist()
    return set(zip(starts, ends, kinds, strict=True))
