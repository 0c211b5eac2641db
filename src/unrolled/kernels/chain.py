"""The door to the sums over all label paths of a linear chain: log Z, and the expectations that are its gradient.

A path y⟨1⟩ … y⟨T⟩ scores start[y⟨1⟩] + Σ emissions[t, y⟨t⟩] + Σ transitions[y⟨t-1⟩, y⟨t⟩] + end[y⟨T⟩]; Z is the sum
of exp(score) over all paths, -inf forbids (Lafferty, McCallum and Pereira 2001). All sums are kept in float64, so
that a chain of 10,000 steps whose scores are in the thousands still has a likelihood to more digits than float32 has.
"""

from typing import Any

import torch
from torch import Tensor

from unrolled.data.ragged import Ragged, check_ragged
from unrolled.kernels import chain_operator, forked, gold, log_space, scaled
from unrolled.kernels.door import engine
from unrolled.kernels.once import differentiable_once
from unrolled.kernels.potentials import Expectations, Potentials

__all__ = ["expectations", "log_likelihood", "log_partition", "runs_natively"]


def runs_natively(emissions: Ragged, transitions: Tensor, start: Tensor, end: Tensor) -> bool:
    """Whether the native engine takes these scores: float32 on the CPU, of shapes that fit."""
    rows, K = emissions.rows, len(start)
    natively = (
        rows.dtype == transitions.dtype == start.dtype == end.dtype
        and rows.shape[1:] == start.shape == end.shape
        and transitions.shape == (K, K)
        and rows.device == transitions.device == start.device == end.device
        and engine("chain", rows.dtype, rows.device) == "native"
    )
    if not natively:
        forked.tell()
    return natively


def log_partition(emissions: Ragged, transitions: Tensor, start: Tensor, end: Tensor) -> Tensor:
    """Log Z of each sequence, (N,) float64; emissions have rows (M, K), `transitions` is (K, K) [from, to].

    Its gradient is the marginals in closed form (forward-backward); a second derivative is not defined.

    >>> zeros = torch.zeros(2)
    >>> log_partition(Ragged.from_list([torch.zeros(3, 2)]), torch.zeros(2, 2), zeros, zeros).exp().round()
    tensor([8.], dtype=torch.float64)
    """
    check_ragged("log_partition", emissions)
    if runs_natively(emissions, transitions, start, end):
        return chain_operator.log_partition(emissions, (transitions, start, end))
    run: Any = _LogPartition.apply  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
    return run(emissions.rows, transitions, start, end, emissions)


def log_likelihood(
    emissions: Ragged,
    labels: Ragged,
    transitions: Tensor,
    start: Tensor,
    end: Tensor,
    forbidden: Tensor | None = None,
    forbidden_start: Tensor | None = None,
) -> Tensor:
    """Score of each sequence's labels less log Z, (N,) in the emissions' dtype; `labels` has int64 rows (M,).

    Where the masks `forbidden` (K, K) and `forbidden_start` (K,) are true the scores are -inf, whatever they are, and
    their gradients 0.

    Raises:
        DataError: where the labels do not fit the emissions or take a forbidden way.

    >>> emissions, labels = Ragged.from_list([torch.zeros(3, 2)]), Ragged.from_list([torch.tensor([0, 1, 1])])
    >>> log_likelihood(emissions, labels, torch.zeros(2, 2), torch.zeros(2), torch.zeros(2)).exp()
    tensor([0.1250])
    """
    check_ragged("log_likelihood", emissions, labels)
    assert forbidden is None or (forbidden.shape == transitions.shape and forbidden.dtype == torch.bool)
    assert forbidden_start is None or (forbidden_start.shape == start.shape and forbidden_start.dtype == torch.bool)
    native = runs_natively(emissions, transitions, start, end) and labels.rows.is_cpu
    gold.check_shapes(emissions, labels, len(start), values_later=native and torch.compiler.is_compiling())
    if native:
        return chain_operator.log_likelihood(emissions, labels, (transitions, start, end), (forbidden, forbidden_start))
    gold.check_ways(labels, len(start), forbidden, forbidden_start)
    scores = gold.scores(emissions, labels, transitions, start, end)
    if forbidden is not None:
        transitions = transitions.masked_fill(forbidden, -torch.inf)
    if forbidden_start is not None:
        start = start.masked_fill(forbidden_start, -torch.inf)
    return (scores - log_partition(emissions, transitions, start, end)).to(emissions.rows.dtype)


@torch.no_grad()
def expectations(emissions: Ragged, transitions: Tensor, start: Tensor, end: Tensor) -> Expectations:
    """How often each label, transition, start and end is expected, over all paths by their probability, in float64.

    `emissions` (M, K) are the marginals of every step in the caller's order; the others are summed over the batch.
    """
    check_ragged("expectations", emissions)
    if runs_natively(emissions, transitions, start, end):
        tables = (transitions, start, end)
        return Expectations(*chain_operator.expectations(emissions.rows, emissions.lengths, tables))
    potentials = Potentials.of(emissions, transitions, start, end)
    return _expectations(potentials, scaled.forward(potentials), torch.ones_like(potentials.shift))


class _LogPartition(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, *inputs: Any) -> Tensor:
        rows, transitions, start, end, emissions = inputs
        potentials = Potentials.of(emissions.with_rows(rows), transitions, start, end)
        found = scaled.forward(potentials)
        # None of these is an input or the output: they are copies, so that they may lie on ctx.
        ctx.potentials, ctx.scaled = potentials, found
        ctx.dtypes = [tensor.dtype for tensor in (rows, transitions, start, end)]
        return (found or log_space.forward(potentials))[1]

    @staticmethod
    @differentiable_once
    def backward(ctx: Any, *grad_outputs: Tensor) -> tuple[Tensor | None, ...]:  # pyright: ignore[reportIncompatibleMethodOverride]
        found = _expectations(ctx.potentials, ctx.scaled, grad_outputs[0])
        gradients = (found.emissions, found.transitions, found.start, found.end)
        return *(gradient.to(dtype) for gradient, dtype in zip(gradients, ctx.dtypes, strict=True)), None


def _expectations(potentials: Potentials, found: tuple[Tensor, Tensor] | None, weights: Tensor) -> Expectations:
    """Expected counts by the scaled sums where they hold, else by logarithms."""
    if found is not None:
        counts = scaled.expectations(potentials, found[0], weights)
        if counts is not None:
            return counts
    return log_space.expectations(potentials, log_space.forward(potentials)[0], weights)
