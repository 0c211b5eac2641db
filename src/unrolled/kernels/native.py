"""The recurrence on the native engine: float32 tensors on the CPU.

Where there are many rows and the layer is wide, the products over all rows (Wax x⟨t⟩ before the recurrence, the
gradients of the weights and of x after it) are torch's; the engine (native/) runs a⟨1⟩ … a⟨T_x⟩, and back-propagation
through time.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor

from unrolled.kernels.cells import CELLS, NUM_GATES, Cell, Weights, check_fit
from unrolled.kernels.forked import num_threads
from unrolled.kernels.library import load
from unrolled.kernels.memory import maker

__all__ = ["FrozenLayer", "Kept", "backward", "flat", "forward", "kept_gates"]

# What the way back needs of each step besides a and c, and the gradients that it writes, in floats a unit: r, z, n
# and m = Waa_n a⟨t-1⟩ + ban of the GRU; i, f, g, o of the LSTM. The RNN's a is enough.
_KEPT: dict[Cell, int] = {"rnn": 0, "rnn_relu": 0, "gru": 4, "lstm": 4}
_GRADIENTS: dict[Cell, int] = {"rnn": 1, "rnn_relu": 1, "gru": 4, "lstm": 4}

# Wax, Waa, ba and the GRU's ban.
_WEIGHTS: dict[Cell, int] = {"rnn": 3, "rnn_relu": 3, "gru": 4, "lstm": 3}

# Up to so many multiply-adds of Wax, or up to this width of x and a, the engine does these products itself: torch's
# would take longer.
_SMALL, _NARROW = 1 << 25, 64

# Where the weights are packed already it does them for so many rows, too: most of the time goes to reading Wax.
_FEW = 128

# Where it does them, up to so many floats that nobody reads afterwards stay in its own memory, which is in the cache.
_LENT = 1 << 18


class Kept(NamedTuple):
    """What `forward` leaves for `backward`, a direction a block: `gates` (D, M, ·), and the LSTM's `c` (D, M, H)."""

    a: Tensor
    gates: Tensor | None = None
    c: Tensor | None = None


def flat(weights: Sequence[Weights]) -> list[Tensor]:
    """Wax, Waa, ba and, for the GRU, ban of each direction, one after another."""
    return [tensor for direction in weights for tensor in direction if tensor is not None]


def kept_gates(cell: Cell, hidden_size: int) -> int:
    """Width of the rows of `Kept.gates`."""
    return _KEPT[cell] * hidden_size


def forward(
    cell: Cell, rows: Tensor, lengths: Tensor, weights: Sequence[Tensor], state: Sequence[Tensor], keep: bool
) -> tuple[list[Tensor], Kept]:
    """Rows of a (M, num_directions·H), the last a (and c); and, where asked to `keep`, what the way back needs.

    `weights` are `flat`; `state` is a⟨0⟩ (and c⟨0⟩), (N, 1, num_directions, H), or nothing: zero.
    """
    weights = [weight.contiguous() for weight in weights]
    addresses = [weight.data_ptr() for weight in weights]
    return _forward(cell, rows, lengths, weights[:: _WEIGHTS[cell]], addresses, (0, False), state, keep)


class FrozenLayer:
    """`forward` for inference alone, of weights that do not change: packed once, for the path in use now.

    With `bfloat16` Waa is held in half of the bytes: it must be such as bfloat16 holds.
    """

    def __init__(self, cell: Cell, weights: Sequence[Weights], bfloat16: bool = False) -> None:
        tensors, each = [tensor.to(weights[0].Waa.dtype).contiguous() for tensor in flat(weights)], _WEIGHTS[cell]
        self._cell: Cell = cell
        self._Wax = tensors[::each]
        self._biases = [tensor if number % each >= 2 else None for number, tensor in enumerate(tensors)]
        self._addresses = [_at(bias) for bias in self._biases]
        check_fit(cell, self._Wax[0], tensors)
        (G_H, width_x), engine = self._Wax[0].shape, _engine()
        shape = (CELLS.index(cell), G_H // NUM_GATES[cell])
        packed = tensors[0].new_empty(engine.packed_floats(*shape, len(self._Wax), width_x, bfloat16))
        engine.pack_weights(*shape, width_x, bfloat16, [tensor.data_ptr() for tensor in tensors], packed.data_ptr())
        self._packed, self._bfloat16 = packed, bfloat16

    def forward(self, rows: Tensor, lengths: Tensor, state: Sequence[Tensor]) -> list[Tensor]:
        """Rows of a and the last a (and c)."""
        packed = self._packed.data_ptr(), self._bfloat16
        return _forward(self._cell, rows, lengths, self._Wax, self._addresses, packed, state, keep=False)[0]


def _forward(
    cell: Cell,
    rows: Tensor,
    lengths: Tensor,
    Wax: Sequence[Tensor],
    addresses: Sequence[int],
    packed: tuple[int, bool],
    state: Sequence[Tensor],
    keep: bool,
) -> tuple[list[Tensor], Kept]:
    """`addresses` are those of the weights; with `packed`, an address and whether it holds bfloat16, of the biases."""
    rows, lengths, state = rows.contiguous(), lengths.contiguous(), [tensor.contiguous() for tensor in state]
    (M, width_x), G_H, N, D = rows.shape, Wax[0].shape[0], lengths.shape[0], len(Wax)
    H = G_H // NUM_GATES[cell]
    width = _KEPT[cell] * H
    small = _small(M * D, G_H, width_x, H) or (packed[0] != 0 and M <= _FEW)
    lent = small and not keep and M * D * G_H <= _LENT
    empty = maker(rows, M * D * max(H, width))
    a = empty(M, D * H)
    gates = empty(D, M, width) if width and not lent else None
    c = empty(D, M, H) if keep and cell == "lstm" else None
    last = [rows.new_empty(N, 1, D, H) for _ in range(2 if cell == "lstm" else 1)]
    if not small:
        for d in range(D):
            torch.mm(rows, Wax[d].T, out=a[:, d * H : (d + 1) * H] if gates is None else gates[d, :, :G_H])
    _engine().recur_forward(
        CELLS.index(cell),
        H,
        lengths.data_ptr(),
        N,
        M,
        num_threads(),
        keep,
        width_x if small else 0,
        addresses,
        *packed,
        (rows.data_ptr(), a.data_ptr(), _at(gates), _at(c), *_states(state), *_states(last)),
    )
    return [a, *last], Kept(a, gates, c)


def backward(
    cell: Cell,
    rows: Tensor,
    lengths: Tensor,
    weights: Sequence[Tensor],
    state: Sequence[Tensor],
    kept: Kept,
    gradients: Sequence[Tensor | None],
    needs_rows: bool,
    needs_weights: bool = True,
) -> tuple[Tensor | None, list[Tensor], list[Tensor]]:
    """Gradients of the rows and of the weights, where asked for, and of the state.

    `gradients` are those of the rows of a and of the last a (and c), None where zero; the other arguments are those of
    `forward`.
    """
    rows, lengths, state = rows.contiguous(), lengths.contiguous(), [tensor.contiguous() for tensor in state]
    weights, each = [weight.contiguous() for weight in weights], _WEIGHTS[cell]
    da, *dlast = [None if tensor is None else tensor.contiguous() for tensor in gradients]
    if da is None:
        da = torch.zeros_like(kept.a)
    (M, width_x), G_H, N, D = rows.shape, weights[0].shape[0], lengths.shape[0], len(weights) // each
    H = G_H // NUM_GATES[cell]
    width = _GRADIENTS[cell] * H
    small = _small(M * D, G_H, width_x, H)
    lent = small and M * D * (width + H) <= _LENT
    empty = maker(rows, M * max(D * width, width_x))
    dgates = None if lent else empty(D, M, width)
    previous = None if lent else empty(D, M, H)
    drows = empty(M, width_x) if needs_rows else None
    dweights = [torch.empty_like(weight) for weight in weights]
    dstate = [torch.empty_like(tensor) for tensor in state]
    _engine().recur_backward(
        CELLS.index(cell),
        H,
        lengths.data_ptr(),
        N,
        M,
        num_threads(),
        width_x if small else 0,
        [weight.data_ptr() for weight in weights],
        [dweight.data_ptr() for dweight in dweights],
        (
            *(rows.data_ptr(), kept.a.data_ptr(), _at(kept.gates), _at(kept.c), *_states(state)),
            *(da.data_ptr(), *_states(dlast), *_states(dstate), _at(dgates), _at(previous), _at(drows)),
        ),
    )
    if not small:
        assert dgates is not None
        assert previous is not None
        for d in range(D):
            if needs_weights:
                _sum_over_rows(rows, dgates[d], previous[d], Weights(*dweights[d * each : (d + 1) * each]))
            if drows is not None:
                torch.addmm(drows, dgates[d, :, :G_H], weights[d * each], beta=min(d, 1), out=drows)
    return drows, dweights if needs_weights else [], dstate


def _small(rows: int, G_H: int, width_x: int, H: int) -> bool:
    return rows * G_H * width_x <= _SMALL or max(width_x, H) <= _NARROW


def _sum_over_rows(rows: Tensor, dgates: Tensor, previous: Tensor, dweights: Weights) -> None:
    """Gradients of the weights of one direction; `previous` are the rows of a⟨t-1⟩."""
    dWax, dWaa, dba, dban = dweights
    G_H, H = dWax.shape[0], previous.shape[1]
    torch.mm(dgates[:, :G_H].T, rows, out=dWax)
    torch.sum(dgates[:, :G_H], dim=0, out=dba)
    if dban is None:
        torch.mm(dgates.T, previous, out=dWaa)
    else:  # the GRU's last gate meets a⟨t-1⟩ within the reset product, whose gradients stand last
        torch.mm(dgates[:, : 2 * H].T, previous, out=dWaa[: 2 * H])
        torch.mm(dgates[:, G_H:].T, previous, out=dWaa[2 * H :])
        torch.sum(dgates[:, G_H:], dim=0, out=dban)


def _at(tensor: Tensor | None) -> int:
    return 0 if tensor is None else tensor.data_ptr()


def _states(state: Sequence[Tensor | None]) -> tuple[int, int]:
    """Addresses of a and of c, 0 where there is none."""
    if not state:
        return 0, 0
    return _at(state[0]), _at(state[1]) if len(state) > 1 else 0


def _engine() -> Any:
    engine = load()
    assert engine is not None
    return engine
