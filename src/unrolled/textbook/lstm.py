"""Long short-term memory (Hochreiter & Schmidhuber 1997) with the forget gate of Gers et al. 2000, no peepholes.

    i = σ(Wix x⟨t⟩ + Wia a⟨t-1⟩ + bi)        input
    f = σ(Wfx x⟨t⟩ + Wfa a⟨t-1⟩ + bf)        forget
    g = tanh(Wgx x⟨t⟩ + Wga a⟨t-1⟩ + bg)     candidate
    o = σ(Wox x⟨t⟩ + Woa a⟨t-1⟩ + bo)        output
    c⟨t⟩ = f ∗ c⟨t-1⟩ + i ∗ g
    a⟨t⟩ = o ∗ tanh(c⟨t⟩)

The blocks of Wax, Waa and ba stand in the order i, f, g, o; the same as `torch.nn.LSTM` with ba = bias_ih + bias_hh.
"""

import numpy as np

from unrolled.textbook.activations import sigmoid
from unrolled.textbook.cell import Array, Cell, Gradients, Saved, State, Weights

__all__ = ["LSTM"]


def step(weights: Weights, x: Array, state: State) -> tuple[State, Saved]:
    """One step forward."""
    Wax, Waa, ba = weights["Wax"], weights["Waa"], weights["ba"]
    a_prev, c_prev = state
    zi, zf, zg, zo = np.split(x @ Wax.T + a_prev @ Waa.T + ba, 4)
    i = sigmoid(zi)
    f = sigmoid(zf)
    g = np.tanh(zg)
    o = sigmoid(zo)
    c = f * c_prev + i * g
    a = o * np.tanh(c)
    return (a, c), (x, a_prev, c_prev, i, f, g, o, c)


def step_back(weights: Weights, saved: Saved, dstate: State) -> tuple[Array, State, Gradients]:
    """One step back; `di`, `df`, `dg`, `do` are gradients of the gates before σ and tanh."""
    x, a_prev, c_prev, i, f, g, o, c = saved
    da, dc = dstate
    dc = dc + da * o * (1 - np.tanh(c) ** 2)
    di = dc * g * i * (1 - i)
    df = dc * c_prev * f * (1 - f)
    dg = dc * i * (1 - g**2)
    do = da * np.tanh(c) * o * (1 - o)
    dgates = np.concatenate([di, df, dg, do])
    dWax = np.outer(dgates, x)
    dWaa = np.outer(dgates, a_prev)
    dba = dgates
    dx = dgates @ weights["Wax"]
    da_prev = dgates @ weights["Waa"]
    dc_prev = dc * f
    return dx, (da_prev, dc_prev), {"dWax": dWax, "dWaa": dWaa, "dba": dba}


LSTM = Cell("lstm", gates=("i", "f", "g", "o"), state=("a", "c"), step=step, step_back=step_back)
