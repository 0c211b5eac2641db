"""A cell unrolled over one sequence, and back-propagation through time (Werbos 1990) over what was unrolled."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from unrolled.errors import DataError
from unrolled.textbook.cell import Array, Cell, Gradients, Saved, State, Weights

__all__ = ["Unrolled", "unroll", "unroll_back"]


@dataclass(frozen=True, slots=True)
class Unrolled:
    """One sequence, unrolled: what the pass gives, and what its way back needs."""

    a: Array
    """a⟨t⟩ of every step, (T_x, H), in the order of x, also where x was read from its end."""
    state: State
    """The state after the step that was read last: a⟨T_x⟩, or a⟨1⟩ in reverse."""
    saved: Mapping[int, Saved]
    """What step t keeps for its step back, by t."""
    reverse: bool


def unroll(cell: Cell, weights: Weights, x: Array, state: State | None = None, *, reverse: bool = False) -> Unrolled:
    """Read x (T_x, D) step by step from `state` (zero if None); `reverse` reads it from its end.

    Raises DataError where the shapes of x, weights and state do not belong together. Because the state is explicit, a
    sequence in two pieces gives what it gives whole:

    >>> from unrolled.textbook.rnn import RNN
    >>> rng = np.random.default_rng(0)
    >>> weights, x = RNN.draw(3, 2, rng), rng.normal(size=(5, 3))
    >>> whole, first = unroll(RNN, weights, x), unroll(RNN, weights, x[:2])
    >>> bool(np.all(unroll(RNN, weights, x[2:], first.state).a == whole.a[2:]))
    True
    """
    H = weights["Waa"].shape[-1] if "Waa" in weights else 0
    state = cell.zero_state(H) if state is None else state
    cell.check(weights, x, state)
    T_x = len(x)
    a = np.zeros((T_x, H))
    saved: dict[int, Saved] = {}
    for t in _order(T_x, reverse):
        state, saved[t] = cell.step(weights, x[t], state)
        a[t] = state[0]
    return Unrolled(a, state, saved, reverse)


def unroll_back(cell: Cell, weights: Weights, unrolled: Unrolled, da: Array, dstate: State | None = None) -> Gradients:
    """Back-propagation through time: from ∂L/∂a (T_x, H), and ∂L/∂state of the last state where it is used, to

    `dx` (T_x, D); one gradient for each parameter, summed over time: `dWax`, `dWaa`, `dba` (GRU: and `dban`); and one
    for each part of the initial state, each (H): `da0` (LSTM: and `dc0`). Raises DataError where da does not have the
    shape of a.
    """
    T_x, H = unrolled.a.shape
    if da.shape != (T_x, H):
        raise DataError(f"{cell.name}: da must have the shape of a, {(T_x, H)}; found {da.shape}")
    D = weights["Wax"].shape[1]
    dstate = cell.zero_state(H) if dstate is None else dstate
    dx = np.zeros((T_x, D))
    gradients = {"d" + name: np.zeros(shape) for name, shape in cell.shapes(D, H).items()}
    for t in reversed(_order(T_x, unrolled.reverse)):
        # a⟨t⟩ acts on the loss twice: through ŷ⟨t⟩ (or the layer above) and through the next step.
        dstate = (da[t] + dstate[0], *dstate[1:])
        dx[t], dstate, dstep = cell.step_back(weights, unrolled.saved[t], dstate)
        # The weights are the same at every step: their gradient is the sum over steps.
        gradients = {name: total + dstep[name] for name, total in gradients.items()}
    dinitial = {f"d{part}0": d for part, d in zip(cell.state, dstate, strict=True)}
    return {"dx": dx} | gradients | dinitial


def _order(T_x: int, reverse: bool) -> range:
    return range(T_x - 1, -1, -1) if reverse else range(T_x)
