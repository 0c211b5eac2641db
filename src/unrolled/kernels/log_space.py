"""Forward-backward on logarithms: slower than `scaled`, and right for whatever float64 can add up."""

import torch
from torch import Tensor

from unrolled.kernels.potentials import Expectations, Potentials

__all__ = ["expectations", "forward"]


def forward(potentials: Potentials) -> tuple[Tensor, Tensor]:
    """Log of the sums over all paths up to each step, (M, K) time-major, and log Z (N,)."""
    sizes, backwards = potentials.sizes, potentials.transitions.T.contiguous()  # (to, from)
    alpha = potentials.emissions.clone()
    steps = alpha.split_with_sizes(sizes)
    steps[0].add_(potentials.start)
    for t in range(1, len(sizes)):
        steps[t].add_((steps[t - 1][: sizes[t], None] + backwards).logsumexp(dim=2))
    log_Z = (alpha[potentials.last] + potentials.end).logsumexp(dim=1)
    return alpha, log_Z + potentials.shift


def expectations(potentials: Potentials, alpha: Tensor, weights: Tensor) -> Expectations:
    """Expected counts, each sequence's times its weight (N,); `alpha` is that of `forward`."""
    sizes, transitions = potentials.sizes, potentials.transitions
    log_Z = (alpha[potentials.last] + potentials.end).logsumexp(dim=1)
    weights_M, log_Z_M = weights[potentials.sequences], log_Z[potentials.sequences, None]
    # beta is the sum over all ways on from a step; its own emission is not in it.
    beta = potentials.end.expand_as(alpha).clone()
    pairs = torch.zeros_like(transitions)
    betas, pasts = beta.split_with_sizes(sizes), (alpha - log_Z_M).split_with_sizes(sizes)
    emissions, all_weights = potentials.emissions.split_with_sizes(sizes), weights_M.split_with_sizes(sizes)
    for t in range(len(sizes) - 1, 0, -1):
        size = sizes[t]
        ways = transitions + (emissions[t] + betas[t])[:, None]  # (size, from, to)
        betas[t - 1][:size] = ways.logsumexp(dim=2)
        probabilities = ways.add_(pasts[t - 1][:size, :, None]).exp_()
        pairs += torch.einsum("n,nij->ij", all_weights[t], probabilities)
    # Rounding in sums of millions would show in the sum of a row: the softmax takes it out.
    marginals = (alpha + beta).softmax(dim=1).mul_(weights_M[:, None])
    return Expectations(
        potentials.order.restore(marginals),
        pairs,
        marginals[: sizes[0]].sum(dim=0),
        marginals[potentials.last].sum(dim=0),
    )
