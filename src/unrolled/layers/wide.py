"""The wide part beside a deep one: a linear model of the phrases that a text holds."""

from collections.abc import Mapping, Sequence
from typing import Any, cast

import torch
from torch import Tensor, nn
from torch.nn import functional

from unrolled.data.phrases import Bag

__all__ = ["SCALE", "Wide"]

SCALE = 0.354
"""Of the scores of a kind of phrases, whose root mean square over the classes it is at first: √2 / 4."""

RATE = 5.0
"""How much faster the gates learn than other parameters."""

SMOOTHING = 1.0


class Wide(nn.Module):
    """For each kind of phrases: s = scale · Σ_p r[p] (1 + rate · g[p]) / √(Σ_p r[p]²), over the phrases p of a text.

    r[p, k] is the log-count ratio of the phrase in texts of class k against all others (Wang & Manning 2012, ACL
    P12-2018: the start of their NB-SVM), taken once from the training data by `start`; r² is its mean over the classes.
    The gates g are learnt, zero at first: so the model begins as naive Bayes on vectors of unit length. Beside a deep
    network (Cheng et al. 2016, arXiv:1606.07792v1) each part is trained by a loss of its own and the scores are
    averaged: added up under one loss, the deep part learns only what the wide one leaves over, which does not carry to
    new texts.

    Args:
        sizes: P, how many phrases of each kind there are.
        num_scores: K, the number of classes.
    """

    ratios: Tensor

    def __init__(self, sizes: Sequence[int], num_scores: int) -> None:
        super().__init__()
        self.sizes = tuple(sizes)
        self.register_buffer("ratios", torch.zeros(sum(sizes), num_scores))
        self.gates = nn.Parameter(torch.zeros(sum(sizes), num_scores))

    @torch.no_grad()
    def take_over(self, earlier: "Wide", origins: Mapping[str, Tensor]) -> None:
        """Take the ratios of the phrases and classes that were there; `origins` of "P" and "K", -1 for what is new.

        Those of what is new are 0, until `start` takes them from texts. √(Σ_p r[p]²) is a mean over more classes than
        before: where there are new ones, the scores of a kind of phrases are the earlier ones times a factor.
        """
        rows, columns = origins["P"].clamp(min=0), origins["K"].clamp(min=0)
        known = (origins["P"] >= 0)[:, None] & (origins["K"] >= 0)
        self.ratios.copy_(torch.where(known, earlier.ratios[rows[:, None], columns], 0.0))

    @torch.no_grad()
    def start(self, phrases: Sequence[Bag], classes: Tensor, new: Tensor | None = None) -> None:
        """Take the log-count ratios from training texts: the phrases that they hold, and what each text is.

        Args:
            phrases: for each kind, of N texts.
            classes: (N, K) of 0 and 1: a text may be of one class or of several.
            new: (P, K), which ratios are taken, of phrases that the texts hold; None takes all.
        """
        truths = classes.to(torch.float64)
        found: list[Tensor] = []
        there: list[Tensor] = []
        for bag, size in zip(phrases, self.sizes, strict=True):
            texts = torch.arange(len(bag.offsets) - 1).repeat_interleave(bag.offsets.diff())
            inside = torch.zeros(size, truths.shape[1], dtype=torch.float64).index_add(0, bag.indices, truths[texts])
            all_of = torch.zeros(size, 1, dtype=torch.float64)
            all_of.index_add_(0, bag.indices, torch.ones(len(texts), 1, dtype=torch.float64))
            of_class, of_others = inside + SMOOTHING, all_of - inside + SMOOTHING
            found.append((of_class / of_class.sum(0)).log() - (of_others / of_others.sum(0)).log())
            there.append(all_of > 0)
        ratios = torch.cat(found).to(self.ratios.dtype)
        self.ratios.copy_(ratios if new is None else torch.where(new & torch.cat(there), ratios, self.ratios))

    def sums(self, phrases: Sequence[Bag]) -> Tensor:
        """Return for each text and kind the sums over its phrases, (N, kinds, K + 1): of the scores, and of r²."""
        each = [
            functional.embedding_bag(bag.indices, table, bag.offsets, mode="sum", include_last_offset=True)
            for bag, table in zip(phrases, self.tables(), strict=True)
        ]
        return torch.stack(each, 1)

    def tables(self) -> Sequence[Tensor]:
        """Return for each kind what a phrase adds to the sums, (P, K + 1)."""
        squares = self.ratios.square().mean(1, keepdim=True)
        table = torch.cat([self.ratios * (1 + RATE * self.gates), squares], 1)
        return cast(Any, table).split(self.sizes)

    def forward(self, sums: Tensor) -> Tensor:
        """Return the scores, (N, K), of sums over phrases (N, kinds, K + 1)."""
        lengths = sums[..., -1:].clamp_min(1e-6).sqrt()
        return SCALE * (sums[..., :-1] / lengths).sum(1)

    def shapes(self) -> Mapping[str, tuple[str, ...]]:
        """Return the shape of the parameters in symbols."""
        return {"gates": ("P", "K")}
