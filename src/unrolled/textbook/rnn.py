"""The simple recurrent network, with tanh or ReLU (Elman 1990, Cognitive Science 14; back-propagation: Werbos 1990).

    a⟨t⟩ = g(Wax x⟨t⟩ + Waa a⟨t-1⟩ + ba)

One block of H rows; the same as `torch.nn.RNN` with ba = bias_ih + bias_hh.
"""

import numpy as np

from unrolled.textbook.activations import relu
from unrolled.textbook.cell import Array, Cell, Gradients, Saved, State, Weights

__all__ = ["RNN", "RNN_RELU"]


def tanh_step(weights: Weights, x: Array, state: State) -> tuple[State, Saved]:
    """One step forward with g = tanh."""
    Wax, Waa, ba = weights["Wax"], weights["Waa"], weights["ba"]
    (a_prev,) = state
    a = np.tanh(x @ Wax.T + a_prev @ Waa.T + ba)
    return (a,), (x, a_prev, a)


def tanh_step_back(weights: Weights, saved: Saved, dstate: State) -> tuple[Array, State, Gradients]:
    """One step back with g = tanh: g'(z) = 1 - a²."""
    x, a_prev, a = saved
    (da,) = dstate
    dz = da * (1 - a**2)
    return _back(weights, x, a_prev, dz)


def relu_step(weights: Weights, x: Array, state: State) -> tuple[State, Saved]:
    """One step forward with g = ReLU."""
    Wax, Waa, ba = weights["Wax"], weights["Waa"], weights["ba"]
    (a_prev,) = state
    a = relu(x @ Wax.T + a_prev @ Waa.T + ba)
    return (a,), (x, a_prev, a)


def relu_step_back(weights: Weights, saved: Saved, dstate: State) -> tuple[Array, State, Gradients]:
    """One step back with g = ReLU: g'(z) = 1 where a > 0, else 0 (also at the corner, as torch has it)."""
    x, a_prev, a = saved
    (da,) = dstate
    dz = da * (a > 0)
    return _back(weights, x, a_prev, dz)


def _back(weights: Weights, x: Array, a_prev: Array, dz: Array) -> tuple[Array, State, Gradients]:
    dWax = np.outer(dz, x)
    dWaa = np.outer(dz, a_prev)
    dba = dz
    dx = dz @ weights["Wax"]
    da_prev = dz @ weights["Waa"]
    return dx, (da_prev,), {"dWax": dWax, "dWaa": dWaa, "dba": dba}


RNN = Cell("rnn", gates=("a",), state=("a",), step=tanh_step, step_back=tanh_step_back)
RNN_RELU = Cell("rnn_relu", gates=("a",), state=("a",), step=relu_step, step_back=relu_step_back)
