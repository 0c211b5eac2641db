"""What the network says at each step: ŷ⟨t⟩ = g(Wya a⟨t⟩ + by), with g = sigmoid or softmax."""

from typing import Literal, TypeAlias

import numpy as np

from unrolled.textbook.activations import sigmoid, softmax
from unrolled.textbook.cell import Array, Gradients, Weights

__all__ = ["OUTPUTS", "Activation", "output", "output_back"]

Activation: TypeAlias = Literal["sigmoid", "softmax"]

OUTPUTS = {"sigmoid": sigmoid, "softmax": softmax}


def output(weights: Weights, a: Array, activation: Activation) -> tuple[Array, Array]:
    """The scores z = a Wyaᵀ + by and ŷ = g(z), both (T_y, K), from a (T_y, H), `Wya` (K, H) and `by` (K).

    With sigmoid the K outputs are independent yes-or-no questions; with softmax they are one choice among K.
    """
    Wya, by = weights["Wya"], weights["by"]
    z = a @ Wya.T + by
    y_hat = OUTPUTS[activation](z)
    return z, y_hat


def output_back(weights: Weights, a: Array, dz: Array) -> tuple[Array, Gradients]:
    """From ∂L/∂z (T_y, K) to da (T_y, H), and `dWya`, `dby` summed over time."""
    dWya = dz.T @ a
    dby = np.sum(dz, axis=0)
    da = dz @ weights["Wya"]
    return da, {"dWya": dWya, "dby": dby}
