"""The recurrence on the native engine: float32 tensors on the CPU.

Where there are many rows, the products over all of them (Wax x⟨t⟩ before the recurrence, the gradients of the weights
and of x after it) are torch's; the engine (native/) runs a⟨1⟩ … a⟨T_x⟩, and back-propagation through time.
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

# Up to so many multiply-adds of Wax the engine does these products itself: torch's would take longer.
_SMALL = 1 << 25


@dataclass(frozen=True, slots=True)
class Kept:
    """What `forward` leaves for `backward`, a direction a block: `gates` (D, M, ·), and the LSTM's `c` (D, M, H)."""

    a: Tensor
    gates: Tensor | None = None
    c: Tensor | None = None


def kept_gates(cell: Cell, hidden_size: int) -> int:
    """Width of the rows of `Kept.gates`."""
    return _KEPT[cell] * hidden_size


def forward(
    cell: Cell, rows: Tensor, lengths: Tensor, weights: Sequence[Tensor], state: Sequence[Tensor], keep: bool
) -> tuple[Tensor, list[Tensor], Kept]:
    """Rows of a (M, num_directions·H), the last a (and c), and, where asked to `keep`, what the way back needs.

    `weights` are Wax, Waa, ba and, for the GRU, ban of each direction; `state` is a⟨0⟩ (and c⟨0⟩), (N,
    num_directions, H), or nothing: zero.
    """
    directions = _directions(cell, weights)
    rows, state = rows.contiguous(), [tensor.contiguous() for tensor in state]
    Wax, Waa, _, _ = directions[0]
    (M, width_x), H, N, D = rows.shape, Waa.shape[1], lengths.shape[0], len(directions)
    G_H, width = NUM_GATES[cell] * H, kept_gates(cell, H)
    small = M * D * Wax.numel() <= _SMALL
    a = rows.new_empty(M, D * H)
    gates = rows.new_empty(D, M, width) if width else None
    c = rows.new_empty(D, M, H) if keep and cell == "lstm" else None
    last = [rows.new_empty(N, D, H) for _ in range(2 if cell == "lstm" else 1)]
    calls: list[tuple[int, ...]] = []
    for d, (Wax, Waa, ba, ban) in enumerate(directions):
        if not small:
            torch.mm(rows, Wax.T, out=a[:, d * H : (d + 1) * H] if gates is None else gates[d, :, :G_H])
        calls.append(
            (
                Waa.data_ptr(),
                _at(ban),
                _at(a, d * H) if gates is None else _at(gates, d * M * width),
                width or D * H,
                ba.data_ptr(),
                rows.data_ptr(),
                Wax.data_ptr(),
                _at(a, d * H),
                D * H,
                _at(c, d * M * H),
                *_states(state, d * H),
                *_states(last, d * H),
                D * H,
            )
        )
    _engine().recur_forward(
        CELLS.index(cell), H, lengths.data_ptr(), N, torch.get_num_threads(), keep, width_x if small else 0, calls
    )
    return a, last, Kept(a, gates, c)


def backward(
    cell: Cell,
    rows: Tensor,
    lengths: Tensor,
    weights: Sequence[Tensor],
    state: Sequence[Tensor],
    kept: Kept,
    gradients: Sequence[Tensor | None],
    needs_rows: bool,
) -> tuple[list[Tensor], list[Tensor], Tensor | None]:
    """Gradients of the state, of the weights and, where asked for, of the rows.

    `gradients` are those of the rows of a and of the last a (and c), None where zero; the other arguments are those of
    `forward`.
    """
    directions = _directions(cell, weights)
    rows, state = rows.contiguous(), [tensor.contiguous() for tensor in state]
    da, *dlast = [None if tensor is None else tensor.contiguous() for tensor in gradients]
    if da is None:
        da = torch.zeros_like(kept.a)
    (M, width_x), H, N, D = rows.shape, directions[0][1].shape[1], lengths.shape[0], len(directions)
    width, width_d = kept_gates(cell, H), _GRADIENTS[cell] * H
    small = D * M * directions[0][0].numel() <= _SMALL
    dstate = [torch.empty_like(tensor) for tensor in state]
    dgates, previous = rows.new_empty(D, M, width_d), rows.new_empty(D, M, H)
    drows = torch.empty_like(rows) if needs_rows else None
    dweights = [(torch.empty_like(Wax), torch.empty_like(Waa), torch.empty_like(ba)) for Wax, Waa, ba, _ in directions]
    dbans = [None if ban is None else torch.empty_like(ban) for _, _, _, ban in directions]
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
            _at(dgates, d * M * width_d),
            _at(previous, d * M * H),
            H,
            rows.data_ptr(),
            Wax.data_ptr(),
            *map(_at, dweights[d]),
            _at(dbans[d]),
            _at(drows),
        )
        for d, (Wax, Waa, _, _) in enumerate(directions)
    ]
    _engine().recur_backward(
        CELLS.index(cell), H, lengths.data_ptr(), N, torch.get_num_threads(), width_x if small else 0, calls
    )
    if not small:
        for d, (Wax, _, _, _) in enumerate(directions):
            _sum_over_rows(rows, dgates[d], previous[d], *dweights[d], dbans[d])
            if drows is not None:
                torch.addmm(drows, dgates[d, :, : Wax.shape[0]], Wax, beta=min(d, 1), out=drows)
    found = [
        tensor for three, dban in zip(dweights, dbans, strict=True) for tensor in (*three, dban) if tensor is not None
    ]
    return dstate, found, drows


def _sum_over_rows(
    rows: Tensor, dgates: Tensor, previous: Tensor, dWax: Tensor, dWaa: Tensor, dba: Tensor, dban: Tensor | None
) -> None:
    """Gradients of the weights of one direction; `previous` are the rows of a⟨t-1⟩."""
    G_H, H = dWax.shape[0], previous.shape[1]
    torch.mm(dgates[:, :G_H].T, rows, out=dWax)
    torch.sum(dgates[:, :G_H], dim=0, out=dba)
    if dban is None:
        torch.mm(dgates.T, previous, out=dWaa)
    else:  # the GRU's last gate meets a⟨t-1⟩ within the reset product, whose gradients stand last
        torch.mm(dgates[:, : 2 * H].T, previous, out=dWaa[: 2 * H])
        torch.mm(dgates[:, G_H:].T, previous, out=dWaa[2 * H :])
        torch.sum(dgates[:, G_H:], dim=0, out=dban)


def _directions(cell: Cell, weights: Sequence[Tensor]) -> list[tuple[Tensor, Tensor, Tensor, Tensor | None]]:
    """Wax, Waa, ba and ban (None but for the GRU) of each direction."""
    each = 4 if cell == "gru" else 3
    flat = [weight.contiguous() for weight in weights]
    return [(flat[i], flat[i + 1], flat[i + 2], flat[i + 3] if each == 4 else None) for i in range(0, len(flat), each)]


def _at(tensor: Tensor | None, floats: int = 0) -> int:
    """Address that many floats into a contiguous tensor; 0 where there is none."""
    return 0 if tensor is None else tensor.data_ptr() + 4 * floats


def _states(state: Sequence[Tensor | None], floats: int) -> tuple[int, int]:
    """Addresses in a and in c, 0 where there is none."""
    if not state:
        return 0, 0
    return _at(state[0], floats), _at(state[1], floats) if len(state) > 1 else 0


def _engine() -> Any:
    engine = load()
    assert engine is not None
    return engine
