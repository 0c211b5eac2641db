"""What passes through the door of the kernels: the weights of one direction, and the state between two calls."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple, get_args

import torch
from torch import Tensor

from unrolled.errors import DataError

__all__ = ["CELLS", "NUM_GATES", "Cell", "State", "Weights", "check_fit", "rounded"]

Cell = Literal["rnn", "rnn_relu", "gru", "lstm"]

CELLS: tuple[Cell, ...] = get_args(Cell)

NUM_GATES: dict[Cell, int] = {"rnn": 1, "rnn_relu": 1, "gru": 3, "lstm": 4}


class Weights(NamedTuple):
    """Weights of one direction of one layer, named as in the textbook.

    `Wax` (G·H, D), `Waa` (G·H, H) and `ba` (G·H), gates in the order r, z, n (GRU) and i, f, g, o (LSTM). `ban` (H),
    for the GRU only, is the bias that the reset gate multiplies: n = tanh(Wax_n x⟨t⟩ + ba_n + r * (Waa_n a⟨t-1⟩ +
    ban)).
    """

    Wax: Tensor
    Waa: Tensor
    ba: Tensor
    ban: Tensor | None = None

    def to(self, dtype: torch.dtype) -> "Weights":
        """The same weights in another type."""
        ban = None if self.ban is None else self.ban.to(dtype)
        return Weights(self.Wax.to(dtype), self.Waa.to(dtype), self.ba.to(dtype), ban)


def rounded(weight: Tensor) -> Tensor:
    """What bfloat16 holds of it, in the type that it has."""
    return weight.detach().bfloat16().to(weight.dtype)


@dataclass(frozen=True, slots=True)
class State:
    """What a recurrence remembers: the hidden activation `a` and, for the LSTM, the memory cell `c`, batch first.

    Both are (N, num_layers, num_directions, H); at the door of the kernels num_layers is 1.
    """

    a: Tensor
    c: Tensor | None = None

    def layer(self, number: int) -> "State":
        """State of one layer, (N, 1, num_directions, H), out of that of a stack."""
        only = slice(number, number + 1)
        return State(self.a[:, only], None if self.c is None else self.c[:, only])

    @staticmethod
    def stack(layers: Sequence["State"]) -> "State":
        """State of a stack, (N, num_layers, num_directions, H), out of those of its layers."""
        if len(layers) == 1:
            return layers[0]
        cells = [state.c for state in layers if state.c is not None]
        return State(torch.cat([state.a for state in layers], dim=1), torch.cat(cells, dim=1) if cells else None)

    def index(self, sequences: Tensor) -> "State":
        """State of the sequences with these numbers, in this order."""
        sequences = sequences.to(self.a.device)
        return State(self.a[sequences], None if self.c is None else self.c[sequences])

    def tensors(self) -> list[Tensor]:
        """a and, for the LSTM, c."""
        return [self.a] if self.c is None else [self.a, self.c]

    def to(self, dtype: torch.dtype) -> "State":
        """The same state in another type."""
        return State(self.a.to(dtype), None if self.c is None else self.c.to(dtype))

    def detach(self) -> "State":
        """The same state, cut off from the past: the gradient stops here (truncated back-propagation through time)."""
        return State(self.a.detach(), None if self.c is None else self.c.detach())


def check_fit(
    cell: Cell, x: Tensor, weights: Sequence[Tensor], state: Sequence[Tensor] = (), num_sequences: int = 0
) -> None:
    """Raise DataError unless the shapes fit: an engine that reads at addresses would read what is none of theirs.

    `x` are rows (M, D); `weights` are those of each direction, one after another, `ban` only for the GRU; `state` is a
    (and c), each (num_sequences, 1, num_directions, H), or nothing.
    """
    names = Weights._fields if cell == "gru" else Weights._fields[:3]
    directions, D, H = len(weights) // len(names), weights[0].shape[-1], weights[1].shape[-1]
    if x.shape[1:] != (D,):
        raise DataError(f"recur: x has rows {tuple(x.shape)}. Give (M, {D}).")
    G_H = NUM_GATES[cell] * H
    wanted = [(G_H, D), (G_H, H), (G_H,), (H,)][: len(names)] * directions
    if [weight.shape for weight in weights] != wanted:
        for name, weight, shape in zip(names * directions, weights, wanted, strict=True):
            if weight.shape != shape:
                raise DataError(
                    f"recur: {name} has the shape {tuple(weight.shape)}. With {D} numbers a row of x and {H} units, "
                    f"{cell} needs {shape}."
                )
    shape = num_sequences, 1, directions, H
    for part in state:
        if part.shape != shape:
            raise DataError(f"recur: the state has the shape {tuple(part.shape)}. Give {shape}.")
