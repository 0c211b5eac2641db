"""The labels that are given to a chain: whether they fit its emissions, and the score of their path."""

import torch
from torch import Tensor

from unrolled.data.ragged import Ragged
from unrolled.errors import DataError

__all__ = ["check_shapes", "check_ways", "scores"]


def scores(emissions: Ragged, labels: Ragged, transitions: Tensor, start: Tensor, end: Tensor) -> Tensor:
    """Score of each sequence's labels, (N,) float64."""
    y, K = labels.rows, len(start)
    sequences = emissions.sequence_numbers.to(y.device)
    not_first = emissions.steps[1:].to(y.device) > 0
    steps = emissions.rows.gather(1, y[:, None])[:, 0].double()
    # A flat look-up: its gradient is one sum by index, without index_put's sort.
    follow = transitions.flatten()[y[:-1] * K + y[1:]].double() * not_first
    ends = start[labels.first()].double() + end[labels.last()].double()
    return ends.index_add(0, sequences, steps).index_add(0, sequences[1:], follow)


def check_shapes(emissions: Ragged, labels: Ragged, K: int, values_later: bool = False) -> None:
    """Raise DataError where emissions are not (M, K) or labels not one int64 for each step."""
    y = labels.rows
    if emissions.rows.ndim != 2 or emissions.rows.shape[1] != K:
        raise DataError(f"CRF: emissions have rows {tuple(emissions.rows.shape)}. Give (M, {K}), a score a label.")
    # Lengths without values, as a graph has them, are compared when it runs.
    same = labels.lengths is emissions.lengths or values_later or torch.equal(labels.lengths, emissions.lengths)
    if not same or y.ndim != 1 or y.dtype != torch.int64:
        raise DataError(
            f"CRF: labels have rows {tuple(y.shape)}, {y.dtype}, in {len(labels)} sequences, emissions "
            f"{tuple(emissions.rows.shape)} in {len(emissions)}. Give one int64 label for each step."
        )


def check_ways(labels: Ragged, K: int, forbidden: Tensor | None, forbidden_start: Tensor | None) -> None:
    """Raise DataError where a label is none of 0 to K - 1, or takes a forbidden way."""
    y = labels.rows
    if int(y.min()) < 0 or int(y.max()) >= K:
        raise DataError(f"CRF: labels go from {int(y.min())} to {int(y.max())}. Give 0 to {K - 1}.")
    before, steps = torch.cat([y[:1], y[:-1]]), labels.steps.to(y.device)
    wrong = torch.zeros_like(y, dtype=torch.bool)
    if forbidden is not None:
        wrong = torch.where(steps == 0, wrong, forbidden[before, y])
    if forbidden_start is not None:
        wrong = torch.where(steps == 0, forbidden_start[y], wrong)
    if wrong.any():
        row = int(wrong.int().argmax())
        sequence, t = int(labels.sequence_numbers[row]), int(labels.steps[row])
        way = f"{int(before[row])} to {int(y[row])}" if t else f"the start to {int(y[row])}"
        raise DataError(
            f"CRF: the labels of sequence {sequence} go from {way} at step {t}, which is forbidden. "
            "Correct the labels, or allow it."
        )
