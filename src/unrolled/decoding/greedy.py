"""The most probable symbol at every step."""

from collections.abc import Callable, Sequence
from typing import Any, cast

import torch
from torch import Tensor

from unrolled.decoding.decoder import Decoder, PastT
from unrolled.decoding.hypothesis import Hypothesis

__all__ = ["greedy", "unroll_decoder"]


@torch.no_grad()
def greedy(decoder: Decoder[PastT], max_lengths: Sequence[int]) -> list[Hypothesis]:
    """Return one y for each x: at each step the most probable symbol, to the end symbol or `max_lengths` of that x.

    The rows are int64 (T_y,), the end symbol their last where it was reached; log_p is log P(y | x).
    """
    return unroll_decoder(decoder, max_lengths, lambda log_probs: log_probs.argmax(1))


@torch.no_grad()
def unroll_decoder(
    decoder: Decoder[PastT], max_lengths: Sequence[int], choose: Callable[[Tensor], Tensor]
) -> list[Hypothesis]:
    """Return one y for each x, whose symbols are chosen from log P(y⟨t⟩), (R, V) -> (R,); who has ended leaves."""
    N = len(max_lengths)
    past, y = decoder.start(N), torch.full((N,), decoder.first)
    symbols: list[list[int]] = [[] for _ in range(N)]
    sums = [0.0] * N
    alive: list[int] = list(range(N))
    while alive:
        log_probs, past = decoder.step(y, past)
        y = choose(log_probs)
        of_steps: list[float] = cast(Any, log_probs.double().gather(1, y[:, None])[:, 0]).tolist()
        kept: list[int] = []
        chosen: list[int] = cast(Any, y).tolist()
        for row, (n, symbol, log_p) in enumerate(zip(alive, chosen, of_steps, strict=True)):
            symbols[n].append(symbol)
            sums[n] += log_p
            if symbol != decoder.end and len(symbols[n]) < max_lengths[n]:
                kept.append(row)
        if len(kept) < len(alive):
            rows = torch.tensor(kept, dtype=torch.int64)
            alive, y, past = [alive[row] for row in kept], y[rows], past.index(rows)
    return [Hypothesis(torch.tensor(of_y), log_p) for of_y, log_p in zip(symbols, sums, strict=True)]
