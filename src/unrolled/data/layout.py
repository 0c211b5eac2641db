"""Where the rows of a ragged batch stand: what follows from its lengths alone."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar, cast

import torch
from torch import Tensor

__all__ = ["Layout", "TimeMajor", "inverse_order", "permute", "time_major_positions"]

_T = TypeVar("_T")


@dataclass(frozen=True, eq=False)
class TimeMajor:
    """The order in which a stepper visits the rows of a `Ragged`: by time, then by descending length of the sequence.

    At step t the first `batch_sizes[t]` sequences of `sequence_order` are alive. All index tensors are int64 on the
    CPU; sequences of equal length keep the caller's order.

    Attributes:
        order: (M,), `rows[order]` is time-major.
        inverse: (M,), `rows[order][inverse]` is `rows`.
        batch_sizes: (T,), the number of sequences that reach step t; never rises.
        sequence_order: (N,), sequence numbers by descending length: the order of states in a stepper.
        sequence_inverse: (N,), `states[sequence_order][sequence_inverse]` is `states`.
    """

    order: Tensor
    inverse: Tensor
    batch_sizes: Tensor
    sequence_order: Tensor
    sequence_inverse: Tensor

    def sort(self, rows: Tensor) -> Tensor:
        """Return rows (M, ...), given in the caller's order, in time-major order."""
        return permute(rows, self.order, self.inverse)

    def restore(self, rows: Tensor) -> Tensor:
        """Return rows (M, ...), given in time-major order, in the caller's order."""
        return permute(rows, self.inverse, self.order)


class _once(Generic[_T]):
    """functools.cached_property without its lock, which graphs do not take."""

    def __init__(self, compute: Callable[[Any], _T]) -> None:
        self.compute, self.name = compute, compute.__name__

    def __get__(self, layout: Any, owner: type) -> _T:
        value = self.compute(layout)
        setattr(layout, self.name, value)
        return value


class Layout:
    """What follows from the lengths alone, computed when first asked for, and `num_rows`, their sum."""

    def __init__(self, lengths: Tensor, num_rows: int) -> None:
        self.lengths, self.num_rows = lengths, num_rows

    @_once
    def max_length(self) -> int:
        return int(self.lengths.max())

    @_once
    def offsets(self) -> Tensor:
        return torch.cat([self.lengths.new_zeros(1), self.lengths.cumsum(0)])

    @_once
    def sequence_numbers(self) -> Tensor:
        return torch.arange(self.lengths.shape[0]).repeat_interleave(self.lengths, output_size=self.num_rows)

    @_once
    def steps(self) -> Tensor:
        return torch.arange(self.num_rows) - self.offsets[self.sequence_numbers]

    @_once
    def reversal(self) -> Tensor:
        return self.offsets[self.sequence_numbers + 1] - 1 - self.steps

    def padded_places(self, T: int) -> Tensor:
        return self.sequence_numbers * T + self.steps

    @_once
    def time_major(self) -> TimeMajor:
        sequence_order = self.lengths.argsort(descending=True, stable=True)
        sequence_inverse = inverse_order(sequence_order)
        batch_sizes = len(self.lengths) - self.lengths.bincount().cumsum(0)[:-1]
        positions = time_major_positions(self, sequence_inverse, batch_sizes)
        return TimeMajor(inverse_order(positions), positions, batch_sizes, sequence_order, sequence_inverse)


class _Permute(torch.autograd.Function):
    """Rows in another order; the gradient is a plain copy, where index_select's own backward adds into zeros."""

    @staticmethod
    def forward(ctx: Any, rows: Tensor, order: Tensor, inverse: Tensor) -> Tensor:  # pyright: ignore[reportIncompatibleMethodOverride]
        ctx.save_for_backward(order, inverse)
        return rows.index_select(0, order)

    @staticmethod
    def backward(ctx: Any, d_rows: Tensor) -> tuple[Tensor, None, None]:  # pyright: ignore[reportIncompatibleMethodOverride]
        order, inverse = ctx.saved_tensors
        return permute(d_rows, inverse, order), None, None


def permute(rows: Tensor, order: Tensor, inverse: Tensor) -> Tensor:
    if torch.compiler.is_compiling():
        # Graphs refuse a Function that is given one tensor twice, as the order of a reversal.
        return rows.index_select(0, order.to(rows.device))
    # torch leaves `apply` untyped.
    permuted: Tensor = cast(Any, _Permute).apply(rows, order.to(rows.device), inverse.to(rows.device))
    return permuted


def inverse_order(order: Tensor) -> Tensor:
    return torch.empty_like(order).scatter_(0, order, torch.arange(len(order)))


def time_major_positions(layout: Layout, rank: Tensor, batch_sizes: Tensor) -> Tensor:
    """Return where each row of the caller's order stands in time-major order, (M,)."""
    starts = batch_sizes.cumsum(0) - batch_sizes
    return starts[layout.steps] + rank[layout.sequence_numbers]
