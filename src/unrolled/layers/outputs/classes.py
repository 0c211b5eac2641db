"""One of several classes, which have no order: a softmax, every step for itself."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Literal

import torch
from torch import Tensor, nn

from unrolled.data.ragged import Ragged, check_ragged
from unrolled.data.spaces import Classes
from unrolled.decoding import Decoding, Hypothesis
from unrolled.layers.outputs.chosen import chosen
from unrolled.layers.outputs.cross_entropy import class_weights, cross_entropy
from unrolled.layers.outputs.softmax import Softmax
from unrolled.settings import Settings, setting

__all__ = ["ClassesOutput", "ClassesOutputSettings"]


@dataclass(frozen=True, kw_only=True)
class ClassesOutputSettings(Settings):
    """What chooses the class.

    Attributes:
        class_weights: of the cross-entropy: "none", or "balanced" by inverse frequency.
        label_smoothing: ε: in training the truth counts 1 - ε, and ε is spread over all classes evenly (Szegedy et al.
            2015, arXiv:1512.00567v3).
    """

    title: ClassVar[str] = "setting of the output"

    class_weights: Literal["none", "balanced"] = setting("none")
    label_smoothing: float = setting(0.0, least=0, below=1)


class ClassesOutput(nn.Module):
    """ŷ⟨t⟩ = softmax(z⟨t⟩ / temperature), z⟨t⟩ = Wya a⟨t⟩ + by.

    The loss is that of the scores z. The buffer `temperature`, 1 at first, is for calibration (Guo et al. 2017,
    arXiv:1706.04599v2): it moves every probability and never the choice.

    Args:
        space: K classes.
        input_size: width of a⟨t⟩.
        settings: what errors cost.
        generator: where the initial weights come from.
    """

    temperature: Tensor

    def __init__(
        self,
        space: Classes,
        input_size: int,
        settings: ClassesOutputSettings,
        *,
        generator: torch.Generator | None = None,
    ) -> None:
        super().__init__()
        self.space, self.settings = space, settings
        self.num_scores = space.num
        layer = Softmax(input_size, space.num, generator=generator)
        self.Wya, self.by = layer.Wya, layer.by
        self.register_buffer("temperature", torch.ones(()))
        self.class_weights: Tensor | None = None
        """(K,): what training knows of its data and prediction does not need."""

    @property
    def partners(self) -> tuple[int, ...]:
        """For each class, the one that it is on the other strand of DNA; empty where each is itself."""
        return self.space.partners

    @property
    def causal(self) -> bool:
        """True: every step is chosen by its own scores."""
        return True

    def observe(self, y_counts: Tensor | None) -> None:
        """Take in how often each class occurs in the training data, (K,): for the class weights."""
        self.class_weights = class_weights(self.settings.class_weights, y_counts)

    def scores(self, a: Ragged) -> Ragged:
        """Return Wya a⟨t⟩ + by for each step, rows (M, K)."""
        check_ragged("ClassesOutput.scores", a)
        return a.with_rows(nn.functional.linear(a.rows, self.Wya, self.by))

    def loss(self, scores: Ragged, y: Ragged, noise: torch.Generator | None = None) -> Tensor:
        """Return the cross-entropy of each sequence, (N,); only with `noise` are the labels smoothed."""
        check_ragged("ClassesOutput.loss", scores, y)
        smoothing = 0.0 if noise is None else self.settings.label_smoothing
        return cross_entropy(scores, y, self.class_weights, smoothing)

    def log_likelihood(self, scores: Ragged, y: Ragged) -> Tensor:
        """Return log P(y | x) of each sequence, (N,)."""
        check_ragged("ClassesOutput.log_likelihood", scores, y)
        return -cross_entropy(scores.with_rows(scores.rows / self.temperature), y)

    def log_probabilities(self, scores: Ragged) -> Ragged:
        """Return log ŷ⟨t⟩, rows (M, K)."""
        check_ragged("ClassesOutput.log_probabilities", scores)
        return scores.with_rows(torch.log_softmax(scores.rows / self.temperature, 1))

    def probabilities(self, scores: Ragged) -> Ragged:
        """Return ŷ⟨t⟩, the probability of each class at each step, rows (M, K)."""
        check_ragged("ClassesOutput.probabilities", scores)
        return scores.with_rows(torch.softmax(scores.rows / self.temperature, 1))

    def found(self, scores: Ragged, decoding: Decoding) -> list[list[Hypothesis]]:
        """Return for each sequence the most probable class at each step; after it the n most probable where T_y = 1.

        Raises:
            SettingsError: further answers to sequences of more than one step, which are independent.
        """
        check_ragged("ClassesOutput.found", scores)
        log_probs = self.log_probabilities(scores)
        return chosen(log_probs, log_probs.rows.argmax(1), decoding)

    def symbols(self) -> Mapping[str, tuple[str, int]]:
        """Return the letters of the shapes."""
        return {"K": ("classes", self.space.num)}

    def shapes(self, width: str = "B·H") -> Mapping[str, tuple[str, ...]]:
        """Return the shape of each parameter in symbols; `width` is that of a⟨t⟩."""
        return {"Wya": ("K", width), "by": ("K",)}
