"""The native recurrence inside torch: the operator `unrolled::recur`, with its gradient and its rule of shapes.

Graphs (torch.compile, torch.export) hold the operator. Outside of them the same two functions run as an
autograd.Function: an operator written in Python costs a tenth of a millisecond a call, a small layer's whole time.
Under autocast the recurrence stays in float32. Its gradient has no gradient of its own.
"""

from collections.abc import Sequence
from typing import Any, cast

import torch
from torch import Tensor

from unrolled.data.ragged import Ragged, check_numbers
from unrolled.kernels import native
from unrolled.kernels.cells import Cell, State, Weights, check_fit
from unrolled.kernels.library import check_kind
from unrolled.kernels.native import Kept
from unrolled.kernels.once import differentiable_once, forward_mode

__all__ = ["recur"]


def recur(cell: Cell, x: Ragged, weights: Sequence[Weights], state: State | None) -> tuple[Ragged, State]:
    """As `unrolled.kernels.recur`, always on the native engine: float32 tensors on the CPU."""
    rows, states = x.rows, [] if state is None else state.tensors()
    flat = native.flat(weights)
    keep = torch.is_grad_enabled() and (rows.requires_grad or any(tensor.requires_grad for tensor in flat + states))
    keep = keep or forward_mode()
    if torch.compiler.is_compiling():
        a, *last = _recur(rows, x.lengths, flat, states, cell, keep)[:-2]
    elif keep:
        run: Any = _Recur.apply  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
        a, *last = run((cell, x.lengths, len(flat)), rows, *flat, *states)
    else:
        (a, *last), _ = native.forward(cell, rows, x.lengths, flat, states, keep=False)
    return x.with_rows(a), State(*last)


class _Recur(torch.autograd.Function):
    # Written for short calls: for a small layer all that is Python takes longer than the recurrence.
    @staticmethod
    def forward(ctx: Any, *inputs: Any) -> tuple[Tensor, ...]:
        ctx.call, *tensors = inputs
        (cell, lengths, num_weights), (rows, *rest) = ctx.call, tensors
        outputs, kept = native.forward(cell, rows, lengths, rest[:num_weights], rest[num_weights:], keep=True)
        ctx.save_for_backward(*tensors, *kept)
        ctx.set_materialize_grads(False)
        return tuple(outputs)

    @staticmethod
    @differentiable_once
    def backward(ctx: Any, *grad_outputs: Tensor | None) -> tuple[Tensor | None, ...]:  # pyright: ignore[reportIncompatibleMethodOverride]
        cell, lengths, num_weights = ctx.call
        rows, *rest, a, gates, c = ctx.saved_tensors
        weights, state, kept = rest[:num_weights], rest[num_weights:], Kept(a, gates, c)
        _, needs_rows, *needed = ctx.needs_input_grad
        needs = needs_rows, any(needed[:num_weights])
        drows, dweights, dstate = native.backward(cell, rows, lengths, weights, state, kept, grad_outputs, *needs)
        return None, drows, *(dweights or [None] * num_weights), *dstate


@torch.library.custom_op("unrolled::recur", mutates_args=(), device_types="cpu")
def _recur(
    rows: Tensor, lengths: Tensor, weights: Sequence[Tensor], state: Sequence[Tensor], cell: str, keep: bool
) -> list[Tensor]:
    """Rows of a, the last a (and c), and what is kept, empty where nothing is: the gates and c."""
    check_numbers(rows, lengths)
    check_kind(rows, *weights, *state)
    cell = cast(Cell, cell)
    check_fit(cell, rows, weights, state, len(lengths))
    outputs, kept = native.forward(cell, rows, lengths, weights, state, keep)
    return [*outputs, *(rows.new_empty(0) if part is None or not keep else part for part in (kept.gates, kept.c))]


@_recur.register_fake  # pyright: ignore[reportUnknownMemberType]
def _(
    rows: Tensor, lengths: Tensor, weights: Sequence[Tensor], state: Sequence[Tensor], cell: str, keep: bool
) -> list[Tensor]:
    del lengths, weights
    M, (_, _, D, H) = rows.shape[0], state[0].shape
    width = native.kept_gates(cast(Cell, cell), H)
    return [
        rows.new_empty(M, D * H),
        *(tensor.new_empty(tensor.shape) for tensor in state),
        rows.new_empty((D, M, width) if keep and width else 0),
        rows.new_empty((D, M, H) if keep and cell == "lstm" else 0),
    ]


@torch.library.custom_op("unrolled::recur_backward", mutates_args=(), device_types="cpu")
def _recur_backward(
    gradients: Sequence[Tensor],
    rows: Tensor,
    lengths: Tensor,
    weights: Sequence[Tensor],
    state: Sequence[Tensor],
    kept: Sequence[Tensor],
    cell: str,
    needs_rows: bool,
) -> list[Tensor]:
    """Gradients of the state, of the weights and of the rows, the last empty where not needed."""
    cell = cast(Cell, cell)
    check_kind(*gradients, rows, *weights, *state, *kept)
    drows, dweights, dstate = native.backward(cell, rows, lengths, weights, state, Kept(*kept), gradients, needs_rows)
    return [*dstate, *dweights, rows.new_empty(0) if drows is None else drows]


@_recur_backward.register_fake  # pyright: ignore[reportUnknownMemberType]
def _(
    gradients: Sequence[Tensor],
    rows: Tensor,
    lengths: Tensor,
    weights: Sequence[Tensor],
    state: Sequence[Tensor],
    kept: Sequence[Tensor],
    cell: str,
    needs_rows: bool,
) -> list[Tensor]:
    del gradients, lengths, kept, cell
    same = [tensor.new_empty(tensor.shape) for tensor in (*state, *weights)]
    return [*same, rows.new_empty(rows.shape if needs_rows else 0)]


def _remember(ctx: Any, inputs: tuple[Any, ...], output: list[Tensor]) -> None:
    rows, lengths, weights, state, cell, _ = inputs
    ctx.cell, ctx.num_weights, ctx.num_states = cell, len(weights), len(state)
    ctx.save_for_backward(rows, lengths, *weights, *state, output[0], *output[-2:])


def _backward(ctx: Any, grads: Sequence[Tensor | None]) -> tuple[Any, ...]:
    rows, lengths, *rest = ctx.saved_tensors
    inputs, kept = rest[:-3], rest[-3:]
    weights, state = inputs[: ctx.num_weights], inputs[ctx.num_weights :]
    outputs = [kept[0], *state]
    gradients = [
        output.new_zeros(output.shape) if grad is None else grad
        for grad, output in zip(grads[: len(outputs)], outputs, strict=True)
    ]
    needs_rows = ctx.needs_input_grad[0]
    *found, drows = _recur_backward(gradients, rows, lengths, weights, state, kept, ctx.cell, needs_rows)
    return drows if needs_rows else None, None, found[len(state) :], found[: len(state)], None, None


_recur.register_autograd(_backward, setup_context=_remember)  # pyright: ignore[reportUnknownMemberType]
