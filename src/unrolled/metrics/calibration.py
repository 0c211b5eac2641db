"""Whether a model is right as often as it says."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from unrolled.errors import DataError

__all__ = ["NUM_BINS", "Reliability"]

NUM_BINS = 15


@dataclass(frozen=True, slots=True)
class Reliability:
    """Answers in bins of equal width by their confidence, and how often those of a bin are right.

    Bin b of B holds the confidences in (b/B, (b+1)/B], the first also 0. An empty bin has confidence and accuracy 0.

    Attributes:
        counts: how many answers each bin holds.
        confidence: their mean confidence.
        accuracy: the share of right ones.
    """

    counts: tuple[int, ...]
    confidence: tuple[float, ...]
    accuracy: tuple[float, ...]

    @classmethod
    def of(cls, confidence: NDArray[np.float64], right: NDArray[np.bool_], num_bins: int = NUM_BINS) -> "Reliability":
        """Return the bins of answers.

        >>> sure = np.array([0.9, 0.9, 0.6, 0.6])
        >>> Reliability.of(sure, np.array([True, True, True, False]), num_bins=2).error
        0.0

        Args:
            confidence: (N,), the probability of each answer, from 0 to 1.
            right: (N,), whether it is the truth.
            num_bins: 15 in the paper that the error is known from.

        Raises:
            DataError: a confidence that is no probability.
        """
        if not (np.isfinite(confidence) & (confidence >= 0) & (confidence <= 1)).all():
            worst = confidence[~((confidence >= 0) & (confidence <= 1))][0]
            raise DataError(f"A confidence is {worst:g}. Give probabilities, from 0 to 1.")
        bins = np.searchsorted(np.linspace(0, 1, num_bins + 1)[1:-1], confidence, side="left")
        counts = np.bincount(bins, minlength=num_bins)
        divisors = np.maximum(counts, 1)
        means = np.bincount(bins, weights=confidence, minlength=num_bins) / divisors
        shares = np.bincount(bins, weights=right.astype(np.float64), minlength=num_bins) / divisors
        return cls(tuple(counts.tolist()), tuple(means.tolist()), tuple(shares.tolist()))

    @property
    def error(self) -> float:
        """Expected calibration error: the mean distance of accuracy and confidence, weighted by the bins' counts.

        Guo et al. 2017, arXiv:1706.04599v2, equation 3, which estimates equation 2; 0 is best.
        """
        gaps = (abs(a - c) * n for n, c, a in zip(self.counts, self.confidence, self.accuracy, strict=True))
        return sum(gaps) / self.num_answers if self.num_answers else 0.0

    @property
    def num_answers(self) -> int:
        """N."""
        return sum(self.counts)

    @property
    def mean_confidence(self) -> float:
        """Of all answers: above `mean_accuracy` where the model is too sure of itself."""
        return self._mean(self.confidence)

    @property
    def mean_accuracy(self) -> float:
        """The share of right answers of all."""
        return self._mean(self.accuracy)

    def _mean(self, of_bins: tuple[float, ...]) -> float:
        total = sum(value * n for value, n in zip(of_bins, self.counts, strict=True))
        return total / self.num_answers if self.num_answers else 0.0

    def to_dict(self) -> dict[str, object]:
        """Return error and bins for JSON."""
        return {
            "expected_calibration_error": self.error,
            "counts": list(self.counts),
            "confidence": list(self.confidence),
            "accuracy": list(self.accuracy),
        }
