"""The native sums over label paths inside torch: `unrolled::log_partition` and `unrolled::log_likelihood`.

As in `operator`, graphs hold the operators, and outside of them the same functions run as an autograd.Function.
"""

from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

from unrolled.data.ragged import Ragged
from unrolled.kernels import native_chain
from unrolled.kernels.gold import check_ways
from unrolled.kernels.native_chain import Masks, Tables

__all__ = ["log_likelihood", "log_partition"]


def log_partition(emissions: Ragged, tables: Tables) -> Tensor:
    """As `unrolled.kernels.log_partition`, always on the native engine: float32 tensors on the CPU."""
    return _run(emissions, tables, None, (None, None))


def log_likelihood(emissions: Ragged, labels: Ragged, tables: Tables, masks: Masks) -> Tensor:
    """As `unrolled.kernels.log_likelihood`, always on the native engine; shapes must have been checked."""
    return _run(emissions, tables, labels.rows, masks)


def _run(emissions: Ragged, tables: Tables, labels: Tensor | None, masks: Masks) -> Tensor:
    arguments = (emissions.rows, *tables, emissions.lengths, labels, *masks)
    keep = torch.is_grad_enabled() and any(tensor.requires_grad for tensor in (emissions.rows, *tables))
    if torch.compiler.is_compiling():
        return _sum_paths(*arguments, keep)[0]
    if keep:
        run: Any = _SumPaths.apply  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
        return run(*arguments)
    return _forward(*arguments, keep=False)[0]


def _forward(
    rows: Tensor,
    transitions: Tensor,
    start: Tensor,
    end: Tensor,
    lengths: Tensor,
    labels: Tensor | None,
    forbidden: Tensor | None,
    forbidden_start: Tensor | None,
    keep: bool,
) -> tuple[Tensor, Tensor]:
    tables, masks = (transitions, start, end), (forbidden, forbidden_start)
    if labels is None:
        return native_chain.forward(rows, lengths, tables, keep)
    found, kept, wrong = native_chain.likelihood(rows, lengths, labels, tables, masks, keep)
    if wrong >= 0:
        check_ways(Ragged(labels, lengths), len(start), *masks)
        raise AssertionError(f"the engine refuses the label of row {wrong}")
    return found, kept


class _SumPaths(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, *inputs: Any) -> Tensor:
        found, kept = _forward(*inputs, keep=True)
        ctx.save_for_backward(*inputs, kept)
        return found

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, *grad_outputs: Tensor) -> tuple[Tensor | None, ...]:  # pyright: ignore[reportIncompatibleMethodOverride]
        rows, transitions, start, end, lengths, labels, *masks, kept = ctx.saved_tensors
        found = native_chain.backward(
            rows, lengths, labels, (transitions, start, end), (masks[0], masks[1]), kept, grad_outputs[0]
        )
        return found.emissions, found.transitions, found.start, found.end, None, None, None, None


@torch.library.custom_op("unrolled::sum_paths", mutates_args=(), device_types="cpu")
def _sum_paths(
    rows: Tensor,
    transitions: Tensor,
    start: Tensor,
    end: Tensor,
    lengths: Tensor,
    labels: Tensor | None,
    forbidden: Tensor | None,
    forbidden_start: Tensor | None,
    keep: bool,
) -> tuple[Tensor, Tensor]:
    """Log Z (N,) float64, or with labels their log-likelihood (N,) float32; and what is kept."""
    return _forward(rows, transitions, start, end, lengths, labels, forbidden, forbidden_start, keep)


@_sum_paths.register_fake  # pyright: ignore[reportUnknownMemberType]
def _(
    rows: Tensor,
    transitions: Tensor,
    start: Tensor,
    end: Tensor,
    lengths: Tensor,
    labels: Tensor | None,
    forbidden: Tensor | None,
    forbidden_start: Tensor | None,
    keep: bool,
) -> tuple[Tensor, Tensor]:
    del transitions, start, end, forbidden, forbidden_start
    found = rows.new_empty(len(lengths), dtype=torch.float64 if labels is None else torch.float32)
    return found, rows.new_empty(native_chain.kept_size(rows, lengths) if keep else 0, dtype=torch.float64)


@torch.library.custom_op("unrolled::sum_paths_backward", mutates_args=(), device_types="cpu")
def _sum_paths_backward(
    weights: Tensor,
    rows: Tensor,
    transitions: Tensor,
    start: Tensor,
    end: Tensor,
    lengths: Tensor,
    labels: Tensor | None,
    forbidden: Tensor | None,
    forbidden_start: Tensor | None,
    kept: Tensor,
) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Gradients of rows, transitions, start and end."""
    found = native_chain.backward(
        rows, lengths, labels, (transitions, start, end), (forbidden, forbidden_start), kept, weights
    )
    return found.emissions, found.transitions, found.start, found.end


@_sum_paths_backward.register_fake  # pyright: ignore[reportUnknownMemberType]
def _(
    weights: Tensor,
    rows: Tensor,
    transitions: Tensor,
    start: Tensor,
    end: Tensor,
    lengths: Tensor,
    labels: Tensor | None,
    forbidden: Tensor | None,
    forbidden_start: Tensor | None,
    kept: Tensor,
) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    del weights, lengths, labels, forbidden, forbidden_start, kept
    return (
        rows.new_empty(rows.shape),
        transitions.new_empty(transitions.shape),
        start.new_empty(start.shape),
        end.new_empty(end.shape),
    )


def _remember(ctx: Any, inputs: tuple[Any, ...], output: tuple[Tensor, Tensor]) -> None:
    ctx.save_for_backward(*inputs[:-1], output[1])


def _backward(ctx: Any, grad_found: Tensor, grad_kept: Tensor | None) -> tuple[Tensor | None, ...]:
    del grad_kept
    return *_sum_paths_backward(grad_found, *ctx.saved_tensors), None, None, None, None, None


_sum_paths.register_autograd(_backward, setup_context=_remember)  # pyright: ignore[reportUnknownMemberType]
