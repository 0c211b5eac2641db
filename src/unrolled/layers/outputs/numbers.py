"""Numbers, every step for itself: a mean, and errors around it of a spread that is learnt."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Literal

import torch
from torch import Tensor, nn
from torch.nn import functional

from unrolled.data.ragged import Ragged, check_ragged
from unrolled.data.spaces import Vectors
from unrolled.decoding import Decoding, Hypothesis
from unrolled.errors import DataError, SettingsError
from unrolled.layers.outputs.softmax import Softmax
from unrolled.settings import Settings, setting

__all__ = ["NumbersOutput", "NumbersOutputSettings"]


@dataclass(frozen=True, kw_only=True)
class NumbersOutputSettings(Settings):
    """What an error costs.

    Attributes:
        output: "gaussian" (squared errors) or "huber" (squared up to `huber_delta`, linear beyond it: outliers count
            less; Huber 1964).
        huber_delta: δ, in units of the learnt spread. 1.345 loses 5 % on data that are Gaussian after all.
    """

    title: ClassVar[str] = "setting of the output"

    output: Literal["gaussian", "huber"] = setting("gaussian")
    huber_delta: float = setting(1.345, above=0, when=("output", "huber"))


class NumbersOutput(nn.Module):
    """ŷ⟨t⟩ = Wya a⟨t⟩ + by, and each number of y⟨t⟩ has the density e^-ρ(r) / (σ Z) around its own, r = (y - ŷ) / σ.

    ρ is r² / 2, or Huber's function; σ = e^`log_sigma` (K,), 1 at first, is the same at every step. The loss is the
    negative logarithm of that density, so that `log_likelihood` is exact and ŷ is what squared (or Huber's) errors
    make it.

    Args:
        space: K numbers.
        input_size: width of a⟨t⟩.
        settings: what an error costs.
        generator: where the initial weights come from.
    """

    def __init__(
        self,
        space: Vectors,
        input_size: int,
        settings: NumbersOutputSettings,
        *,
        generator: torch.Generator | None = None,
    ) -> None:
        super().__init__()
        self.space, self.settings = space, settings
        self.num_scores = space.size
        layer = Softmax(input_size, space.size, generator=generator)
        self.Wya, self.by = layer.Wya, layer.by
        self.log_sigma = nn.Parameter(torch.zeros(space.size))

    @property
    def partners(self) -> tuple[int, ...]:
        """Empty: nothing here is another on the other strand of DNA."""
        return ()

    @property
    def causal(self) -> bool:
        """True: every step has a mean of its own."""
        return True

    def observe(self, y_counts: Tensor | None) -> None:
        """Take in nothing: numbers are not counted."""

    def scores(self, a: Ragged) -> Ragged:
        """Return ŷ⟨t⟩ = Wya a⟨t⟩ + by for each step, rows (M, K)."""
        check_ragged("NumbersOutput.scores", a)
        return a.with_rows(functional.linear(a.rows, self.Wya, self.by))

    def loss(self, scores: Ragged, y: Ragged, noise: torch.Generator | None = None) -> Tensor:
        """Return -log p(y | x), summed over the numbers and steps of each sequence, (N,)."""
        check_ragged("NumbersOutput.loss", scores, y)
        if not torch.equal(scores.lengths, y.lengths) or y.rows.shape != scores.rows.shape:
            raise DataError(
                f"y has rows {tuple(y.rows.shape)} in {len(y)} sequences, the scores {tuple(scores.rows.shape)} in "
                f"{len(scores)}. Give a row of numbers for each step."
            )
        r = (y.rows.to(scores.rows) - scores.rows) * (-self.log_sigma).exp()
        if self.settings.output == "gaussian":
            costs, log_Z = r.square() / 2, 0.5 * math.log(2 * math.pi)
        else:
            delta = self.settings.huber_delta
            costs = functional.huber_loss(r, torch.zeros_like(r), reduction="none", delta=delta)
            log_Z = _log_huber(delta)
        return scores.with_rows((costs + self.log_sigma + log_Z).sum(1)).sum()

    def log_likelihood(self, scores: Ragged, y: Ragged) -> Tensor:
        """Return log p(y | x) of each sequence, (N,): of a density, which may be above 0."""
        check_ragged("NumbersOutput.log_likelihood", scores, y)
        return -self.loss(scores, y)

    def probabilities(self, scores: Ragged) -> Ragged:
        """Raise SettingsError: numbers are no classes."""
        check_ragged("NumbersOutput.probabilities", scores)
        raise SettingsError("Numbers have no probabilities of classes. Ask for the answer, or for log_likelihood.")

    def found(self, scores: Ragged, decoding: Decoding) -> list[list[Hypothesis]]:
        """Return for each sequence ŷ, rows (T_y, K); without a confidence, whatever was asked.

        Raises:
            SettingsError: further answers, or probabilities.
        """
        check_ragged("NumbersOutput.found", scores)
        if decoding.n_best:
            raise SettingsError(f"n_best is {decoding.n_best}, and y is numbers. Ask for the best alone.")
        if decoding.probabilities:
            self.probabilities(scores)
        return [[Hypothesis(rows)] for rows in scores.to_list()]

    def symbols(self) -> Mapping[str, tuple[str, int]]:
        """Return the letters of the shapes."""
        return {"K": ("numbers of y⟨t⟩", self.space.size)}

    def shapes(self, width: str = "B·H") -> Mapping[str, tuple[str, ...]]:
        """Return the shape of each parameter in symbols; `width` is that of a⟨t⟩."""
        return {"Wya": ("K", width), "by": ("K",), "log_sigma": ("K",)}


def _log_huber(delta: float) -> float:
    """log ∫ e^-ρ(r) dr of Huber's function: a Gaussian middle, and two exponential tails."""
    middle = math.sqrt(2 * math.pi) * math.erf(delta / math.sqrt(2))
    return math.log(middle + 2 / delta * math.exp(-delta * delta / 2))
