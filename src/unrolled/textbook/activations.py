"""The functions g of the equations, in forms that neither overflow nor lose small probabilities."""

import numpy as np

from unrolled.textbook.cell import Array

__all__ = ["log_sigmoid", "log_softmax", "relu", "sigmoid", "softmax"]


def relu(z: Array) -> Array:
    """max(0, z), elementwise; NaN stays NaN.

    >>> relu(np.array([-2.0, 0.0, 3.0])).tolist()
    [0.0, 0.0, 3.0]
    """
    return np.maximum(z, 0.0)


def log_sigmoid(z: Array) -> Array:
    """log σ(z) = -log(1 + e⁻ᶻ), elementwise and finite for every finite z.

    >>> log_sigmoid(np.array([-1000.0, 0.0])).round(6).tolist()
    [-1000.0, -0.693147]
    """
    return -np.logaddexp(0.0, -z)


def sigmoid(z: Array) -> Array:
    """σ(z) = 1 / (1 + e⁻ᶻ), elementwise; both tails keep their relative precision.

    >>> sigmoid(np.array([-1000.0, 0.0, 1000.0])).round(6).tolist()
    [0.0, 0.5, 1.0]
    """
    return np.exp(log_sigmoid(z))


def log_softmax(z: Array) -> Array:
    """z_k - log Σ_j e^z_j over the last axis; the largest score is taken out first, so that no exponential overflows.

    >>> log_softmax(np.array([0.0, 1000.0])).tolist()
    [-1000.0, 0.0]
    """
    shifted = z - z.max(axis=-1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))


def softmax(z: Array) -> Array:
    """e^z_k / Σ_j e^z_j over the last axis: K scores become K probabilities.

    >>> softmax(np.array([[0.0, 0.0], [1000.0, 0.0]])).tolist()
    [[0.5, 0.5], [1.0, 0.0]]
    """
    return np.exp(log_softmax(z))
