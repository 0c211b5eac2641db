"""One to one, T_x = T_y = 1: a feed-forward network, without a memory."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal, cast

import torch
from torch import Tensor, nn

from unrolled.architectures.architecture import Loss, NetworkSettings, Symbols
from unrolled.architectures.stateless_steps import StatelessSteps
from unrolled.data.codecs.codec import Encoded
from unrolled.data.ragged import Ragged
from unrolled.data.spaces import Space
from unrolled.decoding import Decoding, Hypothesis
from unrolled.errors import SettingsError
from unrolled.layers.dense import Dense
from unrolled.layers.inputs import input_layer
from unrolled.layers.outputs import output_layer
from unrolled.settings import LARGEST_SIZE, Settings, setting

__all__ = ["OneToOne", "OneToOneSettings"]


@dataclass(frozen=True, kw_only=True)
class OneToOneSettings(Settings):
    """What the network is made of.

    Attributes:
        hidden_size: H, units of each hidden layer.
        num_layers: hidden layers, one on another; 0 for a linear model.
        activation: of the hidden layers, "relu" or "tanh".
        dropout: of what each hidden layer gives.
    """

    title: ClassVar[str] = "network setting"

    hidden_size: int = setting(100, least=1, most=LARGEST_SIZE, when=("num_layers", bool))
    num_layers: int = setting(1, most=100)
    activation: Literal["tanh", "relu"] = setting("relu", when=("num_layers", bool))
    dropout: float = setting(0.2, least=0, below=1, when=("num_layers", bool))


class OneToOne(nn.Module):
    """An input layer, dense layers, and an output layer.

    Every row is looked at alone: over sequences it is the same network at each step, which knows of no other.

    Args:
        x, y: the spaces of the two sides.
        settings: what the network is made of.
        generator: where the initial weights come from.
    """

    kind: ClassVar[str] = "one_to_one"
    shape: ClassVar[str] = "one-to-one, T_x = T_y = 1"
    answers_once: ClassVar[bool] = False
    settings_class: ClassVar[type[OneToOneSettings]] = OneToOneSettings

    def __init__(self, x: Space, y: Space, settings: NetworkSettings, generator: torch.Generator | None = None) -> None:
        super().__init__()
        self.settings = settings
        core = self.core = cast(OneToOneSettings, settings.network)
        self.input = input_layer(x, settings.input, generator)
        self.hidden = Dense(
            self.input.size,
            core.hidden_size,
            num_layers=core.num_layers,
            activation=core.activation,
            dropout=core.dropout,
            generator=generator,
        )
        self.output = output_layer(y, self.hidden.output_size, settings.output, generator)

    @property
    def module(self) -> nn.Module:
        """All that is learnt."""
        return self

    def observe(self, x_counts: Tensor | None, y_counts: Tensor | None) -> None:
        """Take in how often each symbol of x and each class of y occurs in the training data."""
        self.input.observe(x_counts)
        self.output.observe(y_counts)

    def scores(self, x: Encoded, noise: torch.Generator | None = None) -> Ragged:
        """Return the output layer's scores for each step, rows (M, K); with `noise`, under the dropouts of training."""
        rows = self.input(x, noise)
        return self.output.scores(rows.with_rows(self.hidden(rows.rows, noise)))

    def loss(self, x: Encoded, y: Ragged, noise: torch.Generator | None = None) -> Loss:
        """Return the loss summed over all steps of all sequences, and how many they are."""
        return Loss(self.output.loss(self.scores(x, noise), y, noise).sum(), y.num_rows)

    @torch.no_grad()
    def log_likelihood(self, x: Encoded, y: Ragged) -> Tensor:
        """Return log P(y | x) of each pair, (N,)."""
        return self.output.log_likelihood(self.scores(x), y)

    @torch.no_grad()
    def found(self, x: Encoded, decoding: Decoding) -> Sequence[Sequence[Hypothesis]]:
        """Return the hypotheses for each x, the best first."""
        return self.output.found(self.scores(x), decoding)

    def steps(self, num_sequences: int = 1) -> StatelessSteps:
        """Return the network one step at a time.

        Raises:
            SettingsError: its output chooses the labels of all steps together.
        """
        if not self.output.causal:
            raise SettingsError(
                "A stream needs a model whose ŷ⟨t⟩ depends on x⟨1⟩ … x⟨t⟩ alone. Train with output=softmax."
            )
        return StatelessSteps(self.scores, num_sequences)

    def symbols(self) -> Symbols:
        """Return the legend of the shapes."""
        own = {"D": ("length of x⟨t⟩", self.input.size)}
        if self.core.num_layers:
            own |= {"H": ("units of a hidden layer", self.core.hidden_size)}
        return {**own, **self.output.symbols(), **self.input.symbols()}

    def shapes(self) -> Mapping[str, tuple[str, ...]]:
        """Return the shape of each parameter in symbols."""
        parts = {"input": self.input.shapes(), "hidden": self.hidden.shapes()}
        parts["output"] = self.output.shapes("H" if self.core.num_layers else "D")
        return {f"{part}.{name}": shape for part, shapes in parts.items() for name, shape in shapes.items()}
