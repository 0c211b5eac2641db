"""Linear chains on the native engine: float32 scores on the CPU, float64 sums. Autograd sees nothing of it."""

from typing import Any

import torch
from torch import Tensor

from unrolled.kernels.library import load
from unrolled.kernels.potentials import Expectations

__all__ = ["Masks", "backward", "best_path", "best_paths", "forward", "kept_size", "likelihood"]

Masks = tuple[Tensor | None, Tensor | None]
"""Where a transition (K, K) and where a start (K,) is forbidden, bool; None forbids none."""

ALLOWED: Masks = (None, None)

Tables = tuple[Tensor, Tensor, Tensor]
"""Transitions (K, K) [from, to], start (K,) and end (K,)."""


def kept_size(rows: Tensor, lengths: Tensor) -> int:
    """How many doubles the way back needs."""
    return _engine().kept_doubles(rows.shape[1], rows.shape[0], lengths.shape[0])


def forward(rows: Tensor, lengths: Tensor, tables: Tables, keep: bool) -> tuple[Tensor, Tensor]:
    """Log Z of each sequence, (N,) float64, and, where asked to `keep`, what the way back needs."""
    log_Z = torch.empty(len(lengths), dtype=torch.float64)
    kept = torch.empty(kept_size(rows, lengths) if keep else 0, dtype=torch.float64)
    chain = _Chain(rows, lengths, tables, ALLOWED)
    _engine().sum_paths(chain.addresses, 0, log_Z.data_ptr(), 0, kept.data_ptr())
    return log_Z, kept


def likelihood(
    rows: Tensor, lengths: Tensor, labels: Tensor, tables: Tables, masks: Masks, keep: bool
) -> tuple[Tensor, Tensor, int]:
    """Score of each sequence's labels less log Z, (N,), what the way back needs, and -1.

    Where a label is none or takes a forbidden way, its row stands for -1 and the rest means nothing.
    """
    found = torch.empty(len(lengths))
    kept = torch.empty(kept_size(rows, lengths) if keep else 0, dtype=torch.float64)
    chain, y = _Chain(rows, lengths, tables, masks), labels.contiguous()
    wrong: int = _engine().sum_paths(chain.addresses, y.data_ptr(), 0, found.data_ptr(), kept.data_ptr())
    return found, kept, wrong


def backward(
    rows: Tensor,
    lengths: Tensor,
    labels: Tensor | None,
    tables: Tables,
    masks: Masks,
    kept: Tensor,
    weights: Tensor,
    dtype: torch.dtype = torch.float32,
) -> Expectations:
    """Gradients of Σ weights · log Z, which are expected counts; with labels, of Σ weights · log-likelihood."""
    found = Expectations(*(torch.empty(tensor.shape, dtype=dtype) for tensor in (rows, *tables)))
    chain, weights = _Chain(rows, lengths, tables, masks), weights.to(torch.float64).contiguous()
    y = None if labels is None else labels.contiguous()
    run = _engine().sum_paths_backward if dtype == torch.float32 else _engine().sum_paths_backward_in_float64
    run(
        chain.addresses,
        _at(y),
        kept.data_ptr(),
        weights.data_ptr(),
        *(t.data_ptr() for t in (found.emissions, found.transitions, found.start, found.end)),
    )
    return found


def best_path(rows: Tensor, lengths: Tensor, tables: Tables) -> tuple[Tensor, Tensor]:
    """The best path of each sequence, (M,) int64, and its score, (N,)."""
    labels, scores = torch.empty(len(rows), dtype=torch.int64), torch.empty(len(lengths))
    chain = _Chain(rows, lengths, tables, ALLOWED)
    _engine().best_path(chain.addresses, labels.data_ptr(), scores.data_ptr())
    return labels, scores


def best_paths(rows: Tensor, lengths: Tensor, tables: Tables, n: int) -> tuple[Tensor, Tensor, Tensor]:
    """The n best paths, their scores (N, n) float64, and how many each sequence has, (N,).

    Sequence i's paths, (n, T_x), lie one sequence after another in (n · M,) int64.
    """
    N = len(lengths)
    labels, scores = torch.empty(n * len(rows), dtype=torch.int64), torch.empty(N, n, dtype=torch.float64)
    counts, chain = torch.empty(N, dtype=torch.int64), _Chain(rows, lengths, tables, ALLOWED)
    _engine().best_paths(chain.addresses, n, labels.data_ptr(), scores.data_ptr(), counts.data_ptr())
    return labels, scores, counts


class _Chain:
    """Addresses of a batch of chains, and what must live while they are read."""

    __slots__ = ("addresses", "held")

    def __init__(self, rows: Tensor, lengths: Tensor, tables: Tables, masks: Masks) -> None:
        tensors = [rows.contiguous(), *(table.contiguous() for table in tables)]
        forbidden = [None if mask is None else mask.contiguous() for mask in masks]
        self.held = (lengths, tensors, forbidden)
        self.addresses = (
            rows.shape[1],
            lengths.data_ptr(),
            len(lengths),
            torch.get_num_threads(),
            *(tensor.data_ptr() for tensor in tensors),
            *(_at(mask) for mask in forbidden),
        )


def _at(tensor: Tensor | None) -> int:
    return 0 if tensor is None else tensor.data_ptr()


def _engine() -> Any:
    engine = load()
    assert engine is not None
    return engine
