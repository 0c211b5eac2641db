"""What probabilities of classes are worth: log loss and Brier score."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from unrolled.data.answer import Answer
from unrolled.errors import DataError

__all__ = ["brier_score", "class_probabilities", "log_loss"]

TOLERANCE = 1e-3
"""How far from 1 the probabilities of an example may add up: what rounding may do, and no more."""


def class_probabilities(answers: Sequence[Answer[str]], num_labels: int) -> NDArray[np.float64] | None:
    """Return the (N, K) probabilities of answers with one label each; None where no answer carries any.

    Raises:
        DataError: only some answers carry them, or they are not K numbers that add up to 1.
    """
    given = [answer.probabilities for answer in answers if answer.probabilities is not None]
    if not given:
        return None
    if len(given) < len(answers):
        raise DataError(f"{len(given)} of {len(answers)} answers carry probabilities. Give them for all or for none.")
    for number, of_answer in enumerate(given, start=1):
        if of_answer.shape != (1, num_labels):
            raise DataError(
                f"Answer {number} has probabilities of shape {of_answer.shape}. Give one row with a number for each of "
                f"the {num_labels} labels."
            )
    probabilities = np.concatenate(given).astype(np.float64)
    sums = probabilities.sum(axis=1)
    wrong = ~(np.abs(sums - 1) <= TOLERANCE) | (probabilities < -TOLERANCE).any(axis=1)
    if wrong.any():
        number = int(wrong.argmax())
        raise DataError(
            f"The probabilities of answer {number + 1} are {probabilities[number].round(4).tolist()}, with the sum "
            f"{sums[number]:.4f}. Give numbers from 0 to 1 that add up to 1."
        )
    return probabilities.clip(0, 1)


def log_loss(probabilities: NDArray[np.float64], truths: NDArray[np.int64]) -> float:
    """Return the mean of -log P(truth), in nats; a probability below 2.2e-16, float64's epsilon, counts as that.

    >>> round(log_loss(np.array([[0.5, 0.5], [0.0, 1.0]]), np.array([0, 1])), 4)
    0.3466

    Args:
        probabilities: (N, K).
        truths: (N,), the index of each true class.
    """
    epsilon = float(np.finfo(np.float64).eps)
    of_truth = np.take_along_axis(probabilities, truths[:, None], axis=1)
    return float(-np.log(of_truth.clip(epsilon, 1 - epsilon)).mean())


def brier_score(probabilities: NDArray[np.float64], truths: NDArray[np.int64]) -> float:
    """Return the mean squared distance from the truth's one-hot row, from 0 at best to 2; of two classes half of it.

    Brier 1950, "Verification of forecasts expressed in terms of probability"; halved where there are two classes, as
    scikit-learn does, so that it is the squared error of the one probability.

    >>> brier_score(np.array([[0.5, 0.5], [0.0, 1.0]]), np.array([0, 1]))
    0.125

    Args:
        probabilities: (N, K).
        truths: (N,), the index of each true class.
    """
    num_classes = probabilities.shape[1]
    distances = ((probabilities - np.eye(num_classes)[truths]) ** 2).sum(axis=1)
    return float(distances.mean()) / (2 if num_classes == 2 else 1)
