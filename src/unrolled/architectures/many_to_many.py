"""Many to many of equal length, T_x = T_y: a label for every step."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, cast

import torch
from torch import Tensor, nn

from unrolled.architectures.architecture import Loss, NetworkSettings, Symbols
from unrolled.architectures.recurrent_steps import RecurrentSteps
from unrolled.data.codecs.codec import Encoded
from unrolled.data.ragged import Ragged
from unrolled.data.spaces import Space
from unrolled.decoding import Decoding, Hypothesis
from unrolled.errors import SettingsError
from unrolled.layers.dropout import variational
from unrolled.layers.inputs import input_layer
from unrolled.layers.outputs import output_layer
from unrolled.layers.stack import RecurrentSettings, recurrent_shapes, recurrent_stack, recurrent_symbols

__all__ = ["ManyToMany", "ManyToManySettings"]


@dataclass(frozen=True, kw_only=True)
class ManyToManySettings(RecurrentSettings):
    """What the network is made of: see `RecurrentSettings`."""


class ManyToMany(nn.Module):
    """An input layer, recurrent layers, and an output layer at every step.

    Args:
        x, y: the spaces of the two sides.
        settings: what the network is made of.
        generator: where the initial weights come from.
    """

    kind: ClassVar[str] = "many_to_many"
    shape: ClassVar[str] = "many-to-many, T_x = T_y"
    answers_once: ClassVar[bool] = False
    settings_class: ClassVar[type[ManyToManySettings]] = ManyToManySettings

    def __init__(self, x: Space, y: Space, settings: NetworkSettings, generator: torch.Generator | None = None) -> None:
        super().__init__()
        self.settings = settings
        self.core = cast(ManyToManySettings, settings.network)
        self.input = input_layer(x, settings.input, generator)
        self.recurrent = recurrent_stack(self.core, self.input.size, generator)
        self.output = output_layer(y, self.recurrent.output_size, settings.output, generator)

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
        a, _ = self.recurrent(self.input(x, noise), noise=noise)
        return self.output.scores(variational(a, self.core.dropout, noise))

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

    def steps(self, num_sequences: int = 1) -> RecurrentSteps:
        """Return the network as it is now, one step at a time.

        Raises:
            SettingsError: it must see the end of x first.
        """
        if self.core.bidirectional or not self.output.causal:
            raise SettingsError(
                "A stream needs a model whose ŷ⟨t⟩ depends on x⟨1⟩ … x⟨t⟩ alone. "
                "Train with bidirectional=false and output=softmax."
            )
        return RecurrentSteps(self.input, self.recurrent, self.output.scores, num_sequences)

    def symbols(self) -> Symbols:
        """Return the legend of the shapes."""
        return {
            **recurrent_symbols(self.core, self.input.size),
            **self.output.symbols(),
            **self.input.symbols(),
        }

    def shapes(self) -> Mapping[str, tuple[str, ...]]:
        """Return the shape of each parameter in symbols."""
        parts = {"input": self.input.shapes(), "recurrent": recurrent_shapes(self.recurrent)}
        parts["output"] = self.output.shapes()
        return {f"{part}.{name}": shape for part, shapes in parts.items() for name, shape in shapes.items()}
