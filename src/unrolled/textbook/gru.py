"""The gated recurrent unit (Cho et al. 2014), reset after the product.

    r = σ(Wrx x⟨t⟩ + Wra a⟨t-1⟩ + br)              reset
    z = σ(Wzx x⟨t⟩ + Wza a⟨t-1⟩ + bz)              update: how much of the past is kept
    n = tanh(Wnx x⟨t⟩ + r ∗ (Wna a⟨t-1⟩ + ban) + bn)   candidate
    a⟨t⟩ = (1 - z) ∗ n + z ∗ a⟨t-1⟩

The blocks of Wax, Waa and ba stand in the order r, z, n. This is arXiv:1406.1078v1 with a bias `ban` inside the reset
product, as cuDNN and `torch.nn.GRU` compute it (ban = b_hn; ba = b_ih + b_hh elsewhere). In arXiv:1406.1078v3 and
arXiv:1412.3555 the reset stands inside the product: Wna (r ∗ a⟨t-1⟩); 1412.3555 also writes 1 - z for our z.
"""

import numpy as np

from unrolled.textbook.activations import sigmoid
from unrolled.textbook.cell import Array, Cell, Gradients, Saved, State, Weights

__all__ = ["GRU"]


def step(weights: Weights, x: Array, state: State) -> tuple[State, Saved]:
    """One step forward."""
    Wax, Waa, ba, ban = weights["Wax"], weights["Waa"], weights["ba"], weights["ban"]
    (a_prev,) = state
    rx, zx, nx = np.split(x @ Wax.T + ba, 3)
    ra, za, na = np.split(a_prev @ Waa.T, 3)
    r = sigmoid(rx + ra)
    z = sigmoid(zx + za)
    q = na + ban
    n = np.tanh(nx + r * q)
    a = (1 - z) * n + z * a_prev
    return (a,), (x, a_prev, r, z, n, q)


def step_back(weights: Weights, saved: Saved, dstate: State) -> tuple[Array, State, Gradients]:
    """One step back; `dr`, `dz`, `dn` are gradients of the gates before σ and tanh."""
    x, a_prev, r, z, n, q = saved
    (da,) = dstate
    dn = da * (1 - z) * (1 - n**2)
    dz = da * (a_prev - n) * z * (1 - z)
    dr = dn * q * r * (1 - r)
    dq = dn * r
    dgates_x = np.concatenate([dr, dz, dn])
    dgates_a = np.concatenate([dr, dz, dq])
    dWax = np.outer(dgates_x, x)
    dWaa = np.outer(dgates_a, a_prev)
    dba = dgates_x
    dban = dq
    dx = dgates_x @ weights["Wax"]
    da_prev = da * z + dgates_a @ weights["Waa"]
    return dx, (da_prev,), {"dWax": dWax, "dWaa": dWaa, "dba": dba, "dban": dban}


GRU = Cell("gru", gates=("r", "z", "n"), state=("a",), step=step, step_back=step_back, vectors=("ban",))
