"""The compact form: Wa = [Waa | Wax], so that Wa [a⟨t-1⟩; x⟨t⟩] = Waa a⟨t-1⟩ + Wax x⟨t⟩."""

import numpy as np

from unrolled.textbook.cell import Array, Weights

__all__ = ["compact", "split"]


def compact(weights: Weights) -> Array:
    """Wa = [Waa | Wax], of shape (G·H, H + D).

    >>> weights = {"Waa": np.array([[0.5]]), "Wax": np.array([[1.0, 2.0]])}
    >>> a_prev, x = np.array([4.0]), np.array([1.0, -1.0])
    >>> np.concatenate([a_prev, x]) @ compact(weights).T == a_prev @ weights["Waa"].T + x @ weights["Wax"].T
    array([ True])

    For the RNN and the LSTM that is the whole step before its activations. The GRU has it for r and z; its candidate
    multiplies Wna a⟨t-1⟩ by r before adding Wnx x⟨t⟩, which no single product can do.
    """
    return np.concatenate([weights["Waa"], weights["Wax"]], axis=1)


def split(Wa: Array, H: int) -> tuple[Array, Array]:
    """Waa (G·H, H) and Wax (G·H, D) out of Wa (G·H, H + D)."""
    return Wa[:, :H], Wa[:, H:]
