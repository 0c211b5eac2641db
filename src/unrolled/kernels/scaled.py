"""Forward-backward on probabilities, a matrix product a step; it declines where float64 cannot hold them.

A step can shrink a probability by e^-spread at most, where spread is that of the scores of one step. So if no stored
one is below 1e-150 and the steps between two scalings cannot shrink it by more than e^-150, none was lost to
underflow on the way.
"""

import torch
from torch import Tensor

from unrolled.kernels.potentials import Expectations, Potentials

__all__ = ["expectations", "forward"]

_LOG_ROOM = 150.0
_SMALLEST = 1e-150


def forward(potentials: Potentials) -> tuple[Tensor, Tensor] | None:
    """Scaled sums over all paths to each step, (M, K) time-major, and log Z (N,); None where they would underflow."""
    period = _period(potentials)
    if period < 1:
        return None
    local, transitions = potentials.emissions.exp(), potentials.transitions.exp()
    alpha, scales = torch.empty_like(local), torch.ones_like(local[:, :1])
    sizes = potentials.sizes
    steps = list(
        zip(
            sizes,
            alpha.split_with_sizes(sizes),
            local.split_with_sizes(sizes),
            scales.split_with_sizes(sizes),
            strict=True,
        )
    )
    past = steps[0][1]
    torch.mul(steps[0][2], potentials.start.exp(), out=past)
    for t, (size, now, here, scale) in enumerate(steps[1:], start=1):
        torch.mm(past[:size], transitions, out=now)
        now.mul_(here)
        if t % period == 0:
            torch.sum(now, dim=1, keepdim=True, out=scale)
            now.div_(scale)
        past = now
    Z = alpha[potentials.last] @ potentials.end.exp()
    if not _holds(alpha):
        return None
    return alpha, (Z.log() + potentials.shift).index_add(0, potentials.sequences, scales[:, 0].log())


def expectations(potentials: Potentials, alpha: Tensor, weights: Tensor) -> Expectations | None:
    """Expected counts, each sequence's times its weight (N,), from `forward`'s alpha; None at an underflow."""
    period, sizes = _period(potentials), potentials.sizes
    local, transitions = potentials.emissions.exp(), potentials.transitions.exp()
    # beta is the sum over all ways on from a step; ahead is beta times the step's own emission.
    beta, ahead = potentials.end.exp().expand_as(local).clone(), torch.empty_like(local)
    scales = torch.ones_like(local[:, :1])
    betas, aheads, locals_, all_scales = (table.split_with_sizes(sizes) for table in (beta, ahead, local, scales))
    for t in range(len(sizes) - 1, 0, -1):
        torch.mul(locals_[t], betas[t], out=aheads[t])
        before = betas[t - 1][: sizes[t]]
        torch.mm(aheads[t], transitions.T, out=before)
        if t % period == 0:
            scale = all_scales[t - 1][: sizes[t]]
            torch.sum(before, dim=1, keepdim=True, out=scale)
            before.div_(scale)
    if not _holds(beta):
        return None
    marginals = alpha * beta
    totals = marginals.sum(dim=1, keepdim=True)
    weights_M = weights[potentials.sequences, None]
    marginals.div_(totals).mul_(weights_M)
    now = torch.arange(sizes[0], len(alpha), device=alpha.device)
    batch_sizes = potentials.order.batch_sizes
    past = now - batch_sizes[:-1].repeat_interleave(batch_sizes[1:]).to(now.device)
    pairs = (alpha * (weights_M / (totals * scales)))[past].T @ ahead[now]
    return Expectations(
        potentials.order.restore(marginals),
        pairs * transitions,
        marginals[: sizes[0]].sum(dim=0),
        marginals[potentials.last].sum(dim=0),
    )


def _period(potentials: Potentials) -> int:
    """Steps that may pass between two scalings; none where a single step may shrink a probability too far."""
    tables = [_spread(table) for table in (potentials.transitions, potentials.start, potentials.end)]
    spread = -float(potentials.emissions.amin()) + max(tables)
    # A sum over K labels grows by K at most: 30 steps of it stay far below float64's end.
    return int(_LOG_ROOM / max(spread, 5.0)) if spread <= _LOG_ROOM else 0


def _spread(table: Tensor) -> float:
    """How far the lowest allowed score lies below the greatest, which is 0."""
    return -float(table.masked_fill(table == -torch.inf, 0.0).amin())


def _holds(probabilities: Tensor) -> bool:
    """Whether all that are not nought by rule are far from underflow; not a number is not."""
    return bool(torch.where(probabilities == 0, 1.0, probabilities).amin() >= _SMALLEST)
