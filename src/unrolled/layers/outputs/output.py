"""What an output layer is: the only code that knows what y is."""

from collections.abc import Mapping, Sequence
from typing import Protocol

import torch
from torch import Tensor

from unrolled.data.ragged import Ragged
from unrolled.decoding import Decoding, Hypothesis

__all__ = ["Output"]


class Output(Protocol):
    """From activations to scores, from scores to a loss, to probabilities and to answers.

    An architecture gives it one activation for each y⟨t⟩: every step's (many to many), or the pooled one (many to one,
    T_y = 1). Scores are what the parameters give, before any softmax or path; they may be added to.
    """

    num_scores: int
    """Width of the rows of scores: K, or what the classes are made of, as the one number that thresholds cut."""

    @property
    def partners(self) -> tuple[int, ...]:
        """For each score, the one that it is on the other strand of DNA; empty where each is itself."""
        ...

    @property
    def causal(self) -> bool:
        """Whether the answer at a step needs the scores up to that step alone."""
        ...

    def observe(self, y_counts: Tensor | None) -> None:
        """Take in how often each class occurs in the training data, (K,)."""
        ...

    def scores(self, a: Ragged) -> Ragged:
        """Return the scores of each step, rows (M, num_scores), such as Wya a⟨t⟩ + by."""
        ...

    def loss(self, scores: Ragged, y: Ragged, noise: torch.Generator | None = None) -> Tensor:
        """Return what training lowers, (N,): summed over the steps of each sequence; `noise` is None at evaluation."""
        ...

    def log_likelihood(self, scores: Ragged, y: Ragged) -> Tensor:
        """Return log P(y | x) of each sequence, (N,), in nats."""
        ...

    def found(self, scores: Ragged, decoding: Decoding) -> Sequence[Sequence[Hypothesis]]:
        """Return the hypotheses for each sequence, the best first; at least that one."""
        ...

    def probabilities(self, scores: Ragged) -> Ragged:
        """Return the probability of each class at each step, rows (M, K)."""
        ...

    def symbols(self) -> Mapping[str, tuple[str, int]]:
        """Return the letters of the shapes, what each stands for, and its value."""
        ...

    def shapes(self, width: str = "B·H") -> Mapping[str, tuple[str, ...]]:
        """Return the shape of each parameter in symbols, {"Wya": ("K", "B·H")}; `width` is what a⟨t⟩'s is called."""
        ...
