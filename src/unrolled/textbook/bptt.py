"""The whole network of one layer: x → a → ŷ → L, and back-propagation through time to every parameter."""

from dataclasses import dataclass

from unrolled.textbook.cell import Array, Cell, Gradients, State, Weights
from unrolled.textbook.loss import cross_entropy_back
from unrolled.textbook.output import Activation, output, output_back
from unrolled.textbook.unroll import Unrolled, unroll, unroll_back

__all__ = ["Forward", "backward_pass", "forward_pass"]


@dataclass(frozen=True, slots=True)
class Forward:
    """One pass forward over one sequence, T_x = T_y."""

    unrolled: Unrolled
    z: Array
    """Scores before the activation, (T_y, K)."""
    y_hat: Array
    """ŷ⟨t⟩ of every step, (T_y, K)."""
    activation: Activation


def forward_pass(
    cell: Cell, weights: Weights, x: Array, state: State | None = None, *, activation: Activation
) -> Forward:
    """From x (T_x, D) and the initial state (zero if None) to ŷ; `weights` holds the cell's and `Wya`, `by`."""
    unrolled = unroll(cell, weights, x, state)
    z, y_hat = output(weights, unrolled.a, activation)
    return Forward(unrolled, z, y_hat, activation)


def backward_pass(cell: Cell, weights: Weights, forward: Forward, y: Array) -> Gradients:
    """Gradients of L = Σ_t L⟨t⟩ by labels y (T_y, K): `dWaa`, `dWax`, `dba`, `dWya`, `dby`, `dx`, `da0`.

    The GRU adds `dban`, the LSTM `dc0`.
    """
    dz = cross_entropy_back(forward.z, y, forward.activation)
    da, doutput = output_back(weights, forward.unrolled.a, dz)
    return unroll_back(cell, weights, forward.unrolled, da) | doutput
