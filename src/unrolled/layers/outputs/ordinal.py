"""One of several classes in an order, such as stars: cumulative logits, or a softmax."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, ClassVar, Literal, cast

import torch
from torch import Tensor, nn
from torch.nn import functional

from unrolled.data.ragged import Ragged, check_ragged
from unrolled.data.spaces import Classes
from unrolled.decoding import Decoding, Hypothesis
from unrolled.errors import DataError, SettingsError
from unrolled.layers.outputs.chosen import chosen
from unrolled.layers.outputs.cross_entropy import class_weights
from unrolled.layers.outputs.softmax import Softmax
from unrolled.settings import Settings, setting

__all__ = ["OrdinalOutput", "OrdinalOutputSettings"]


@dataclass(frozen=True, kw_only=True)
class OrdinalOutputSettings(Settings):
    """What chooses the class.

    Attributes:
        output: "cumulative" (proportional odds, McCullagh 1980: one score, and thresholds that cut its line into
            classes) or "softmax" (a score a class, which does not know of the order).
        decide: which class is the answer: "mode", the most probable, for accuracy; "median", half of the probability on
            either side, for the mean absolute error; "mean", the nearest to the expected class, for the mean squared
            error and the quadratic kappa.
        class_weights: of the loss: "none", or "balanced" by inverse frequency.
    """

    title: ClassVar[str] = "setting of the output"

    output: Literal["cumulative", "softmax"] = setting("cumulative")
    decide: Literal["mode", "median", "mean"] = setting("median")
    class_weights: Literal["none", "balanced"] = setting("none")


class OrdinalOutput(nn.Module):
    """P(y⟨t⟩ ≤ k) = σ(θ_k - z⟨t⟩), z⟨t⟩ = Wya a⟨t⟩: one score, cut by θ_1 < … < θ_{K-1}.

    `theta` (K-1,) holds θ_1, and then what each further threshold lies above the one before, before a softplus that
    keeps it positive; so no class is ever without its part of the line. At first the classes are equally likely at
    z = 0. With output=softmax the scores are Wya a⟨t⟩ + by, as of classes without an order.

    The buffer `temperature`, 1 at first, is for calibration: ŷ is the softmax of log P / temperature, which for scores
    of a softmax is what Guo et al. do (2017, arXiv:1706.04599v2). To divide θ - z instead would push probability to
    both ends. The loss knows no temperature.

    Args:
        space: K classes, from the lowest to the highest.
        input_size: width of a⟨t⟩.
        settings: how the probabilities are made, and the class is chosen.
        generator: where the initial weights come from.

    Raises:
        SettingsError: fewer than two classes.
    """

    temperature: Tensor

    def __init__(
        self,
        space: Classes,
        input_size: int,
        settings: OrdinalOutputSettings,
        *,
        generator: torch.Generator | None = None,
    ) -> None:
        super().__init__()
        K = space.num
        if K < 2:
            raise SettingsError(f"There are {K} ordered classes. Give at least 2.")
        self.space, self.settings = space, settings
        self.num_scores = 1 if settings.output == "cumulative" else K
        layer = Softmax(input_size, self.num_scores, generator=generator)
        self.Wya = layer.Wya
        if settings.output == "cumulative":
            self.theta = nn.Parameter(torch.tensor(_even(K)))
        else:
            self.by = layer.by
        self.register_buffer("temperature", torch.ones(()))
        self.class_weights: Tensor | None = None
        """(K,): what training knows of its data and prediction does not need."""

    @torch.no_grad()
    def take_over(self, earlier: "OrdinalOutput", origins: Mapping[str, Tensor]) -> None:
        """Take the thresholds of an output with fewer classes; `origins["K"]` is where each class stood there, or -1.

        P(y⟨t⟩ ≤ k) stays what it was for every class that was there. A new one gets its part of the line from the next
        higher class, above the highest from that: between two thresholds an even share, beyond the outermost a length
        of 1.
        """
        sources: list[int] = cast(Any, origins["K"]).tolist()
        if self.num_scores > 1 or min(sources) >= 0:
            return
        old: list[float] = cast(Any, earlier.thresholds().double()).tolist()
        edges = [-math.inf, *old, math.inf]
        cuts: list[float] = []
        waiting = 0
        for source in sources:
            waiting += 1
            if source >= 0:
                low, high = edges[source], edges[source + 1]
                above = len(sources) - sources.index(source) - 1 if source == len(old) else 0
                cuts += [*_shares(low, high, waiting + above), high]
                waiting = 0
        thresholds = torch.tensor(cuts[:-1], dtype=torch.float64)
        self.theta.copy_(torch.cat([thresholds[:1], thresholds.diff().expm1().log()]))

    @property
    def partners(self) -> tuple[int, ...]:
        """Empty: nothing here is another on the other strand of DNA."""
        return ()

    @property
    def causal(self) -> bool:
        """True: every step is chosen by its own scores."""
        return True

    def observe(self, y_counts: Tensor | None) -> None:
        """Take in how often each class occurs in the training data, (K,): for the class weights."""
        self.class_weights = class_weights(self.settings.class_weights, y_counts)

    def scores(self, a: Ragged) -> Ragged:
        """Return z⟨t⟩ of each step, rows (M, 1); of a softmax (M, K)."""
        check_ragged("OrdinalOutput.scores", a)
        return a.with_rows(functional.linear(a.rows, self.Wya, None if self.num_scores == 1 else self.by))

    def loss(self, scores: Ragged, y: Ragged, noise: torch.Generator | None = None) -> Tensor:
        """Return -Σ log P(y⟨t⟩) over the steps of each sequence, (N,), each step by the weight of its class."""
        check_ragged("OrdinalOutput.loss", scores, y)
        losses = -self._of(self._log_probabilities(scores.rows), y, scores)
        if self.class_weights is not None:
            losses = losses * self.class_weights.to(losses)[y.rows]
        return scores.with_rows(losses).sum()

    def log_likelihood(self, scores: Ragged, y: Ragged) -> Tensor:
        """Return log P(y | x) of each sequence, (N,)."""
        check_ragged("OrdinalOutput.log_likelihood", scores, y)
        return scores.with_rows(self._of(self.log_probabilities(scores).rows, y, scores)).sum()

    def log_probabilities(self, scores: Ragged) -> Ragged:
        """Return log ŷ⟨t⟩, rows (M, K)."""
        check_ragged("OrdinalOutput.log_probabilities", scores)
        return scores.with_rows(torch.log_softmax(self._log_probabilities(scores.rows) / self.temperature, 1))

    def probabilities(self, scores: Ragged) -> Ragged:
        """Return ŷ⟨t⟩, the probability of each class at each step, rows (M, K)."""
        check_ragged("OrdinalOutput.probabilities", scores)
        return scores.with_rows(self.log_probabilities(scores).rows.exp())

    def thresholds(self) -> Tensor:
        """Return θ_1 < … < θ_{K-1}; raises SettingsError for a softmax, which has none."""
        if self.num_scores > 1:
            raise SettingsError("Thresholds need output=cumulative. This model has output=softmax.")
        return torch.cat([self.theta[:1], functional.softplus(self.theta[1:])]).cumsum(0)

    def found(self, scores: Ragged, decoding: Decoding) -> list[list[Hypothesis]]:
        """Return for each sequence the class of each step as `decide` says; after it the n most probable, if T_y = 1.

        Raises:
            SettingsError: further answers to sequences of more than one step, which are independent.
        """
        check_ragged("OrdinalOutput.found", scores)
        log_probs = self.log_probabilities(scores)
        return chosen(log_probs, self.decided(log_probs.rows.exp()), decoding)

    def decided(self, probabilities: Tensor) -> Tensor:
        """Return the class that the settings choose by the probabilities (M, K), (M,) int64."""
        if self.settings.decide == "mode":
            return probabilities.argmax(1)
        if self.settings.decide == "median":
            # The last one is 1 but for rounding, and the class above the highest does not exist.
            return (probabilities.double().cumsum(1)[:, :-1] < 0.5).sum(1)
        classes = torch.arange(self.space.num, dtype=torch.float64, device=probabilities.device)
        return (probabilities.double() @ classes).round().long()

    def symbols(self) -> Mapping[str, tuple[str, int]]:
        """Return the letters of the shapes."""
        return {"K": ("ordered classes", self.space.num)}

    def shapes(self, width: str = "B·H") -> Mapping[str, tuple[str, ...]]:
        """Return the shape of each parameter in symbols; `width` is that of a⟨t⟩."""
        if self.num_scores == 1:
            return {"Wya": ("1", width), "theta": ("K-1",)}
        return {"Wya": ("K", width), "by": ("K",)}

    def _log_probabilities(self, scores: Tensor) -> Tensor:
        """(M, K): σ(u) - σ(l) = σ(u) σ(-l) (1 - e^(l-u)), of which no factor loses digits, however far out z lies."""
        if self.num_scores > 1:
            return torch.log_softmax(scores, 1)
        z = self.thresholds() - scores  # (M, K-1)
        edge = z.new_zeros(len(z), 1)
        gaps = (-torch.expm1(-functional.softplus(self.theta[1:]))).log()
        below = torch.cat([functional.logsigmoid(z), edge], 1)
        above = torch.cat([edge, functional.logsigmoid(-z)], 1)
        return below + above + functional.pad(gaps, (1, 1))

    def _of(self, log_probs: Tensor, y: Ragged, scores: Ragged) -> Tensor:
        """That of y⟨t⟩ at each step, (M,)."""
        if not torch.equal(scores.lengths, y.lengths) or y.rows.ndim != 1 or y.rows.dtype != torch.int64:
            raise DataError(
                f"y has rows {tuple(y.rows.shape)}, {y.rows.dtype}, in {len(y)} sequences, and there are scores for "
                f"{scores.num_rows} steps in {len(scores)}. Give one int64 class for each step."
            )
        return log_probs.gather(1, y.rows[:, None])[:, 0]


def _shares(low: float, high: float, num: int) -> list[float]:
    """Return what cuts a part of the line into `num`.

    >>> _shares(0.0, 3.0, 3), _shares(-math.inf, 3.0, 3), _shares(0.0, math.inf, 2), _shares(0.0, 1.0, 1)
    ([1.0, 2.0], [1.0, 2.0], [1.0], [])
    """
    if math.isinf(low):
        return [high - num + i for i in range(1, num)]
    if math.isinf(high):
        return [low + i for i in range(1, num)]
    return [low + (high - low) * i / num for i in range(1, num)]


def _even(K: int) -> list[float]:
    """`theta` that cuts a logistic distribution into K equal parts."""
    cuts = [math.log(k / (K - k)) for k in range(1, K)]
    return [cuts[0], *(math.log(math.expm1(high - low)) for low, high in pairwise(cuts))]
