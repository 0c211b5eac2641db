"""Beam search: the best beginnings go on side by side."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, cast

import torch
from torch import Tensor

from unrolled.decoding.decoder import Decoder, PastT
from unrolled.decoding.hypothesis import BeamSettings, Hypothesis

__all__ = ["beam", "penalty"]


def penalty(T_y: int, alpha: float) -> float:
    """Return ((5 + T_y) / 6)^α, 1 for α = 0 and for T_y = 1."""
    return ((5 + T_y) / 6) ** alpha


@dataclass
class _Search:
    """That of one x: beginnings that go on, and what has ended, each symbols and log P."""

    alive: list[tuple[list[int], float]]
    ended: list[tuple[list[int], float]] = field(default_factory=list[tuple[list[int], float]])

    def advance(self, candidates: list[tuple[float, int, int]], width: int, end: int) -> list[int]:
        """Take the best candidates (log P, row, symbol), those that end out of the beam; return the rows that go on."""
        candidates.sort(
            key=lambda candidate: -candidate[0]
        )  # stable: of equal ones the earlier row, the likelier symbol
        alive: list[tuple[list[int], float]] = []
        rows: list[int] = []
        for log_p, row, symbol in candidates[: width - len(self.ended)]:
            y = ([*self.alive[row][0], symbol], log_p)
            if symbol == end:
                self.ended.append(y)
            else:
                alive.append(y)
                rows.append(row)
        self.alive = alive
        return rows

    def is_over(self, n: int, max_length: int, alpha: float) -> bool:
        """Whether the n best are known: no beginning can come to more than log P now, at the greatest length."""
        if not self.alive or len(self.ended) < n:
            return not self.alive
        nth = sorted((log_p / penalty(len(y), alpha) for y, log_p in self.ended), reverse=True)[n - 1]
        return max(log_p for _, log_p in self.alive) / penalty(max_length, alpha) <= nth


@torch.no_grad()
def beam(
    decoder: Decoder[PastT], max_lengths: Sequence[int], settings: BeamSettings, n_best: int = 1
) -> list[list[Hypothesis]]:
    """Return for each x the `n_best` best y that a beam search finds, the best first; `max_lengths` are those of each.

    At each step the beginnings of an x are lengthened by every symbol, and the best `beam_size` are kept; one that ends
    leaves the beam and takes its place along. The search is over when nothing can come among the n best any more. Where
    `beam_size` is no less than the number of all y, the search is exhaustive. Answers that end come before those that
    were cut at the greatest length; otherwise the order is that of log P / penalty. The rows are int64 (T_y,), the end
    symbol their last where it was reached; log_p is log P(y | x) itself.
    """
    width, alpha = settings.beam_size, settings.length_penalty
    searches = [_Search([([], 0.0)]) for _ in max_lengths]
    open_ = list(range(len(searches)))
    past, y = decoder.start(len(searches)), torch.full((len(searches),), decoder.first)
    T_y = 0
    while open_:
        T_y += 1
        log_probs, past = decoder.step(y, past)
        if settings.no_repeat:
            log_probs = _without_repeats(log_probs, [of_y for n in open_ for of_y, _ in searches[n].alive], settings)
        values, symbols = _most_probable(log_probs, width)
        kept: list[int] = []
        still_open: list[int] = []
        first = 0
        for n in open_:
            search = searches[n]
            R = len(search.alive)
            candidates = [
                (search.alive[row][1] + value, row, symbol)
                for row in range(R)
                for value, symbol in zip(values[first + row], symbols[first + row], strict=True)
                if value > -torch.inf
            ]
            rows = search.advance(candidates, width, decoder.end)
            if max_lengths[n] > T_y and not search.is_over(n_best, max_lengths[n], alpha):
                kept += [first + row for row in rows]
                still_open.append(n)
            first += R
        open_ = still_open
        if open_:
            past = past.index(torch.tensor(kept))
            y = torch.tensor([of_y[-1] for n in open_ for of_y, _ in searches[n].alive])
    return [_ranked(search, n_best, alpha) for search in searches]


def _without_repeats(log_probs: Tensor, ys: Sequence[Sequence[int]], settings: BeamSettings) -> Tensor:
    """The same, -∞ for each symbol that would make some n symbols in a row stand twice in its beginning."""
    n, rows, symbols = settings.no_repeat, list[int](), list[int]()
    for row, y in enumerate(ys):
        begun = tuple(y[max(0, len(y) - n + 1) :]) if n > 1 else ()
        again = {y[t + n - 1] for t in range(len(y) - n + 1) if tuple(y[t : t + n - 1]) == begun}
        rows += [row] * len(again)
        symbols += sorted(again)
    places = torch.tensor(rows, dtype=torch.int64), torch.tensor(symbols, dtype=torch.int64)
    return log_probs.index_put(places, log_probs.new_tensor(-torch.inf))


def _most_probable(log_probs: Tensor, width: int) -> tuple[list[list[float]], list[list[int]]]:
    """The greatest of each row of (R, V), as many as can be kept, and their symbols; of equal ones the lower first."""
    V = log_probs.shape[1]
    if width < V:
        values, symbols = log_probs.topk(width, dim=1)
        symbols, order = symbols.sort(dim=1)
        values = values.gather(1, order)
    else:
        values = log_probs
        symbols = torch.arange(V).expand(len(values), V)
    values, order = values.double().sort(dim=1, descending=True, stable=True)
    return cast(Any, values).tolist(), cast(Any, symbols.gather(1, order)).tolist()


def _ranked(search: _Search, n: int, alpha: float) -> list[Hypothesis]:
    ranked: list[Hypothesis] = []
    for found in (search.ended, search.alive):
        best = sorted(found, key=lambda y: -y[1] / penalty(len(y[0]), alpha))
        ranked += [Hypothesis(torch.tensor(symbols), log_p) for symbols, log_p in best]
    return ranked[:n]
