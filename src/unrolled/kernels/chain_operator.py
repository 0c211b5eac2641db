"""The native sums over label paths inside torch: the operator `unrolled::sum_paths`, with its gradient and its rule.

As in `operator`, graphs hold the operator, and outside of them the same functions run as an autograd.Function. The way
forward finds the gradients too, for a weight of 1 on each sequence, while what they need is in the cache; the way back
multiplies. Where the weights differ from one sequence to another the expected transitions are summed again.
"""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from unrolled.data.ragged import Ragged, check_numbers
from unrolled.errors import DataError
from unrolled.kernels import native_chain
from unrolled.kernels.gold import check_ways
from unrolled.kernels.library import check_kind
from unrolled.kernels.native_chain import Masks, Tables
from unrolled.kernels.once import differentiable_once, forward_mode

__all__ = ["best_path", "expectations", "log_likelihood", "log_partition"]


def log_partition(emissions: Ragged, tables: Tables) -> Tensor:
    """As `unrolled.kernels.log_partition`, always on the native engine: float32 tensors on the CPU."""
    return _run(emissions.rows, *tables, emissions.lengths, None, None, None)


def log_likelihood(emissions: Ragged, labels: Ragged, tables: Tables, masks: Masks) -> Tensor:
    """As `unrolled.kernels.log_likelihood`, always on the native engine; shapes must have been checked."""
    lengths = emissions.lengths
    if torch.compiler.is_compiling() and labels.lengths is not lengths:
        lengths = _one_of_two(lengths, labels.lengths)
    return _run(emissions.rows, *tables, lengths, labels.rows, *masks)


def best_path(rows: Tensor, lengths: Tensor, tables: Tables) -> tuple[Tensor, Tensor]:
    """As `native_chain.best_path`, in a graph as the operator `unrolled::best_path`."""
    if torch.compiler.is_compiling():
        return _best_path(rows, lengths, *tables)
    return native_chain.best_path(rows, lengths, tables)


def expectations(rows: Tensor, lengths: Tensor, tables: Tables) -> Sequence[Tensor]:
    """Expected labels, transitions, starts and ends, float64, in a graph as the operator `unrolled::expectations`."""
    if torch.compiler.is_compiling():
        return _expectations(rows, lengths, *tables)
    return native_chain.sum_paths(rows, lengths, tables, gradients=torch.float64)[1]


def _run(*inputs: Any) -> Tensor:
    rows, transitions, start, end = inputs[:4]
    needed = rows.requires_grad or transitions.requires_grad or start.requires_grad or end.requires_grad
    if torch.compiler.is_compiling():
        return _sum_paths(*inputs, needed and torch.is_grad_enabled())[0]
    if (needed and torch.is_grad_enabled()) or forward_mode():
        run: Any = _SumPaths.apply  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
        return run(*inputs)
    return _forward(inputs, gradients=False)[0]


def _forward(inputs: Sequence[Any], gradients: bool) -> tuple[Tensor, ...]:
    """Log Z (N,) float64, or with labels their log-likelihood (N,) float32; the gradients where asked for."""
    rows, transitions, start, end, lengths, labels, *masks = inputs
    found, back, wrong = native_chain.sum_paths(
        rows,
        lengths,
        (transitions, start, end),
        (masks[0], masks[1]),
        labels,
        gradients=torch.float32 if gradients else None,
    )
    if wrong >= 0:
        check_ways(Ragged(labels, lengths), len(start), *masks)
        raise AssertionError(f"the engine refuses the label of row {wrong}")
    return found, *back


def _backward(weights: Tensor, inputs: Sequence[Any], gradients: Sequence[Tensor]) -> tuple[Tensor, ...]:
    """The gradients of `_forward`, each sequence's times its weight (N,)."""
    by = weights.to(torch.float32)
    if weights.stride(0) == 0 or bool((by == by[0]).all()):
        first = by[0]
        return tuple(gradient * first for gradient in gradients)
    rows, transitions, start, end, lengths, labels, *masks = inputs
    _, tables, _ = native_chain.sum_paths(
        rows, lengths, (transitions, start, end), (masks[0], masks[1]), labels, weights, torch.float32
    )
    # The rows' as above: a sequence's gradient has the same bits whatever the others' weights are.
    return gradients[0] * by.repeat_interleave(lengths)[:, None], *tables[1:]


class _SumPaths(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, *inputs: Any) -> Tensor:
        found, *gradients = _forward(inputs, gradients=True)
        ctx.save_for_backward(*inputs, *gradients)
        return found

    @staticmethod
    @differentiable_once
    def backward(ctx: Any, *grad_outputs: Tensor) -> tuple[Tensor | None, ...]:  # pyright: ignore[reportIncompatibleMethodOverride]
        saved = ctx.saved_tensors
        return *_backward(grad_outputs[0], saved[:-4], saved[-4:]), None, None, None, None


def _check(rows: Tensor, lengths: Tensor, transitions: Tensor, start: Tensor, end: Tensor) -> None:
    """What the door looks at before, when the graph runs."""
    check_numbers(rows, lengths)
    check_kind(rows, transitions, start, end)
    K = len(start)
    assert rows.shape[1:] == start.shape == end.shape
    assert transitions.shape == (K, K)


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
    needed: bool,
) -> list[Tensor]:
    """What `_forward` gives, the gradients where they are needed."""
    _check(rows, lengths, transitions, start, end)
    if labels is not None:
        check_numbers(labels, lengths)
        assert labels.dtype == torch.int64
    for mask, of in ((forbidden, transitions), (forbidden_start, start)):
        assert mask is None or (mask.shape == of.shape and mask.dtype == torch.bool)
    return list(_forward((rows, transitions, start, end, lengths, labels, forbidden, forbidden_start), needed))


@_sum_paths.register_fake  # pyright: ignore[reportUnknownMemberType]
def _(*inputs: Any) -> list[Tensor]:
    *scores, lengths, labels, _, _, needed = inputs
    found = scores[0].new_empty(lengths.shape, dtype=torch.float64 if labels is None else torch.float32)
    return [found, *(tensor.new_empty(tensor.shape) for tensor in scores if needed)]


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
    gradients: Sequence[Tensor],
) -> list[Tensor]:
    """What `_backward` gives."""
    inputs = (rows, transitions, start, end, lengths, labels, forbidden, forbidden_start)
    return list(_backward(weights, inputs, gradients))


@_sum_paths_backward.register_fake  # pyright: ignore[reportUnknownMemberType]
def _(*inputs: Any) -> list[Tensor]:
    return [gradient.new_empty(gradient.shape) for gradient in inputs[-1]]


def _remember(ctx: Any, inputs: tuple[Any, ...], output: list[Tensor]) -> None:
    ctx.save_for_backward(*inputs[:-1], *output[1:])


def _backward_in_graph(ctx: Any, grads: Sequence[Tensor]) -> tuple[Tensor | None, ...]:
    *inputs, rows, transitions, start, end = ctx.saved_tensors
    found = _sum_paths_backward(grads[0], *inputs, [rows, transitions, start, end])
    return *found, None, None, None, None, None


_sum_paths.register_autograd(_backward_in_graph, setup_context=_remember)  # pyright: ignore[reportUnknownMemberType]


@torch.library.custom_op("unrolled::one_of_two_lengths", mutates_args=(), device_types="cpu")
def _one_of_two(lengths: Tensor, of_labels: Tensor) -> Tensor:
    """The lengths, looked at when the graph runs: both must be the same."""
    if not torch.equal(lengths, of_labels):
        raise DataError(f"CRF: labels have lengths {of_labels.numpy()}, emissions {lengths.numpy()}. Give the same.")
    return lengths.clone()


@_one_of_two.register_fake  # pyright: ignore[reportUnknownMemberType]
def _(lengths: Tensor, of_labels: Tensor) -> Tensor:
    del of_labels
    return lengths.new_empty(lengths.shape)


@torch.library.custom_op("unrolled::best_path", mutates_args=(), device_types="cpu")
def _best_path(rows: Tensor, lengths: Tensor, transitions: Tensor, start: Tensor, end: Tensor) -> tuple[Tensor, Tensor]:
    """What `native_chain.best_path` gives."""
    _check(rows, lengths, transitions, start, end)
    return native_chain.best_path(rows, lengths, (transitions, start, end))


@_best_path.register_fake  # pyright: ignore[reportUnknownMemberType]
def _(rows: Tensor, lengths: Tensor, *tables: Tensor) -> tuple[Tensor, Tensor]:
    return rows.new_empty(rows.shape[0], dtype=torch.int64), rows.new_empty(lengths.shape)


@torch.library.custom_op("unrolled::expectations", mutates_args=(), device_types="cpu")
def _expectations(
    rows: Tensor, lengths: Tensor, transitions: Tensor, start: Tensor, end: Tensor
) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """What `expectations` gives."""
    _check(rows, lengths, transitions, start, end)
    labels, transitions, start, end = expectations(rows, lengths, (transitions, start, end))
    return labels, transitions, start, end


@_expectations.register_fake  # pyright: ignore[reportUnknownMemberType]
def _(rows: Tensor, lengths: Tensor, *tables: Tensor) -> tuple[Tensor, ...]:
    del lengths
    return tuple(scores.new_empty(scores.shape, dtype=torch.float64) for scores in (rows, *tables))
