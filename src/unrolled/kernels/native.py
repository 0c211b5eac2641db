"""The recurrence on the native engine: float32 tensors on the CPU.

The products over all rows at once (Wax x⟨t⟩ before the recurrence, the gradients of the weights and of x after it)
are torch's; the engine (native/) runs a⟨1⟩ … a⟨T_x⟩, and back-propagation through time.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from unrolled.kernels.cells import CELLS, NUM_GATES, Cell
from unrolled.kernels.library import load

__all__ = ["Kept", "backward", "forward", "kept_gates"]

# What the way back needs of each step besides a and c, and the gradients that it writes, in floats a unit: r, z, n
# and m = Waa_n a⟨t-1⟩ + ban of the GRU; i, f, g, o of the LSTM. The RNN's a is enough.
_KEPT: dict[Cell, int] = {"rnn": 0, "rnn_relu": 0, "gru": 4, "lstm": 4}
_GRADIENTS: dict[Cell, int] = {"rnn": 1, "rnn_relu": 1, "gru": 4, "lstm": 4}


# Up to so many multiply-adds the engine projects the inputs itself: a call of torch's product would take longer.
_SMALL = 1 << 21


@dataclass(frozen=True, slots=True)
class Kept:
    """What `forward` leaves for `backward`: `a` (M, num_directions·H), `gates` and `c`, a direction a block."""

    a: Tensor
    gates: Tensor
    c: Tensor


def kept_gates(cell: Cell, hidden_size: int) -> int:
    """Width of the rows of `Kept.gates`."""
    return _KEPT[cell] * hidden_size


def forward(
    cell: Cell, rows: Tensor, lengths: Tensor, weights: Sequence[Tensor], state: Sequence[Tensor], keep: bool
) -> tuple[Tensor, list[Tensor], Kept]:
    """Rows of a (M, num_directions·H), the last a (and c), and, where asked to `keep`, what the way back needs.

    `weights` are Wax, Waa, ba and, for the GRU, ban of each direction; `state` is a⟨0⟩ (and c⟨0⟩), (N,
    num_directions, H).
    """
    directions = _directions(cell, weights)
    rows, state = rows.contiguous(), [tensor.contiguous() for tensor in state]
    N, D, H = state[0].shape
    M, G, width, Wax_size = rows.shape[0], NUM_GATES[cell], kept_gates(cell, H), weights[0].numel()
    a, gates = rows.new_empty(M, D * H), rows.new_empty(D, M, width)
    c = rows.new_empty((D, M, H) if keep and cell == "lstm" else 0)
    last = [torch.empty_like(tensor) for tensor in state]
    calls: list[tuple[int, ...]] = []
    small = M * D * Wax_size <= _SMALL
    for d, (Wax, Waa, ba, ban) in enumerate(directions):
        if not small:
            torch.addmm(ba, rows, Wax.T, out=gates[d, :, : G * H] if width else a[:, d * H : (d + 1) * H])
        calls.append(
            (
                Waa.data_ptr(),
                0 if ban is None else ban.data_ptr(),
                _at(gates, d * M * width) if width else _at(a, d * H),
                width or D * H,
                rows.data_ptr(),
                Wax.data_ptr(),
                ba.data_ptr(),
                _at(a, d * H),
                D * H,
                _at(c, d * M * H),
                *_states(state, d * H),
                *_states(last, d * H),
                D * H,
            )
        )
    width_x = rows.shape[1] if small else 0
    _engine().recur_forward(CELLS.index(cell), H, lengths.data_ptr(), N, torch.get_num_threads(), keep, width_x, calls)
    return a, last, Kept(a, gates if keep else rows.new_empty(0), c)


def backward(
    cell: Cell,
    rows: Tensor,
    lengths: Tensor,
    weights: Sequence[Tensor],
    state: Sequence[Tensor],
    kept: Kept,
    gradients: Sequence[Tensor],
    needs_rows: bool,
) -> tuple[list[Tensor], list[Tensor], Tensor | None]:
    """Gradients of the state, of the weights and, where asked for, of the rows.

    `gradients` are those of the rows of a and of the last a (and c); the other arguments are those of `forward`.
    """
    directions = _directions(cell, weights)
    rows, state = rows.contiguous(), [tensor.contiguous() for tensor in state]
    da, *dlast = [tensor.contiguous() for tensor in gradients]
    N, D, H = state[0].shape
    M, width = rows.shape[0], kept_gates(cell, H)
    dstate = [torch.empty_like(tensor) for tensor in state]
    dgates, previous = rows.new_empty(D, M, _GRADIENTS[cell] * H), rows.new_empty(D, M, H)
    small = D * M * weights[0].numel() <= _SMALL
    dweights = [(torch.empty_like(Wax), torch.empty_like(Waa)) for Wax, Waa, _, _ in directions]
    sums = rows.new_empty(D, dgates.shape[2])
    drows = torch.empty_like(rows) if needs_rows else None
    calls = [
        (
            Waa.data_ptr(),
            _at(kept.gates, d * M * width),
            width,
            _at(kept.a, d * H),
            D * H,
            _at(kept.c, d * M * H),
            *_states(state, d * H),
            _at(da, d * H),
            D * H,
            *_states(dlast, d * H),
            *_states(dstate, d * H),
            D * H,
            _at(dgates, d * M * dgates.shape[2]),
            _at(previous, d * M * H),
            rows.data_ptr(),
            Wax.data_ptr(),
            dWax.data_ptr(),
            dWaa.data_ptr(),
            _at(sums, d * dgates.shape[2]),
            0 if drows is None else drows.data_ptr(),
        )
        for d, ((Wax, Waa, _, _), (dWax, dWaa)) in enumerate(zip(directions, dweights, strict=True))
    ]
    width_x = rows.shape[1] if small else 0
    _engine().recur_backward(CELLS.index(cell), H, lengths.data_ptr(), N, torch.get_num_threads(), width_x, calls)
    found: list[Tensor] = []
    for d, ((Wax, _, _, ban), (dWax, dWaa)) in enumerate(zip(directions, dweights, strict=True)):
        if not small:
            _products(rows, Wax, dgates[d], previous[d], dWax, dWaa)
            torch.sum(dgates[d], dim=0, out=sums[d])
            if drows is not None:
                torch.addmm(drows, dgates[d, :, : Wax.shape[0]], Wax, beta=min(d, 1), out=drows)
        # torch adds gradients up in place: no two may share memory.
        found += [dWax, dWaa, sums[d, : Wax.shape[0]].clone()]
        if ban is not None:
            found.append(sums[d, Wax.shape[0] :].clone())
    return dstate, found, drows


def _products(rows: Tensor, Wax: Tensor, dgates: Tensor, previous: Tensor, dWax_out: Tensor, dWaa_out: Tensor) -> None:
    """Gradients of the weights of one direction, sums over all rows of the batch."""
    G_H, H = Wax.shape[0], previous.shape[1]
    torch.mm(dgates[:, :G_H].T, rows, out=dWax_out)
    if dgates.shape[1] == G_H:
        torch.mm(dgates.T, previous, out=dWaa_out)
    else:  # the GRU's last gate meets a⟨t-1⟩ within the reset product, whose gradients stand last
        torch.mm(dgates[:, : 2 * H].T, previous, out=dWaa_out[: 2 * H])
        torch.mm(dgates[:, 3 * H :].T, previous, out=dWaa_out[2 * H :])


def _directions(cell: Cell, weights: Sequence[Tensor]) -> list[tuple[Tensor, Tensor, Tensor, Tensor | None]]:
    """Wax, Waa, ba and ban (None but for the GRU) of each direction."""
    each = 4 if cell == "gru" else 3
    flat = [weight.contiguous() for weight in weights]
    return [(flat[i], flat[i + 1], flat[i + 2], flat[i + 3] if each == 4 else None) for i in range(0, len(flat), each)]


def _at(tensor: Tensor, floats: int) -> int:
    """Address that many floats into a contiguous tensor; 0 where it is empty."""
    return tensor.data_ptr() + 4 * floats if tensor.numel() else 0


def _states(state: Sequence[Tensor], floats: int) -> tuple[int, int]:
    """Addresses in a and in c, which is 0 where there is none."""
    return _at(state[0], floats), _at(state[1], floats) if len(state) > 1 else 0


def _engine() -> Any:
    engine = load()
    assert engine is not None
    return engine
