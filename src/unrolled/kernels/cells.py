"""What passes through the door of the kernels: the weights of one direction, and the state between two calls."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Self, get_args

import torch
from torch import Tensor

__all__ = ["CELLS", "NUM_GATES", "Cell", "State", "Weights"]

Cell = Literal["rnn", "rnn_relu", "gru", "lstm"]

CELLS: tuple[Cell, ...] = get_args(Cell)

NUM_GATES: dict[Cell, int] = {"rnn": 1, "rnn_relu": 1, "gru": 3, "lstm": 4}


@dataclass(frozen=True, slots=True)
class Weights:
    """Weights of one direction of one layer, named as in the textbook.

    `Wax` (G·H, D), `Waa` (G·H, H) and `ba` (G·H), gates in the order r, z, n (GRU) and i, f, g, o (LSTM). `ban` (H),
    for the GRU only, is the bias that the reset gate multiplies: n = tanh(Wax_n x⟨t⟩ + ba_n + r * (Waa_n a⟨t-1⟩ +
    ban)).
    """

    Wax: Tensor
    Waa: Tensor
    ba: Tensor
    ban: Tensor | None = None


@dataclass(frozen=True, slots=True)
class State:
    """What a recurrence remembers: the hidden activation `a` and, for the LSTM, the memory cell `c`, batch first.

    At the door of the kernels both are (N, num_directions, H); a whole `Recurrent` has (N, num_layers,
    num_directions, H).
    """

    a: Tensor
    c: Tensor | None = None

    def layer(self, number: int) -> "State":
        """State of one layer, (N, num_directions, H), out of that of a stack."""
        return State(self.a[:, number], None if self.c is None else self.c[:, number])

    @classmethod
    def stack(cls, layers: Sequence["State"]) -> Self:
        """State of a stack, (N, num_layers, num_directions, H), out of those of its layers."""
        if len(layers) == 1:
            (one,) = layers
            return cls(one.a.unsqueeze(1), None if one.c is None else one.c.unsqueeze(1))
        cells = [state.c for state in layers if state.c is not None]
        return cls(torch.stack([state.a for state in layers], dim=1), torch.stack(cells, dim=1) if cells else None)

    def index(self, sequences: Tensor) -> "State":
        """State of the sequences with these numbers, in this order."""
        sequences = sequences.to(self.a.device)
        return State(self.a[sequences], None if self.c is None else self.c[sequences])

    def to(self, dtype: torch.dtype) -> "State":
        """The same state in another type."""
        return State(self.a.to(dtype), None if self.c is None else self.c.to(dtype))

    def detach(self) -> "State":
        """The same state, cut off from the past: the gradient stops here (truncated back-propagation through time)."""
        return State(self.a.detach(), None if self.c is None else self.c.detach())
