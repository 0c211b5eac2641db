"""The best label paths of a linear chain (Viterbi 1967; n-best: Schwartz and Chow 1990), over a whole ragged batch.

A path y⟨1⟩ … y⟨T⟩ scores start[y⟨1⟩] + Σ emissions[t, y⟨t⟩] + Σ transitions[y⟨t-1⟩, y⟨t⟩] + end[y⟨T⟩]; -inf forbids.
Sums are kept in float64. Of paths that score alike the one whose last label has the lowest index comes first, then
the one before it …
"""

import torch
from torch import Tensor

from unrolled.data.ragged import Ragged, check_ragged
from unrolled.kernels import chain_operator, native_chain
from unrolled.kernels.chain import runs_natively

__all__ = ["n_best", "viterbi"]


MANY = 256
"""More paths than these are sorted at each step; the native engine puts each in its place among the n, n² in all."""


@torch.no_grad()
def viterbi(emissions: Ragged, transitions: Tensor, start: Tensor, end: Tensor) -> tuple[Ragged, Tensor]:
    """The best path of each sequence, and its score.

    `emissions` has rows (M, K), `transitions` is (K, K) [from, to], `start` and `end` (K,). The labels are int64
    (M,), the scores (N,) in the emissions' dtype. Where every path is forbidden the score is -inf and the labels mean
    nothing.

    >>> labels, scores = viterbi(Ragged.from_list([torch.eye(2)]), torch.zeros(2, 2), torch.zeros(2), torch.zeros(2))
    >>> labels.rows.tolist(), scores.tolist()
    ([0, 1], [2.0])
    """
    check_ragged("viterbi", emissions)
    if runs_natively(emissions, transitions, start, end):
        labels, scores = chain_operator.best_path(emissions.rows, emissions.lengths, (transitions, start, end))
        return emissions.with_rows(labels), scores
    order = emissions.time_major()
    sizes: list[int] = order.batch_sizes.numpy().tolist()
    steps = order.sort(emissions.rows.double()).split_with_sizes(sizes)
    # (to, from): the maximum runs over the contiguous dimension.
    backwards = transitions.double().T.contiguous()
    best = torch.empty(len(emissions), len(start), dtype=torch.float64, device=emissions.rows.device)
    best[:] = steps[0] + start
    came_from: list[Tensor] = []
    for size, scores in zip(sizes[1:], steps[1:], strict=True):
        values, indices = (best[:size, None] + backwards).max(dim=2)
        torch.add(values, scores, out=best[:size])
        came_from.append(indices)
    totals, label = (best + end).max(dim=1)
    path = [label[: sizes[-1]]]
    for t in range(len(sizes) - 2, -1, -1):
        before = came_from[t].gather(1, path[-1][:, None])[:, 0]
        path.append(torch.cat([before, label[len(before) : sizes[t]]]))
    labels = order.restore(torch.cat(path[::-1]))
    return emissions.with_rows(labels), totals[order.sequence_inverse.to(totals.device)].to(emissions.rows.dtype)


@torch.no_grad()
def n_best(
    emissions: Ragged, transitions: Tensor, start: Tensor, end: Tensor, n: int
) -> list[list[tuple[list[int], float]]]:
    """The `n` best paths of each sequence with their scores, best first, no path twice.

    Arguments are those of `viterbi`. A sequence has fewer than `n` where fewer paths are allowed. Takes T_x · n · K
    numbers of memory for a sequence; raises MemoryError where they cannot be had.

    >>> n_best(Ragged.from_list([torch.tensor([[0.0, 1.0]])]), torch.zeros(2, 2), torch.zeros(2), torch.zeros(2), n=3)
    [[([1], 1.0), ([0], 0.0)]]
    """
    check_ragged("n_best", emissions)
    assert n >= 1
    if runs_natively(emissions, transitions, start, end) and n <= MANY:
        return _n_best_natively(emissions, (transitions, start, end), n)
    try:
        return _n_best_sorted(emissions, transitions, start, end, n)
    except RuntimeError as error:
        if "memory" not in str(error):
            raise
        raise MemoryError(f"The {n} best paths do not fit in memory; ask for fewer paths.") from error


def _n_best_sorted(
    emissions: Ragged, transitions: Tensor, start: Tensor, end: Tensor, n: int
) -> list[list[tuple[list[int], float]]]:
    order, K = emissions.time_major(), len(start)
    sizes: list[int] = order.batch_sizes.numpy().tolist()
    steps = order.sort(emissions.rows.double()).split_with_sizes(sizes)
    # best[:, k, r] is the score of the r-th best path that ends in label k; its slots are numbered k * n + r.
    best = torch.full((len(emissions), K, n), -torch.inf, dtype=torch.float64, device=emissions.rows.device)
    best[:, :, 0] = steps[0] + start
    came_from: list[Tensor] = []
    for size, scores in zip(sizes[1:], steps[1:], strict=True):
        candidates = best[:size, None] + transitions.double().T[:, :, None]  # (size, to, from, n)
        values, slots = _top(candidates.flatten(2), n)
        best[:size] = values + scores[:, :, None]
        came_from.append(slots)
    totals, slot = _top((best + end[:, None]).flatten(1), n)  # (N, n) each
    path = [slot[: sizes[-1]] // n]
    slots_at = slot[: sizes[-1]]
    for t in range(len(sizes) - 2, -1, -1):
        before = came_from[t].flatten(1).gather(1, slots_at)
        slots_at = torch.cat([before, slot[len(before) : sizes[t]]])
        path.append(slots_at // n)
    labels = emissions.with_rows(order.restore(torch.cat(path[::-1]))).to_list()  # (T_x, n) each
    totals = totals[order.sequence_inverse.to(totals.device)]
    results: list[list[tuple[list[int], float]]] = []
    for paths, scores in zip(labels, totals.unbind(), strict=True):
        allowed = int((scores > -torch.inf).sum())
        best_paths: list[list[int]] = paths.T[:allowed].numpy(force=True).tolist()
        best_scores: list[float] = scores[:allowed].numpy(force=True).tolist()
        results.append(list(zip(best_paths, best_scores, strict=True)))
    return results


def _n_best_natively(
    emissions: Ragged, tables: tuple[Tensor, Tensor, Tensor], n: int
) -> list[list[tuple[list[int], float]]]:
    found = native_chain.best_paths(emissions.rows, emissions.lengths, tables, n)
    paths: list[int] = found[0].numpy().tolist()
    scores: list[list[float]] = found[1].numpy().tolist()
    counts: list[int] = found[2].numpy().tolist()
    lengths: list[int] = emissions.lengths.numpy().tolist()
    results: list[list[tuple[list[int], float]]] = []
    first = 0
    for T, of_sequence, count in zip(lengths, scores, counts, strict=True):
        results.append([(paths[first + r * T : first + (r + 1) * T], of_sequence[r]) for r in range(count)])
        first += n * T
    return results


def _top(scores: Tensor, n: int) -> tuple[Tensor, Tensor]:
    """The n greatest of the last dimension and their places; of equal ones the first, which `topk` does not promise."""
    values, places = scores.sort(dim=-1, descending=True, stable=True)
    return values[..., :n], places[..., :n]
