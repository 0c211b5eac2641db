"""The recurrence on torch's own packed kernels (cuDNN where the tensors are on CUDA)."""

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from typing import Any

import torch
from torch import Tensor

from unrolled.data.ragged import Ragged
from unrolled.kernels.cells import Cell, State, Weights

__all__ = ["recur"]

# With `batch_sizes` they read packed rows: time-major, the longest sequence first.
_KERNELS: dict[Cell, Callable[..., tuple[Tensor, ...]]] = {
    "rnn": torch.rnn_tanh,
    "rnn_relu": torch.rnn_relu,
    "gru": torch.gru,
    "lstm": torch.lstm,
}


def recur(cell: Cell, x: Ragged, weights: Sequence[Weights], state: State) -> tuple[Ragged, State]:
    """As `unrolled.kernels.recur`, always on torch's kernels; `state` must be given."""
    order = x.time_major()
    first = state.index(order.sequence_order)
    a_first = first.a.squeeze(1).transpose(0, 1).contiguous()
    hidden: Any = a_first if first.c is None else (a_first, first.c.squeeze(1).transpose(0, 1).contiguous())
    flat = [tensor for direction in weights for tensor in _flat(direction)]
    rows = order.sort(x.rows)
    # With biases, one layer, no dropout, and "training", without which cuDNN keeps nothing for the way back.
    kind = x.rows.device.type
    with torch.autocast(kind, enabled=False) if torch.amp.is_autocast_available(kind) else nullcontext():
        rows, *last = _KERNELS[cell](rows, order.batch_sizes, hidden, flat, True, 1, 0.0, True, len(weights) == 2)
    a_last, *c_last = (tensor.transpose(0, 1).unsqueeze(1) for tensor in last)
    state = State(a_last, c_last[0] if c_last else None).index(order.sequence_inverse)
    return x.with_rows(order.restore(rows)), state


def _flat(weights: Weights) -> list[Tensor]:
    """The four tensors of torch's order; torch adds its two biases, so that ours is the first of them."""
    b_hh = torch.zeros_like(weights.ba)
    if weights.ban is not None:
        b_hh = torch.cat([b_hh[: -len(weights.ban)], weights.ban])
    return [weights.Wax, weights.Waa, weights.ba, b_hh]
