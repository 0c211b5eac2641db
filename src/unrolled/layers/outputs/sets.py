"""Any of several things at once: a sigmoid for each, every step for itself."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, cast

import torch
from torch import Tensor, nn
from torch.nn import functional

from unrolled.data.ragged import Ragged, check_ragged
from unrolled.data.spaces import Sets
from unrolled.decoding import Decoding, Hypothesis
from unrolled.errors import DataError, SettingsError
from unrolled.layers.outputs.softmax import Softmax
from unrolled.settings import Settings, setting

__all__ = ["SetsOutput", "SetsOutputSettings"]


@dataclass(frozen=True, kw_only=True)
class SetsOutputSettings(Settings):
    """What chooses the set.

    Attributes:
        threshold: a thing is in the set where its probability is at least this. At 0.5 the set is the most probable
            one; where things are rare a lower one finds more of them.
    """

    title: ClassVar[str] = "setting of the output"

    threshold: float = setting(0.5, above=0, below=1)


class SetsOutput(nn.Module):
    """ŷ⟨t⟩ = σ(Wya a⟨t⟩ + by), the probability that each of K things is in y⟨t⟩, independent of the others.

    Args:
        space: K things.
        input_size: width of a⟨t⟩.
        settings: from which probability on a thing is in the set.
        generator: where the initial weights come from.
    """

    def __init__(
        self, space: Sets, input_size: int, settings: SetsOutputSettings, *, generator: torch.Generator | None = None
    ) -> None:
        super().__init__()
        self.space, self.settings = space, settings
        self.num_scores = space.num
        layer = Softmax(input_size, space.num, generator=generator)
        self.Wya, self.by = layer.Wya, layer.by

    @property
    def partners(self) -> tuple[int, ...]:
        """Empty: nothing here is another on the other strand of DNA."""
        return ()

    @property
    def causal(self) -> bool:
        """True: every step is chosen by its own scores."""
        return True

    def observe(self, y_counts: Tensor | None) -> None:
        """Take in nothing: nothing is weighed."""

    def scores(self, a: Ragged) -> Ragged:
        """Return Wya a⟨t⟩ + by for each step, rows (M, K)."""
        check_ragged("SetsOutput.scores", a)
        return a.with_rows(functional.linear(a.rows, self.Wya, self.by))

    def loss(self, scores: Ragged, y: Ragged, noise: torch.Generator | None = None) -> Tensor:
        """Return the binary cross-entropy, summed over the things and steps of each sequence, (N,)."""
        check_ragged("SetsOutput.loss", scores, y)
        if not torch.equal(scores.lengths, y.lengths) or y.rows.shape != scores.rows.shape:
            raise DataError(
                f"y has rows {tuple(y.rows.shape)} in {len(y)} sequences, the scores {tuple(scores.rows.shape)} in "
                f"{len(scores)}. Give a row of 0 and 1 for each step."
            )
        losses = functional.binary_cross_entropy_with_logits(scores.rows, y.rows.to(scores.rows), reduction="none")
        return scores.with_rows(losses.sum(1)).sum()

    def log_likelihood(self, scores: Ragged, y: Ragged) -> Tensor:
        """Return log P(y | x) of each sequence, (N,)."""
        check_ragged("SetsOutput.log_likelihood", scores, y)
        return -self.loss(scores, y)

    def probabilities(self, scores: Ragged) -> Ragged:
        """Return ŷ⟨t⟩, rows (M, K), which do not sum to 1."""
        check_ragged("SetsOutput.probabilities", scores)
        return scores.with_rows(torch.sigmoid(scores.rows))

    def found(self, scores: Ragged, decoding: Decoding) -> list[list[Hypothesis]]:
        """Return for each sequence the set of each step, rows (T_y, K) of 0 and 1; its confidence is the whole set's.

        Raises:
            SettingsError: further answers; the things are independent.
        """
        check_ragged("SetsOutput.found", scores)
        if decoding.n_best:
            raise SettingsError(f"n_best is {decoding.n_best}, and y is a set of independent things. Ask for the best.")
        probabilities = self.probabilities(scores)
        best = scores.with_rows((probabilities.rows >= self.settings.threshold).to(scores.rows))
        # log σ(z) of what is in the set and log σ(-z) of what is not.
        log_p = scores.with_rows(functional.logsigmoid(scores.rows * (2 * best.rows - 1)).double().sum(1))
        sums: list[float] = cast(Any, log_p.sum()).tolist()
        sure, each = log_p.with_rows(log_p.rows.exp()).to_list(), probabilities.to_list()
        return [
            [
                Hypothesis(
                    rows,
                    sums[n],
                    tuple(cast(Any, sure[n]).tolist()) if decoding.confidence else (),
                    each[n] if decoding.probabilities else None,
                )
            ]
            for n, rows in enumerate(best.to_list())
        ]

    def symbols(self) -> Mapping[str, tuple[str, int]]:
        """Return the letters of the shapes."""
        return {"K": ("things that may be in a set", self.space.num)}

    def shapes(self, width: str = "B·H") -> Mapping[str, tuple[str, ...]]:
        """Return the shape of each parameter in symbols; `width` is that of a⟨t⟩."""
        return {"Wya": ("K", width), "by": ("K",)}
