"""How well scores put the examples of a class, or the class of an example, before all others."""

import numpy as np
from numpy.typing import NDArray

__all__ = ["auroc", "average_precision", "top_accuracy"]


def auroc(scores: NDArray[np.float64], truths: NDArray[np.bool_]) -> float | None:
    """Return the chance that an example of the class has a higher score than another, ties counted half.

    That is the area under the curve of true against false positives (Hanley & McNeil 1982, Radiology 143(1)). None
    where all examples are of the class, or none is.

    >>> auroc(np.array([0.9, 0.4, 0.4, 0.1]), np.array([True, True, False, False]))
    0.875

    Args:
        scores, truths: (N,).
    """
    positive = int(truths.sum())
    negative = len(truths) - positive
    if not positive or not negative:
        return None
    _, inverse, counts = np.unique(scores, return_inverse=True, return_counts=True)
    ranks = (counts.cumsum() - (counts - 1) / 2)[inverse]
    return float((ranks[truths].sum() - positive * (positive + 1) / 2) / (positive * negative))


def average_precision(scores: NDArray[np.float64], truths: NDArray[np.bool_]) -> float | None:
    """Return Σ (R_n - R_n-1) P_n over the thresholds, from the highest score on; equal scores are one threshold.

    It is the area under precision and recall, AUPRC here, without interpolation. None where no example is of the class.

    >>> round(average_precision(np.array([0.9, 0.8, 0.1]), np.array([True, False, True])) or 0, 4)
    0.8333

    Args:
        scores, truths: (N,).
    """
    positive = int(truths.sum())
    if not positive:
        return None
    order = np.argsort(-scores, kind="stable")
    ends = np.append(np.nonzero(np.diff(scores[order]))[0], len(scores) - 1)
    hits = truths[order].cumsum()[ends]
    recall = hits / positive
    return float((np.diff(recall, prepend=0) * hits / (ends + 1)).sum())


def top_accuracy(probabilities: NDArray[np.float64], rows: NDArray[np.int64], k: int) -> float:
    """Return the share of examples whose class is among their k most probable ones.

    Of equals the later ones come first, as in scikit-learn.

    >>> top_accuracy(np.array([[0.5, 0.3, 0.2], [0.1, 0.2, 0.7]]), np.array([1, 0]), 2)
    0.5

    Args:
        probabilities: (N, K).
        rows: (N,) the true classes.
        k: how many.
    """
    best = np.argsort(probabilities, axis=1, kind="stable")[:, ::-1][:, :k]
    return float((best == rows[:, None]).any(1).mean())
