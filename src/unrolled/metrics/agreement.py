"""Figures of a square table of counts: `counts[i][j]` truths of class i were answered by class j.

A figure whose denominator is zero is 0.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

__all__ = ["class_rows", "matthews", "quadratic_kappa"]


def class_rows(counts: NDArray[np.int64], names: Sequence[str]) -> dict[str, dict[str, float]]:
    """Return precision, recall, F1 and support of each class that is a truth or an answer.

    >>> class_rows(np.array([[1, 1], [0, 2]]), ["bad", "good"])["bad"]
    {'precision': 1.0, 'recall': 0.5, 'f1': 0.6666666666666666, 'support': 2}

    Args:
        counts: (K, K).
        names: of the K classes.
    """
    rows: dict[str, dict[str, float]] = {}
    for i, name in enumerate(names):
        correct, support, answered = int(counts[i, i]), int(counts[i].sum()), int(counts[:, i].sum())
        if support or answered:
            rows[name] = {
                "precision": correct / answered if answered else 0.0,
                "recall": correct / support if support else 0.0,
                "f1": 2 * correct / (support + answered),
                "support": support,
            }
    return rows


def matthews(counts: NDArray[np.int64]) -> float:
    """Return Matthews' correlation of several classes, R_K: 1 at best, 0 for answers that do not look at x.

    Gorodkin 2004, "Comparing two K-category assignments by a K-category correlation coefficient".

    >>> matthews(np.array([[2, 0], [0, 1]]))
    1.0
    """
    total = float(counts.sum())
    truths, answers = counts.sum(axis=1).astype(np.float64), counts.sum(axis=0).astype(np.float64)
    covariance = float(counts.trace()) * total - float(truths @ answers)
    variances = (total**2 - float(truths @ truths)) * (total**2 - float(answers @ answers))
    return covariance / variances**0.5 if variances else 0.0


def quadratic_kappa(counts: NDArray[np.int64]) -> float:
    """Return Cohen's kappa, a mistake between classes i and j weighted by (i - j)²: 1 at best, 0 by chance.

    Cohen 1968, "Weighted kappa: nominal scale agreement with provision for scaled disagreement or partial credit".

    >>> quadratic_kappa(np.array([[2, 0], [0, 1]]))
    1.0
    """
    places = np.arange(len(counts), dtype=np.float64)
    weights = (places[:, None] - places) ** 2
    expected = np.outer(counts.sum(axis=1), counts.sum(axis=0)) / counts.sum()
    by_chance = float((weights * expected).sum())
    return 1.0 - float((weights * counts).sum()) / by_chance if by_chance else 0.0
