"""Many to many of equal length, T_x = T_y: a label for every step."""

from dataclasses import dataclass
from typing import Any, ClassVar, Literal, cast

import torch
from torch import Tensor, nn

from unrolled.data.codecs import EncodedWords
from unrolled.data.ragged import Ragged
from unrolled.errors import SettingsError
from unrolled.kernels import CELLS, Cell
from unrolled.layers.crf import CRF
from unrolled.layers.dropout import variational
from unrolled.layers.embedding import WordEmbedding
from unrolled.layers.recurrent import Recurrent
from unrolled.layers.softmax import Softmax
from unrolled.layers.stepper import Stepper
from unrolled.settings import Settings, choice, flag, number, whole

__all__ = ["ManyToMany", "ManyToManySettings", "Sizes"]


LARGEST_SIZE = 100_000
"""Of a layer: a stranger's settings cannot ask for more than a machine could hold."""


@dataclass(frozen=True, kw_only=True)
class ManyToManySettings(Settings):
    """What the network is made of.

    Attributes:
        cell: "rnn" (tanh), "rnn_relu", "gru" or "lstm".
        hidden_size: H, units of each direction of each layer.
        num_layers: recurrent layers, one on another.
        bidirectional: whether ŷ⟨t⟩ may look at what follows; False for a tagger that streams.
        initial_state: "zero" or "learned".
        word_size: length of the word vectors.
        affix_size: length of each affix and shape vector; 0 for none.
        character_encoder: "convolutional" or "recurrent".
        character_size: length of the character encoding; 0 for none.
        output: "crf" (linear chain, Lafferty et al. 2001) or "softmax" at each step.
        class_weights: of the softmax's cross-entropy: "none", or "balanced" by inverse frequency.
        missed_cost: added during training to the score of O where the truth is an entity: missing one costs more
            (softmax-margin, Gimpel & Smith 2010; for recall, Mohit et al. 2012); 0 for none.
        word_dropout: a word seen c times in training is replaced by `<unk>` with probability d / (d + c)
            (Kiperwasser & Goldberg 2016, arXiv:1603.04351v3).
        input_dropout, dropout: of the inputs and outputs of the recurrent layers, one mask for all steps of a sequence
            (Gal & Ghahramani 2016, arXiv:1512.05287v5).
    """

    title: ClassVar[str] = "network setting"

    cell: Cell = choice("gru", *CELLS)  # noqa: RUF009  (what is called gives a dataclass field)
    hidden_size: int = whole(200, least=1, most=LARGEST_SIZE)
    num_layers: int = whole(1, least=1, most=100)
    bidirectional: bool = flag(True)
    initial_state: Literal["zero", "learned"] = choice("zero", "zero", "learned")
    word_size: int = whole(100, most=LARGEST_SIZE)
    affix_size: int = whole(25, most=LARGEST_SIZE)
    character_encoder: Literal["convolutional", "recurrent"] = choice("convolutional", "convolutional", "recurrent")
    character_size: int = whole(0, most=LARGEST_SIZE)
    output: Literal["crf", "softmax"] = choice("crf", "crf", "softmax")
    class_weights: Literal["none", "balanced"] = choice("none", "none", "balanced")
    missed_cost: float = number(0.0, least=0)
    word_dropout: float = number(0.25, least=0)
    input_dropout: float = number(0.4, least=0, below=1)
    dropout: float = number(0.5, least=0, below=1)

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.word_size + self.affix_size + self.character_size:
            raise SettingsError("word_size, affix_size and character_size are all 0. Give at least one of them a size.")
        if self.class_weights != "none" and self.output == "crf":
            raise SettingsError("class_weights weighs the steps of output=softmax. With output=crf use missed_cost.")


@dataclass(frozen=True)
class Sizes:
    """Sizes of the vocabularies that a network is built for; F is the number of affix features of a word."""

    words: int
    affixes: int
    characters: int
    labels: int
    affix_features: int


class ManyToMany(nn.Module):
    """Word vectors, recurrent layers, and a softmax or a linear-chain CRF over the labels of all steps.

    Args:
        settings: what the network is made of.
        sizes: of its vocabularies.
        forbidden: (K, K) bool, true where label j may not follow label i; None for none. Used by the CRF.
        forbidden_start: (K,) bool, true where a sequence may not start with the label.
        outside: index of the label O, which `missed_cost` is about.
        generator: where the initial weights come from.
    """

    def __init__(
        self,
        settings: ManyToManySettings,
        sizes: Sizes,
        *,
        forbidden: Tensor | None = None,
        forbidden_start: Tensor | None = None,
        outside: int | None = None,
        generator: torch.Generator | None = None,
    ) -> None:
        super().__init__()
        self.settings, self.outside = settings, outside
        self.embedding = WordEmbedding(
            sizes.words,
            sizes.affixes,
            sizes.characters,
            word_size=settings.word_size,
            affix_size=settings.affix_size,
            num_affix_features=sizes.affix_features,
            character_size=settings.character_size,
            character_encoder=settings.character_encoder,
            generator=generator,
        )
        self.recurrent = Recurrent(
            settings.cell,
            self.embedding.size,
            settings.hidden_size,
            num_layers=settings.num_layers,
            bidirectional=settings.bidirectional,
            variational_dropout=settings.input_dropout,
            initial_state=settings.initial_state,
            generator=generator,
        )
        self.output = Softmax(self.recurrent.output_size, sizes.labels, generator=generator)
        self.crf = CRF(sizes.labels, forbidden, forbidden_start) if settings.output == "crf" else None
        self.outside_bias: Tensor
        self.register_buffer("outside_bias", torch.zeros(()))
        # What training knows of its data and prediction does not need.
        self.forget: Tensor | None = None
        self.class_weights: Tensor | None = None

    def observe(self, word_counts: Tensor, label_counts: Tensor) -> None:
        """Take in the training data's counts of words (V,) and of labels (K,): for word dropout and class weights."""
        d = self.settings.word_dropout
        self.forget = d / (d + word_counts.clamp(min=1).to(torch.get_default_dtype())) if d else None
        if self.settings.class_weights == "balanced":
            counts = label_counts.clamp(min=1).to(torch.get_default_dtype())
            self.class_weights = counts.sum() / (len(counts) * counts)

    def scores(self, x: EncodedWords, noise: torch.Generator | None = None) -> Ragged:
        """Return Wya a⟨t⟩ + by for each step: Ragged rows (M, K); with `noise`, under the dropouts of training."""
        forget = 0.0 if self.forget is None else self.forget.index_select(0, x.indices.rows)
        a, _ = self.recurrent(self.embedding(x, forget, noise), noise=noise)
        return self.output(variational(a, self.settings.dropout, noise))

    def stepper(self) -> Stepper:
        """Return the recurrent layers as they are now, one step of one sentence at a time; the state stays with them.

        Raises:
            SettingsError: the network is bidirectional.
        """
        return self.recurrent.stepper()

    @torch.no_grad()
    def step(self, x: EncodedWords, stepper: Stepper) -> Ragged:
        """Return the scores of one word, rows (1, K), given those that the stepper has seen."""
        vector = self.embedding(x)
        return self.output(vector.with_rows(stepper.step(vector.rows)))

    def loss(self, x: EncodedWords, y: Ragged, noise: torch.Generator | None = None) -> Tensor:
        """Return the cross-entropy summed over all steps of all sequences; for the CRF, of whole label paths."""
        scores = self.scores(x, noise)
        if self.settings.missed_cost and self.outside is not None and noise is not None:
            cost = torch.zeros_like(scores.rows)
            cost[:, self.outside] = self.settings.missed_cost * (y.rows != self.outside)
            scores = scores.with_rows(scores.rows + cost)
        if self.crf is None:
            return nn.functional.cross_entropy(scores.rows, y.rows, weight=self.class_weights, reduction="sum")
        return -self.crf.log_likelihood(scores, y).sum()

    @torch.no_grad()
    def predict(self, x: EncodedWords) -> Ragged:
        """Return the labels with the best scores, Ragged rows (M,): for the CRF, the best label path."""
        return self.decode(self.scores(x), float(self.outside_bias))

    def decode(self, scores: Ragged, outside_bias: float) -> Ragged:
        """Return the labels with the best scores after `outside_bias` is taken from those of O.

        At 0 they are the most probable ones. Where entities are rare those find too few of them for a good F1; the bias
        that gives the best on a dev set is kept in the buffer `outside_bias`. Probabilities are never biased.
        """
        if outside_bias and self.outside is not None:
            biased = scores.rows.clone()
            biased[:, self.outside] -= outside_bias
            scores = scores.with_rows(biased)
        return self.crf.decode(scores)[0] if self.crf else scores.with_rows(scores.rows.argmax(1))

    @torch.no_grad()
    def marginals(self, x: EncodedWords) -> Ragged:
        """Return ŷ⟨t⟩, the probability of each label at each step: Ragged rows (M, K)."""
        return self.probabilities(self.scores(x))

    @torch.no_grad()
    def probabilities(self, scores: Ragged) -> Ragged:
        """Return the probability of each label at each step, given the scores: Ragged rows (M, K)."""
        return self.crf.marginals(scores) if self.crf else scores.with_rows(torch.softmax(scores.rows, 1))

    @torch.no_grad()
    def n_best(self, x: EncodedWords, n: int) -> list[list[tuple[list[int], float]]]:
        """Return the n most probable label sequences of each sentence with their log-probabilities, best first.

        Raises:
            SettingsError: the output is a softmax, whose steps are independent.
        """
        if self.crf is None:
            raise SettingsError("n-best label sequences need output=crf. This model has output=softmax.")
        scores = self.scores(x)
        partitions: list[float] = cast(Any, self.crf.log_partition(scores)).tolist()
        return [
            [(labels, score - partition) for labels, score in best]
            for best, partition in zip(self.crf.n_best(scores, n), partitions, strict=True)
        ]
