"""The plain twin of the CRF: every label path of one short sequence, written out."""

from itertools import pairwise, product

import torch
from torch import Tensor

__all__ = ["path_score", "paths"]


def path_score(path: tuple[int, ...], emissions: Tensor, transitions: Tensor, start: Tensor, end: Tensor) -> Tensor:
    """Score of one path; differentiable."""
    score = start[path[0]] + end[path[-1]]
    for t, label in enumerate(path):
        score = score + emissions[t, label]
        if t > 0:
            score = score + transitions[path[t - 1], label]
    return score


def paths(emissions: Tensor, transitions: Tensor, start: Tensor, end: Tensor) -> tuple[list[tuple[int, ...]], Tensor]:
    """All allowed paths of one sequence (T, K) and their scores, best first.

    Of equal scores the path with the lowest last label comes first, then the lowest before it, and so on.
    """
    T, K = emissions.shape
    every = [
        path
        for path in product(range(K), repeat=T)
        if start[path[0]] > -torch.inf
        and all(transitions[before, after] > -torch.inf for before, after in pairwise(path))
    ]
    scores = [path_score(path, emissions, transitions, start, end) for path in every]
    order = sorted(range(len(every)), key=lambda i: (-scores[i].item(), every[i][::-1]))
    return [every[i] for i in order], torch.stack([scores[i] for i in order])
