"""A batch of sequences without padding: all rows in one tensor, and the length of each sequence."""

from collections.abc import Sequence
from dataclasses import InitVar, dataclass, field
from typing import Any, cast

import torch
from torch import Tensor
from torch.nn.utils.rnn import PackedSequence

from unrolled.data.layout import Layout, TimeMajor, inverse_order, permute, time_major_positions
from unrolled.errors import DataError

__all__ = ["Ragged", "check_numbers", "check_ragged"]


@dataclass(frozen=True, eq=False)
class Ragged:
    """N sequences of M rows in all, in the caller's order; every operation is differentiable in `rows`.

    >>> batch = Ragged.from_list([torch.tensor([1, 2, 3]), torch.tensor([4])])
    >>> batch.reverse().rows.tolist(), batch.last().tolist(), batch.padded(-1).tolist()
    ([3, 2, 1, 4], [3, 4], [[1, 2, 3], [4, -1, -1]])

    Arguments:
        rows: (M, ...), of any dtype, trailing shape and device.
        lengths: (N,), int64 on the CPU, every length at least 1, in sum M. Not to be written to afterwards.
        layout: what `with_rows` hands on from a batch of the same lengths; None works it out.

    In a graph (torch.compile, torch.export) lengths have no values yet: `rows` and `lengths` may be its inputs, and the
    operators of `unrolled.kernels` look at the values when it runs. `max_length`, `padded`, `mask` and `time_major`
    need them, and break a graph.

    Raises:
        DataError: when rows and lengths cannot be a batch.
    """

    rows: Tensor
    lengths: Tensor
    layout: InitVar[Layout | None] = None
    _layout: Layout = field(init=False, repr=False)

    def __post_init__(self, layout: Layout | None) -> None:
        shape = self.rows.shape
        if not shape:
            raise DataError("Ragged: rows has no dimension. Give rows of shape (M, ...), one row per step.")
        graph = torch.compiler.is_compiling()
        if layout is None:
            _check_kind(self.lengths)
            layout = Layout(self.lengths, shape[0] if graph else _checked_sum(self.lengths))
        if not graph:
            _check_sum(self.rows, self.lengths, layout.num_rows)
        object.__setattr__(self, "_layout", layout)

    @classmethod
    def from_list(cls, sequences: Sequence[Tensor]) -> "Ragged":
        """Join sequences, each (length, ...) with the same trailing shape and dtype, in their order."""
        if not sequences:
            raise DataError("Ragged: the list of sequences is empty. Give at least one sequence.")
        first = sequences[0]
        for number, sequence in enumerate(sequences):
            if sequence.ndim == 0 or not len(sequence):
                raise DataError(
                    f"Ragged: sequence {number} has shape {tuple(sequence.shape)}. "
                    "Give every sequence at least one step: shape (length, ...), length >= 1."
                )
            if sequence.shape[1:] != first.shape[1:] or sequence.dtype != first.dtype:
                raise DataError(
                    f"Ragged: sequence {number} has rows of {_kind(sequence)}, sequence 0 of {_kind(first)}. "
                    "Give all sequences the same trailing shape and dtype."
                )
        return cls(torch.cat(list(sequences)), torch.tensor([len(sequence) for sequence in sequences]))

    @classmethod
    def from_packed(cls, packed: PackedSequence) -> "Ragged":
        """Convert torch's PackedSequence, sorted or not, to the order of the caller who packed it."""
        batch_sizes = packed.batch_sizes.cpu()
        T = len(batch_sizes)
        # Sequences that end at step t are those alive at t and not at t + 1.
        ending = batch_sizes - torch.cat([batch_sizes[1:], batch_sizes.new_zeros(1)])
        lengths = torch.arange(T, 0, -1).repeat_interleave(ending.flip(0))
        rank = torch.arange(len(lengths)) if packed.unsorted_indices is None else packed.unsorted_indices.cpu()
        lengths = lengths[rank]
        positions = time_major_positions(Layout(lengths, len(packed.data)), rank, batch_sizes)
        return cls(permute(packed.data, positions, inverse_order(positions)), lengths)

    @classmethod
    def from_padded(cls, padded: Tensor, lengths: Tensor | Sequence[int]) -> "Ragged":
        """Take the first `lengths[i]` steps of each padded[i]; padded is (N, T, ...), batch first."""
        lengths = torch.as_tensor(lengths, device="cpu")
        _check_kind(lengths)
        layout = Layout(lengths, _checked_sum(lengths))
        if padded.ndim < 2 or padded.shape[0] != len(lengths) or padded.shape[1] < int(lengths.max()):
            raise DataError(
                f"Ragged: padded has shape {tuple(padded.shape)}, but there are {len(lengths)} lengths, the longest "
                f"{int(lengths.max())}. Give padded as (N, T, ...), batch first, with T no less than the longest."
            )
        places = layout.padded_places(padded.shape[1])
        return cls(padded.flatten(0, 1).index_select(0, places.to(padded.device)), lengths, layout)

    def __len__(self) -> int:
        return self.lengths.shape[0]

    @property
    def num_sequences(self) -> int:
        """N, as `len` has it; `len` always is a number, where an exported graph may have a symbol."""
        return self.lengths.shape[0]

    @property
    def num_rows(self) -> int:
        """M, the number of steps of all sequences."""
        return self.rows.shape[0]

    @property
    def max_length(self) -> int:
        """T, the length of the longest sequence."""
        return self._layout.max_length

    @property
    def offsets(self) -> Tensor:
        """(N+1,) int64 on the CPU: sequence i is `rows[offsets[i]:offsets[i + 1]]`."""
        return self._layout.offsets

    @property
    def sequence_numbers(self) -> Tensor:
        """(M,) int64 on the CPU: the sequence that each row belongs to."""
        return self._layout.sequence_numbers

    @property
    def steps(self) -> Tensor:
        """(M,) int64 on the CPU: the step of each row within its sequence, from 0."""
        return self._layout.steps

    def with_rows(self, rows: Tensor) -> "Ragged":
        """Return a batch of the same lengths with other rows (M, ...), as a layer's output has."""
        # The orders and offsets depend on the lengths alone: compute them once for all layers.
        return Ragged(rows, self.lengths, self._layout)

    def to_list(self) -> list[Tensor]:
        """Return the sequences, each (length, ...), as views of `rows`."""
        return list(self.rows.tensor_split(self.offsets[1:-1]))

    def to_packed(self) -> PackedSequence:
        """Return torch's PackedSequence, which remembers the caller's order."""
        order, device = self.time_major(), self.rows.device
        return PackedSequence(
            order.sort(self.rows), order.batch_sizes, order.sequence_order.to(device), order.sequence_inverse.to(device)
        )

    def padded(self, value: float = 0.0) -> Tensor:
        """Return (N, T, ...) with `value` after each sequence's end; for display and reference, not computation."""
        if not (self.rows.is_floating_point() or self.rows.is_complex()):
            if not float(value).is_integer():
                raise DataError(
                    f"Ragged: rows of {self.rows.dtype} cannot be padded with {value}. Give a whole number."
                )
            value = int(value)
        N, T, trailing = len(self), self.max_length, self.rows.shape[1:]
        places = self._layout.padded_places(T).to(self.rows.device)
        return self.rows.new_full((N * T, *trailing), value).index_copy(0, places, self.rows).view(N, T, *trailing)

    def mask(self) -> Tensor:
        """Return (N, T) bool on the device of `rows`, true where `padded()` holds a row."""
        return (torch.arange(self.max_length) < self.lengths[:, None]).to(self.rows.device)

    def reverse(self) -> "Ragged":
        """Return the batch with each sequence read from its own end to its beginning."""
        order = self._layout.reversal
        return self.with_rows(permute(self.rows, order, order))

    def first(self) -> Tensor:
        """Return the first row of each sequence, (N, ...)."""
        return self.rows.index_select(0, self.offsets[:-1].to(self.rows.device))

    def last(self) -> Tensor:
        """Return the last row of each sequence, (N, ...)."""
        return self.rows.index_select(0, (self.offsets[1:] - 1).to(self.rows.device))

    def sum(self) -> Tensor:
        """Return the sum over time of each sequence, (N, ...)."""
        sums = self.rows.new_zeros((self.num_sequences, *self.rows.shape[1:]))
        return sums.index_add(0, self.sequence_numbers.to(self.rows.device), self.rows)

    def mean(self) -> Tensor:
        """Return the mean over time of each sequence, (N, ...); rows must be floating point."""
        if not (self.rows.is_floating_point() or self.rows.is_complex()):
            raise DataError(f"Ragged: rows of {self.rows.dtype} have no mean of that kind. Use rows.double() first.")
        return self.sum() / self.lengths.to(self.rows.device).view(-1, *[1] * (self.rows.ndim - 1))

    def max(self) -> Tensor:
        """Return the maximum over time of each sequence, (N, ...); equal maxima share the gradient, as in `amax`."""
        trailing = self.rows.shape[1:]
        index = self.sequence_numbers.to(self.rows.device).view(-1, *[1] * len(trailing)).expand_as(self.rows)
        # torch's gradient counts the initial value among equal maxima although it is not included: NaN equals none.
        initial = float("nan") if self.rows.is_floating_point() else 0
        maxima = self.rows.new_full((self.num_sequences, *trailing), initial)
        return maxima.scatter_reduce(0, index, self.rows, "amax", include_self=False)

    def time_major(self) -> TimeMajor:
        """Return the order in which a stepper visits the rows; the same object for every batch of `with_rows`."""
        return self._layout.time_major


def check_ragged(where: str, *given: object) -> None:
    """Refuse what is no ragged batch, such as a padded tensor: what users of torch's own layers have.

    Raises:
        DataError: what was given instead, and how to make a ragged batch of it.
    """
    for value in given:
        if not isinstance(value, Ragged):
            raise DataError(
                f"{where}: {_instead(value)} where a ragged batch is expected. "
                "Give Ragged.from_padded(padded, lengths) of a padded tensor, batch first, "
                "Ragged.from_packed(packed) of torch's PackedSequence, or "
                "Ragged.from_list(sequences)."
            )


def check_numbers(rows: Tensor, lengths: Tensor) -> None:
    """Raise DataError unless every length is at least 1 and their sum M: what a graph leaves to its operators."""
    _check_sum(rows, lengths, _checked_sum(lengths))


def _check_kind(lengths: Tensor) -> None:
    if lengths.dtype != torch.int64 or lengths.ndim != 1 or not lengths.is_cpu or not lengths.shape[0]:
        raise DataError(
            f"Ragged: lengths has shape {tuple(lengths.shape)}, {lengths.dtype}, on {lengths.device}. "
            "Give shape (N,), N >= 1, torch.int64, on the CPU."
        )


def _checked_sum(lengths: Tensor) -> int:
    # Through Python: a reduction of torch takes as long as a step of a small layer.
    numbers: list[int] = cast(Any, lengths).tolist()
    if min(numbers) < 1:
        shortest = numbers.index(min(numbers))
        raise DataError(
            f"Ragged: sequence {shortest} has length {numbers[shortest]}. Leave out sequences without steps."
        )
    return sum(numbers)


def _check_sum(rows: Tensor, lengths: Tensor, total: int) -> None:
    if rows.shape[0] != total:
        raise DataError(
            f"Ragged: the {len(lengths)} lengths sum to {total}, but rows has shape {tuple(rows.shape)}. "
            f"Give one row per step: {total} rows."
        )


def _instead(value: object) -> str:
    if isinstance(value, Tensor):
        return f"a tensor of shape {tuple(value.shape)}, which does not say how long its sequences are,"
    return f"a {type(value).__name__}" if value is not None else "None"


def _kind(sequence: Tensor) -> str:
    return f"shape {tuple(sequence.shape[1:])} and {sequence.dtype}"
