"""Connectionist temporal classification: T_y labels for T_x ≥ T_y steps, where nobody knows which step says which.

Every step says one of K classes, of which one, the blank, says nothing. A path π says a class at each of the T_x steps;
`collapse` first merges what is said twice in a row and then takes out the blanks. The probability of y is that of all
paths which collapse to y:

    P(y | x) = Σ_π Π_t ŷ⟨t⟩_π⟨t⟩,  ŷ⟨t⟩ = softmax(z⟨t⟩),  L = -log P(y | x)

The paths are the ways through y with a blank before, between and after its labels, ℓ of length S = 2·T_y + 1:

    α⟨t⟩_s = ŷ⟨t⟩_ℓ_s (α⟨t-1⟩_s + α⟨t-1⟩_s-1 + [ℓ_s is no blank and not ℓ_s-2] α⟨t-1⟩_s-2)   said so far, ending in ℓ_s
    β⟨t⟩_s = Σ_s' β⟨t+1⟩_s' ŷ⟨t+1⟩_ℓ_s' over the s' that s leads to                          still to be said
    γ⟨t⟩_s = α⟨t⟩_s β⟨t⟩_s / P(y | x)                                                        step t says ℓ_s, given y

The equations are those of Graves, Fernández, Gomez & Schmidhuber 2006 (ICML), 4.1, with a β that leaves out the
step's own ŷ⟨t⟩; here all are sums of logarithms.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from unrolled.errors import DataError
from unrolled.textbook.activations import log_softmax
from unrolled.textbook.cell import Array

__all__ = ["Aligned", "collapse", "ctc", "ctc_back", "steps_needed", "with_blanks"]


class Aligned(NamedTuple):
    """What is known of a pair.

    Attributes:
        loss: L = -log P(y | x), infinite where no path says y.
        gamma: (T_x, S), by which probability step t says ℓ_s; rows sum to 1, and are 0 where no path says y.
    """

    loss: float
    gamma: Array


def collapse(path: NDArray[np.int64], blank: int = 0) -> list[int]:
    """What a path says: repetitions merged, then blanks taken out.

    >>> collapse(np.array([0, 3, 3, 0, 3, 5]))
    [3, 3, 5]
    """
    merged = [int(label) for t, label in enumerate(path) if t == 0 or label != path[t - 1]]
    return [label for label in merged if label != blank]


def steps_needed(y: NDArray[np.int64]) -> int:
    """The fewest steps that can say y: one a label, and a blank between two that are the same.

    >>> steps_needed(np.array([3, 3, 5]))
    4
    """
    return len(y) + int(np.sum(y[1:] == y[:-1]))


def ctc(z: Array, y: NDArray[np.int64], blank: int = 0) -> Aligned:
    """The loss of the scores z (T_x, K) for the labels y (T_y), and which step says what; y may be empty.

    Raises DataError where a label is none of the K classes, or is the blank.

    >>> aligned = ctc(np.zeros((2, 2)), np.array([1]))  # of four paths, 11, 10 and 01 say 1
    >>> round(float(np.exp(-aligned.loss)), 4), aligned.gamma.round(4).tolist()
    (0.75, [[0.3333, 0.6667, 0.0], [0.0, 0.6667, 0.3333]])
    """
    _check(z, y, blank)
    says = with_blanks(y, blank)
    log_y_hat = log_softmax(z)[:, says]  # (T_x, S)
    log_ways = np.where(_ways(says, blank), 0.0, -np.inf)
    T_x, S = log_y_hat.shape
    log_alpha, log_beta = np.full((T_x, S), -np.inf), np.full((T_x, S), -np.inf)
    log_alpha[0, :2] = log_y_hat[0, :2]
    for t in range(1, T_x):
        log_alpha[t] = log_y_hat[t] + _log_sum(log_alpha[t - 1][:, None] + log_ways, axis=0)
    log_beta[-1, -2:] = 0.0
    for t in range(T_x - 2, -1, -1):
        log_beta[t] = _log_sum(log_ways + log_y_hat[t + 1] + log_beta[t + 1], axis=1)
    log_P = _log_sum(log_alpha[-1, -2:], axis=0)
    if log_P == -np.inf:
        return Aligned(np.inf, np.zeros((T_x, S)))
    return Aligned(-float(log_P), np.exp(log_alpha + log_beta - log_P))


def ctc_back(z: Array, y: NDArray[np.int64], blank: int = 0) -> Array:
    """∂L/∂z, (T_x, K): ŷ⟨t⟩_k less the probability that step t says k, given y; 0 where no path says y.

    As behind the cross-entropy it is the prediction minus the label, which here is an expectation.
    """
    loss, gamma = ctc(z, y, blank)
    if loss == np.inf:
        return np.zeros_like(z)
    expected = np.zeros_like(z)
    for s, label in enumerate(with_blanks(y, blank)):
        expected[:, label] += gamma[:, s]
    return np.exp(log_softmax(z)) - expected


def with_blanks(y: NDArray[np.int64], blank: int = 0) -> NDArray[np.int64]:
    """ℓ, (2·T_y + 1): y with a blank before, between and after its labels.

    >>> with_blanks(np.array([3, 5])).tolist()
    [0, 3, 0, 5, 0]
    """
    says = np.full(2 * len(y) + 1, blank)
    says[1::2] = y
    return says


def _ways(says: NDArray[np.int64], blank: int) -> NDArray[np.bool_]:
    """Which s leads to which in one step, (S, S): to itself, to the next, over a blank between two unlike labels."""
    S = len(says)
    ways = np.eye(S, dtype=bool) | np.eye(S, k=1, dtype=bool)
    for s in range(2, S):
        ways[s - 2, s] = says[s] != blank and says[s] != says[s - 2]
    return ways


def _log_sum(z: Array, axis: int) -> Array:
    """log Σ e^z along an axis; of nothing but -inf, -inf."""
    return np.logaddexp.reduce(z, axis=axis)


def _check(z: Array, y: NDArray[np.int64], blank: int) -> None:
    if z.ndim != 2 or not len(z) or y.ndim != 1:
        raise DataError(f"ctc: z must be (T_x, K), T_x >= 1, and y (T_y); found z {z.shape} and y {y.shape}")
    if not 0 <= blank < z.shape[1]:
        raise DataError(f"ctc: the blank is {blank}, which is none of {z.shape[1]} classes")
    for t, label in enumerate(y):
        if not 0 <= label < z.shape[1] or label == blank:
            raise DataError(
                f"ctc: label {t + 1} is {label}; it must be one of {z.shape[1]} classes, and not the blank {blank}"
            )
