"""A decoder whose probabilities depend on all of y before, and on which x it is, by no rule."""

from dataclasses import dataclass
from itertools import product

import torch
from torch import Tensor

__all__ = ["END", "Prefixes", "TableDecoder", "every_y", "log_p"]

END = 1
"""Not the last symbol, and not the first."""


@dataclass(frozen=True)
class Prefixes:
    """The x and the symbols so far of each row."""

    rows: tuple[tuple[int, tuple[int, ...]], ...]

    def index(self, sequences: Tensor) -> "Prefixes":
        return Prefixes(tuple(self.rows[n] for n in sequences.tolist()))


class TableDecoder:
    """log P(y⟨t⟩) are drawn for each x and each beginning of y."""

    first, end = END, END

    def __init__(self, V: int, seed: int = 0, forbidden: int | None = None) -> None:
        self.V, self.seed, self.forbidden = V, seed, forbidden
        self.asked: list[int] = []
        """How many rows each step had."""

    def start(self, num_sequences: int) -> Prefixes:
        return Prefixes(tuple((n, ()) for n in range(num_sequences)))

    def step(self, y_prev: Tensor, past: Prefixes) -> tuple[Tensor, Prefixes]:
        self.asked.append(len(past.rows))
        before = [(n, (*symbols, y)) for (n, symbols), y in zip(past.rows, y_prev.tolist(), strict=True)]
        assert all(symbols[0] == END for _, symbols in before), "y⟨0⟩ is the first symbol"
        return torch.stack([self.log_probs(n, symbols[1:]) for n, symbols in before]), Prefixes(tuple(before))

    def log_probs(self, n: int, before: tuple[int, ...]) -> Tensor:
        number = self.seed
        for symbol in (n, *before):
            number = number * 31 + symbol + 1
        scores = 2 * torch.randn(self.V, generator=torch.Generator().manual_seed(number), dtype=torch.float64)
        if self.forbidden is not None:
            scores[self.forbidden] = -torch.inf
        return scores.log_softmax(0)


def every_y(V: int, max_length: int) -> list[tuple[int, ...]]:
    """Every y that ends, and every beginning of the greatest length that has not."""
    others = [symbol for symbol in range(V) if symbol != END]
    ended = [(*y, END) for T in range(max_length) for y in product(others, repeat=T)]
    return ended + list(product(others, repeat=max_length))


def log_p(decoder: TableDecoder, n: int, y: tuple[int, ...]) -> float:
    """The sum over its steps, symbol by symbol."""
    return sum(float(decoder.log_probs(n, y[:t])[symbol]) for t, symbol in enumerate(y))
