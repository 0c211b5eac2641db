"""Many to one, T_y = 1: one answer to a whole sequence."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar, Literal, cast

import torch
from torch import Tensor, nn

from unrolled.architectures.architecture import Loss, NetworkSettings, Steps, Symbols
from unrolled.architectures.pooled_steps import PooledSteps
from unrolled.architectures.recurrent_steps import RecurrentSteps
from unrolled.architectures.stateless_steps import StatelessSteps
from unrolled.data.codecs.codec import Encoded
from unrolled.data.codecs.encoded import EncodedBases, EncodedWords
from unrolled.data.phrases import Bag
from unrolled.data.ragged import Ragged
from unrolled.data.spaces import Bases, Space, Spelled
from unrolled.decoding import Decoding, Hypothesis
from unrolled.errors import DataError, SettingsError
from unrolled.layers.dropout import dropout, variational
from unrolled.layers.inputs import input_layer
from unrolled.layers.outputs import output_layer
from unrolled.layers.pooling import Pooling
from unrolled.layers.stack import RecurrentSettings, recurrent_shapes, recurrent_stack, recurrent_symbols
from unrolled.layers.wide import Wide
from unrolled.settings import LARGEST_SIZE, setting

__all__ = ["ManyToOne", "ManyToOneSettings"]


@dataclass(frozen=True, kw_only=True)
class ManyToOneSettings(RecurrentSettings):
    """What the network is made of; what is not said here is as in `RecurrentSettings`.

    Attributes:
        num_layers: recurrent layers; 0 pools the inputs themselves, whose order then is lost but to pooling=last.
        pooling: how the steps become one row: "last", "mean", "max", "attention", or "attention_max", which is the last
            two side by side.
        attention_size: width of the attention of the pooling.
        dropout: of the pooled row (Srivastava et al. 2014).
    """

    num_layers: int = setting(1, most=100)
    pooling: Literal["last", "mean", "max", "attention", "attention_max"] = setting("max")
    attention_size: int = setting(100, least=1, most=LARGEST_SIZE, when=("pooling", ("attention", "attention_max")))


class ManyToOne(nn.Module):
    """An input layer, recurrent layers, pooling over time, and an output layer on the pooled row.

    Where the space of x has phrases, a linear model of them stands beside it (`Wide`): each of the two has a loss of
    its own, and the scores are the mean of theirs.

    Args:
        x, y: the spaces of the two sides.
        settings: what the network is made of.
        generator: where the initial weights come from.
    """

    kind: ClassVar[str] = "many_to_one"
    shape: ClassVar[str] = "many-to-one, T_y = 1"
    answers_once: ClassVar[bool] = True
    settings_class: ClassVar[type[ManyToOneSettings]] = ManyToOneSettings

    def __init__(self, x: Space, y: Space, settings: NetworkSettings, generator: torch.Generator | None = None) -> None:
        super().__init__()
        self.settings = settings
        core = self.core = cast(ManyToOneSettings, settings.network)
        self.input = input_layer(x, settings.input, generator)
        self.recurrent = recurrent_stack(core, self.input.size, generator) if core.num_layers else None
        width = self.input.size if self.recurrent is None else self.recurrent.output_size
        self.pooling = Pooling(
            core.pooling,
            width,
            num_directions=1 if self.recurrent is None else self.recurrent.num_directions,
            attention_size=core.attention_size,
            generator=generator,
        )
        self.output = output_layer(y, self.pooling.output_size, settings.output, generator)
        self.wide = _wide(x, self.output.num_scores)

    @property
    def module(self) -> nn.Module:
        """All that is learnt."""
        return self

    def observe(self, x_counts: Tensor | None, y_counts: Tensor | None) -> None:
        """Take in how often each symbol of x and each class of y occurs in the training data."""
        self.input.observe(x_counts)
        self.output.observe(y_counts)

    def activations(self, x: Encoded, noise: torch.Generator | None = None) -> Ragged:
        """Return what is pooled, a⟨t⟩, rows (M, B·H); without recurrent layers x⟨t⟩, rows (M, D)."""
        return self._recur(self.input(x, noise), noise)

    def of_vectors(self, vectors: Ragged) -> Ragged:
        """Return the scores of the recurrent part alone, rows (N, K), for x⟨t⟩ of the input layer, (M, D)."""
        return self._deep(self._recur(vectors))

    def scores(self, x: Encoded, noise: torch.Generator | None = None) -> Ragged:
        """Return the output layer's scores, a row for each sequence (N, K); with `noise`, under training's dropouts.

        Raises:
            DataError: the network has weights of phrases, and x comes without phrases.
        """
        return self._mean(self._deep(self.activations(x, noise), noise), x)

    def loss(self, x: Encoded, y: Ragged, noise: torch.Generator | None = None) -> Loss:
        """Return the loss summed over all sequences, and how many they are; that of the wide part is added."""
        deep = _over_views(self._deep(self.activations(x, noise), noise), x)
        total = self.output.loss(deep, y, noise).sum()
        if self.wide is not None:
            wide = _over_views(_single(self.wide(self.wide.sums(_phrases(x)))), x)
            # Without noise no label is smoothed: that is for the deep part, which else grows surer than the wide one.
            total = total + self.output.loss(wide, y).sum()
        return Loss(total, y.num_rows)

    @torch.no_grad()
    def log_likelihood(self, x: Encoded, y: Ragged) -> Tensor:
        """Return log P(y | x) of each pair, (N,)."""
        return self.output.log_likelihood(self.scores(x), y)

    @torch.no_grad()
    def found(self, x: Encoded, decoding: Decoding) -> Sequence[Sequence[Hypothesis]]:
        """Return the hypotheses for each x, the best first.

        The alignment of the best, where it is asked for, is how much of each step the pooling took, (1, T_x): of
        pooling=attention and mean.
        """
        a = self.activations(x)
        found = self.output.found(self._mean(self._deep(a), x), decoding)
        if not decoding.alignment or self.core.pooling not in {"attention", "attention_max", "mean"}:
            return found
        alphas = self.pooling.alpha(a).to_list()[:: _views(x)]
        return [
            [replace(best, alignment=alpha[None]), *others]
            for (best, *others), alpha in zip(found, alphas, strict=True)
        ]

    def steps(self, num_sequences: int = 1) -> PooledSteps:
        """Return the network as it is now, one step at a time: the scores if x ended with the step.

        Phrases count from the step on that completes them: see `PooledSteps`.

        Raises:
            SettingsError: it must see the end of x first.
        """
        if self.recurrent is not None and self.core.bidirectional:
            raise SettingsError(
                "A stream needs a model whose answer so far depends on x⟨1⟩ … x⟨t⟩ alone. "
                "Train with bidirectional=false."
            )
        before: Steps
        if self.recurrent is None:
            before = StatelessSteps(self.input, num_sequences)
        else:
            before = RecurrentSteps(self.input, self.recurrent, lambda a: a, num_sequences)
        return PooledSteps(
            before,
            self.pooling,
            self.output.scores,
            self.wide,
            like=next(self.parameters()),
            num_sequences=num_sequences,
            num_scores=self.output.num_scores,
        )

    def symbols(self) -> Symbols:
        """Return the legend of the shapes."""
        D = {"D": ("length of x⟨t⟩", self.input.size)}
        own = D if self.recurrent is None else recurrent_symbols(self.core, self.input.size)
        wide = {} if self.wide is None else {"P": ("phrases", len(self.wide.gates))}
        return {**own, **self.pooling.symbols(), **self.output.symbols(), **wide, **self.input.symbols()}

    def shapes(self) -> Mapping[str, tuple[str, ...]]:
        """Return the shape of each parameter in symbols."""
        width = "D" if self.recurrent is None else "B·H"
        pooled = f"2·{width}" if self.core.pooling == "attention_max" else width
        parts: dict[str, Mapping[str, tuple[str, ...]]] = {"input": self.input.shapes()}
        if self.recurrent is not None:
            parts["recurrent"] = recurrent_shapes(self.recurrent)
        parts |= {"pooling": self.pooling.shapes(width), "output": self.output.shapes(pooled)}
        if self.wide is not None:
            parts["wide"] = self.wide.shapes()
        return {f"{part}.{name}": shape for part, shapes in parts.items() for name, shape in shapes.items()}

    def _recur(self, vectors: Ragged, noise: torch.Generator | None = None) -> Ragged:
        if self.recurrent is None:
            return variational(vectors, self.core.input_dropout, noise)
        return self.recurrent(vectors, noise=noise)[0]

    def _deep(self, a: Ragged, noise: torch.Generator | None = None) -> Ragged:
        pooled = dropout(self.pooling(a), self.core.dropout, noise)
        return self.output.scores(_single(pooled))

    def _mean(self, deep: Ragged, x: Encoded) -> Ragged:
        """Return the mean of the scores of both parts, where there are two, and of all views of each x."""
        if self.wide is None:
            return _over_views(deep, x)
        return _over_views(deep.with_rows((deep.rows + self.wide(self.wide.sums(_phrases(x)))) / 2), x)


def _wide(x: Space, num_scores: int) -> Wide | None:
    if not isinstance(x, Spelled | Bases) or not x.phrases:
        return None
    if num_scores < 2:
        raise SettingsError(
            "Phrases need a score for each class. Set output=softmax, or phrase_words=0 and phrase_characters=0; of "
            "DNA placed_bases=0 and loose_bases=0."
        )
    return Wide(x.phrases, num_scores)


def _phrases(x: Encoded) -> Sequence[Bag]:
    if not isinstance(x, EncodedWords | EncodedBases) or not x.phrases:
        raise DataError("The network has weights of phrases, and x comes without any. Encode x with its own codec.")
    return x.phrases


def _single(rows: Tensor) -> Ragged:
    """Return rows (N, K) as sequences of one row."""
    return Ragged(rows, torch.ones(len(rows), dtype=torch.int64))


def _views(x: Encoded) -> int:
    return x.views if isinstance(x, EncodedBases) else 1


def _over_views(scores: Ragged, x: Encoded) -> Ragged:
    """Return the mean score over the views of each x, (N, K), of scores (N·views, K)."""
    views = _views(x)
    return scores if views == 1 else _single(scores.rows.view(-1, views, scores.rows.shape[1]).mean(1))
