"""A label for every step, of which not each may follow each: softmax at each step, or a linear-chain CRF."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, cast

import torch
from torch import Tensor, nn

from unrolled.data.ragged import Ragged, check_ragged
from unrolled.data.spaces import Tags
from unrolled.decoding import Decoding, Hypothesis
from unrolled.errors import SettingsError
from unrolled.layers.outputs.crf import CRF
from unrolled.layers.outputs.cross_entropy import class_weights, cross_entropy
from unrolled.layers.outputs.softmax import Softmax
from unrolled.settings import Settings, setting

__all__ = ["TagsOutput", "TagsOutputSettings"]


MOST = 2**22
"""How many numbers the search for the n best labellings may keep at once, n for each step and label: 32 MiB."""


@dataclass(frozen=True, kw_only=True)
class TagsOutputSettings(Settings):
    """What chooses the labels.

    Attributes:
        output: "crf" (linear chain, Lafferty et al. 2001) or "softmax" at each step.
        class_weights: of the softmax's cross-entropy: "none", or "balanced" by inverse frequency.
        missed_cost: added during training to the score of O where the truth is an entity: missing one costs more
            (softmax-margin, Gimpel & Smith 2010; for recall, Mohit et al. 2012); 0 for none.
    """

    title: ClassVar[str] = "setting of the output"

    output: Literal["crf", "softmax"] = setting("crf")
    class_weights: Literal["none", "balanced"] = setting("none")
    missed_cost: float = setting(0.0)

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.class_weights != "none" and self.output == "crf":
            raise SettingsError("class_weights weighs the steps of output=softmax. With output=crf use missed_cost.")


class TagsOutput(nn.Module):
    """Wya a⟨t⟩ + by at each step, and a softmax or a linear-chain CRF over the labels of all steps.

    Args:
        space: the labels, and which may follow which.
        input_size: width of a⟨t⟩.
        settings: softmax or CRF, and what errors cost.
        generator: where the initial weights come from.
    """

    outside_bias: Tensor

    def __init__(
        self, space: Tags, input_size: int, settings: TagsOutputSettings, *, generator: torch.Generator | None = None
    ) -> None:
        super().__init__()
        self.space, self.settings = space, settings
        self.num_scores = space.num
        layer = Softmax(input_size, space.num, generator=generator)
        self.Wya, self.by = layer.Wya, layer.by
        self.crf: CRF | None = None
        if settings.output == "crf":
            forbidden = torch.tensor(space.forbidden, device="cpu")
            self.crf = CRF(space.num, forbidden, torch.tensor(space.forbidden_start, device="cpu"))
        self.register_buffer("outside_bias", torch.zeros(()))
        self.class_weights: Tensor | None = None
        """(K,): what training knows of its data and prediction does not need."""

    @property
    def partners(self) -> tuple[int, ...]:
        """Empty: nothing here is another on the other strand of DNA."""
        return ()

    @property
    def causal(self) -> bool:
        """Whether a label depends on the scores up to its step alone: the CRF chooses all of them together."""
        return self.crf is None

    def observe(self, y_counts: Tensor | None) -> None:
        """Take in how often each label occurs in the training data, (K,): for the class weights."""
        self.class_weights = class_weights(self.settings.class_weights, y_counts)

    def scores(self, a: Ragged) -> Ragged:
        """Return Wya a⟨t⟩ + by for each step, rows (M, K); emissions of the CRF."""
        check_ragged("TagsOutput.scores", a)
        return a.with_rows(nn.functional.linear(a.rows, self.Wya, self.by))

    def loss(self, scores: Ragged, y: Ragged, noise: torch.Generator | None = None) -> Tensor:
        """Return the cross-entropy of each sequence's steps, for the CRF of its whole label path, (N,)."""
        check_ragged("TagsOutput.loss", scores, y)
        outside = self.space.outside
        if self.settings.missed_cost and outside is not None and noise is not None:
            cost = torch.zeros_like(scores.rows)
            cost[:, outside] = self.settings.missed_cost * (y.rows != outside)
            scores = scores.with_rows(scores.rows + cost)
        if self.crf is None:
            return cross_entropy(scores, y, self.class_weights)
        return -self.crf.log_likelihood(scores, y)

    def log_likelihood(self, scores: Ragged, y: Ragged) -> Tensor:
        """Return log P(y | x) of each sequence, (N,)."""
        check_ragged("TagsOutput.log_likelihood", scores, y)
        return -cross_entropy(scores, y) if self.crf is None else self.crf.log_likelihood(scores, y)

    def decode(self, scores: Ragged, outside_bias: float) -> Ragged:
        """Return the labels with the best scores, rows (M,), after `outside_bias` is taken from those of O.

        At 0 they are the most probable ones. Where entities are rare those find too few of them for a good F1; the bias
        that gives the best on a dev set is kept in the buffer `outside_bias`. Probabilities are never biased.
        """
        check_ragged("TagsOutput.decode", scores)
        outside = self.space.outside
        if outside_bias and outside is not None:
            biased = scores.rows.clone()
            biased[:, outside] -= outside_bias
            scores = scores.with_rows(biased)
        return self.crf.decode(scores)[0] if self.crf else scores.with_rows(scores.rows.argmax(1))

    def probabilities(self, scores: Ragged) -> Ragged:
        """Return ŷ⟨t⟩, the probability of each label at each step, rows (M, K)."""
        check_ragged("TagsOutput.probabilities", scores)
        return self.crf.marginals(scores) if self.crf else scores.with_rows(torch.softmax(scores.rows, 1))

    def found(self, scores: Ragged, decoding: Decoding) -> list[list[Hypothesis]]:
        """Return for each sequence its labels under the bias against O; after them the n most probable labellings.

        Raises:
            SettingsError: further labellings of a softmax, whose steps are independent.
        """
        check_ragged("TagsOutput.found", scores)
        best = self.decode(scores, float(self.outside_bias))
        N = len(best)
        probabilities = self.probabilities(scores) if decoding.confidence or decoding.probabilities else None
        each: list[Tensor | None] = [None] * N
        sure: list[tuple[float, ...]] = [()] * N
        if probabilities is not None and decoding.probabilities:
            each = list(probabilities.to_list())
        if probabilities is not None and decoding.confidence:
            chosen = probabilities.rows.gather(1, best.rows[:, None])[:, 0].clamp(0, 1)
            sure = [tuple(cast(Any, rows).tolist()) for rows in best.with_rows(chosen).to_list()]
        nothing: list[list[Hypothesis]] = [[] for _ in range(N)]
        others = self.n_best(scores, decoding.n_best) if decoding.n_best else nothing
        firsts = zip(best.to_list(), sure, each, strict=True)
        return [
            [Hypothesis(rows, None, confidence, probability), *more]
            for (rows, confidence, probability), more in zip(firsts, others, strict=True)
        ]

    def n_best(self, scores: Ragged, n: int) -> list[list[Hypothesis]]:
        """Return the n most probable labellings of each sequence with their log-probabilities, best first.

        A sequence has fewer where fewer labellings are possible.

        Raises:
            SettingsError: the output is a softmax, whose steps are independent; or so many are more than memory holds.
        """
        check_ragged("TagsOutput.n_best", scores)
        if self.crf is None:
            raise SettingsError("n-best label sequences need output=crf. This model has output=softmax.")
        if n * scores.num_rows * self.space.num <= MOST:
            return _n_best(self.crf, scores, n)
        found: list[list[Hypothesis]] = []
        for rows in scores.to_list():  # few of them may have so many
            at_most = _num_paths(len(rows), self.space.num, n)
            if at_most * rows.numel() > MOST:
                raise SettingsError(
                    f"n_best is {n}: so many labellings of {len(rows)} steps with {self.space.num} labels are more "
                    f"than memory should hold. Ask for at most {max(1, MOST // rows.numel())}."
                )
            found += _n_best(self.crf, Ragged.from_list([rows]), at_most)
        return found

    def symbols(self) -> Mapping[str, tuple[str, int]]:
        """Return the letters of the shapes."""
        return {"K": ("labels", self.space.num)}

    def shapes(self, width: str = "B·H") -> Mapping[str, tuple[str, ...]]:
        """Return the shape of each parameter in symbols; `width` is that of a⟨t⟩."""
        crf = {"crf.transitions": ("K", "K"), "crf.start": ("K",), "crf.end": ("K",)}
        return {"Wya": ("K", width), "by": ("K",), **(crf if self.crf else {})}


def _n_best(crf: CRF, scores: Ragged, n: int) -> list[list[Hypothesis]]:
    partitions: list[float] = cast(Any, crf.log_partition(scores)).tolist()
    return [
        [Hypothesis(torch.tensor(labels), score - partition) for labels, score in best]
        for best, partition in zip(crf.n_best(scores, n), partitions, strict=True)
    ]


def _num_paths(T: int, K: int, most: int) -> int:
    """Return K to the power of T, or `most` where that is less."""
    paths = 1
    for _ in range(T):
        paths *= K
        if paths >= most or K == 1:
            return min(paths, most)
    return paths
