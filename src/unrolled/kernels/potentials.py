"""The scores of a chain as a stepper wants them, and what is expected of its labels."""

from dataclasses import dataclass
from typing import Self

import torch
from torch import Tensor

from unrolled.data.ragged import Ragged, TimeMajor

__all__ = ["Expectations", "Potentials"]


@dataclass(frozen=True, slots=True)
class Expectations:
    """Expected counts: `emissions` (M, K) in the caller's order; in sum `transitions` (K, K), `start`, `end` (K,)."""

    emissions: Tensor
    transitions: Tensor
    start: Tensor
    end: Tensor


@dataclass(frozen=True, slots=True)
class Potentials:
    """Float64 scores of a ragged batch of chains, `emissions` (M, K) time-major, each group's greatest score taken off.

    Taking it off leaves every probability as it is; `shift` (N,) is what each sequence's log Z lost by it. `last`
    (N,) is the time-major row of each sequence's last step, `sequences` (M,) the sequence of each time-major row, and
    `sizes` the number of sequences alive at each step. Sequences are numbered in the caller's order.
    """

    emissions: Tensor
    transitions: Tensor
    start: Tensor
    end: Tensor
    shift: Tensor
    sizes: list[int]
    last: Tensor
    sequences: Tensor
    order: TimeMajor

    @classmethod
    def of(cls, emissions: Ragged, transitions: Tensor, start: Tensor, end: Tensor) -> Self:
        order, device = emissions.time_major(), emissions.rows.device
        rows = order.sort(emissions.rows.detach()).double()
        greatest = _finite(rows.amax(dim=1))
        tables = [table.detach().double() for table in (transitions, start, end)]
        tops = [_finite(table.amax()) for table in tables]
        lengths = emissions.lengths.to(device)
        sequences = emissions.sequence_numbers[order.order].to(device)
        shift = (lengths - 1) * tops[0] + tops[1] + tops[2]
        return cls(
            rows - greatest[:, None],
            tables[0] - tops[0],
            tables[1] - tops[1],
            tables[2] - tops[2],
            shift.index_add(0, sequences, greatest),
            order.batch_sizes.numpy().tolist(),
            order.inverse[emissions.offsets[1:] - 1].to(device),
            sequences,
            order,
        )


def _finite(greatest: Tensor) -> Tensor:
    """The shift of a group of scores: none where all are forbidden, since -inf less -inf is no number."""
    return greatest.masked_fill(greatest == -torch.inf, 0.0)
