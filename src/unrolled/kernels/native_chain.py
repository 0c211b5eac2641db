"""Linear chains on the native engine: float32 scores on the CPU, float64 sums. Autograd sees nothing of it."""

from typing import Any

import torch
from torch import Tensor

from unrolled.kernels.forked import num_threads
from unrolled.kernels.library import load

__all__ = ["ALLOWED", "Masks", "Tables", "best_path", "best_paths", "sum_paths"]

Tables = tuple[Tensor, Tensor, Tensor]
"""Transitions (K, K) [from, to], start (K,) and end (K,)."""

Masks = tuple[Tensor | None, Tensor | None]
"""Where a transition (K, K) and where a start (K,) is forbidden, bool; None forbids none."""

ALLOWED: Masks = (None, None)


def sum_paths(
    rows: Tensor,
    lengths: Tensor,
    tables: Tables,
    masks: Masks = ALLOWED,
    labels: Tensor | None = None,
    weights: Tensor | None = None,
    gradients: torch.dtype | None = None,
) -> tuple[Tensor, tuple[Tensor, ...], int]:
    """Log Z of each sequence, (N,) float64; with `labels` (M,) their score less log Z, (N,) float32.

    `gradients`, float32 or float64, asks for those of its sum over the sequences, each times its weight (N,): of rows,
    transitions, start and end. Those of log Z are expected counts. Last comes -1, or the first row whose label is none
    or takes a forbidden way: then the rest means nothing.
    """
    engine, held, lengths = _engine(), [tensor.contiguous() for tensor in (rows, *tables)], lengths.contiguous()
    found = rows.new_empty(len(lengths), dtype=torch.float64 if labels is None else torch.float32)
    back = () if gradients is None else tuple(tensor.new_empty(tensor.shape, dtype=gradients) for tensor in held)
    if labels is not None:
        labels = labels.contiguous()
    if weights is not None:
        weights = weights.to(torch.float64).contiguous()
    kept = [None if mask is None else mask.contiguous() for mask in masks]
    addresses = found.data_ptr()
    run = engine.sum_paths_in_float64 if gradients == torch.float64 else engine.sum_paths
    wrong: int = run(
        _chains(held, lengths, kept),
        (
            _at(labels),
            _at(weights),
            *((addresses, 0) if labels is None else (0, addresses)),
            *([tensor.data_ptr() for tensor in back] or (0, 0, 0, 0)),
        ),
    )
    return found, back, wrong


def best_path(rows: Tensor, lengths: Tensor, tables: Tables) -> tuple[Tensor, Tensor]:
    """The best path of each sequence, (M,) int64, and its score, (N,) float32."""
    labels, scores = lengths.new_empty(len(rows)), rows.new_empty(len(lengths))
    held, lengths = [tensor.contiguous() for tensor in (rows, *tables)], lengths.contiguous()
    _engine().best_path(_chains(held, lengths, ALLOWED), labels.data_ptr(), scores.data_ptr())
    return labels, scores


def best_paths(rows: Tensor, lengths: Tensor, tables: Tables, n: int) -> tuple[Tensor, Tensor, Tensor]:
    """The n best paths, their scores (N, n) float64, and how many each sequence has, (N,).

    Sequence i's paths, (n, T_x), lie one sequence after another in (n · M,) int64.
    """
    N = len(lengths)
    labels, scores, counts = (
        lengths.new_empty(n * len(rows)),
        rows.new_empty(N, n, dtype=torch.float64),
        lengths.new_empty(N),
    )
    held, lengths = [tensor.contiguous() for tensor in (rows, *tables)], lengths.contiguous()
    _engine().best_paths(_chains(held, lengths, ALLOWED), n, labels.data_ptr(), scores.data_ptr(), counts.data_ptr())
    return labels, scores, counts


def _chains(held: list[Tensor], lengths: Tensor, masks: Masks | list[Tensor | None]) -> tuple[int, ...]:
    """What the engine is told of rows, transitions, start and end, which must outlive the call."""
    return (
        held[0].shape[1],
        lengths.data_ptr(),
        len(lengths),
        num_threads(),
        *[tensor.data_ptr() for tensor in held],
        *[_at(mask) for mask in masks],
    )


def _at(tensor: Tensor | None) -> int:
    return 0 if tensor is None else tensor.data_ptr()


def _engine() -> Any:
    engine = load()
    assert engine is not None
    return engine
