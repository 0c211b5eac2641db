"""The cross-entropy, summed over time: L = Σ_t L⟨t⟩(ŷ⟨t⟩, y⟨t⟩)."""

import numpy as np

from unrolled.errors import DataError
from unrolled.textbook.activations import log_sigmoid, log_softmax
from unrolled.textbook.cell import Array
from unrolled.textbook.output import OUTPUTS, Activation

__all__ = ["cross_entropy", "cross_entropy_back"]


def cross_entropy(z: Array, y: Array, activation: Activation) -> Array:
    """L⟨t⟩ of every step, (T_y), from the scores z and the labels y, both (T_y, K); L is their sum.

    softmax: L⟨t⟩ = -Σ_k y_k log ŷ_k, where the y_k of a step add up to 1 (one-hot).
    sigmoid: L⟨t⟩ = -Σ_k [y_k log ŷ_k + (1 - y_k) log(1 - ŷ_k)].

    log ŷ is computed from z, so that a certain and wrong answer costs much, not infinity. Raises DataError where z and
    y differ in shape.

    >>> cross_entropy(np.array([[0.0], [1000.0]]), np.array([[1.0], [0.0]]), "sigmoid").round(4).tolist()
    [0.6931, 1000.0]
    """
    _check(z, y)
    if activation == "softmax":
        return -np.sum(y * log_softmax(z), axis=1)
    return -np.sum(y * log_sigmoid(z) + (1 - y) * log_sigmoid(-z), axis=1)


def cross_entropy_back(z: Array, y: Array, activation: Activation) -> Array:
    """∂L/∂z = ŷ - y, (T_y, K), for both activations."""
    _check(z, y)
    y_hat = OUTPUTS[activation](z)
    return y_hat - y


def _check(z: Array, y: Array) -> None:
    if z.ndim != 2 or z.shape != y.shape:
        raise DataError(f"one label a step: z and y must both be (T_y, K); found z {z.shape} and y {y.shape}")
