"""Many to many of equal length, T_x = T_y: a label for every step."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, cast

import torch
from torch import Tensor, nn

from unrolled.architectures.architecture import Loss, NetworkSettings, Symbols
from unrolled.architectures.recurrent_steps import RecurrentSteps
from unrolled.architectures.strands import one_strand, without_rims
from unrolled.data.codecs.codec import Encoded
from unrolled.data.codecs.encoded import EncodedBases
from unrolled.data.pieces import Piece
from unrolled.data.ragged import Ragged
from unrolled.data.spaces import Space
from unrolled.decoding import Decoding, Hypothesis
from unrolled.errors import SettingsError
from unrolled.kernels import State
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
        return self.scores_after(x, None, noise)[0]

    def scores_after(
        self, x: Encoded, state: State | None, noise: torch.Generator | None = None
    ) -> tuple[Ragged, State]:
        """Return the scores of each step of sequences that go on from a state, and the state after them.

        Those of the other strand are turned back; of several views of one x it is their mean.
        """
        a, last = self.recurrent(self.input(x, noise), state, noise)
        scores = self.output.scores(variational(a, self.core.dropout, noise))
        return (one_strand(scores, x, self.output.partners) if isinstance(x, EncodedBases) else scores), last

    def loss(self, x: Encoded, y: Ragged, noise: torch.Generator | None = None) -> Loss:
        """Return the loss summed over all steps of all sequences, and how many they are."""
        return Loss(self.output.loss(self.scores(x, noise), y, noise).sum(), y.num_rows)

    def loss_of_pieces(
        self,
        x: Encoded,
        y: Ragged,
        pieces: Sequence[Piece],
        rims: Sequence[int],
        *,
        carried: State | None = None,
        noise: torch.Generator | None = None,
    ) -> Loss:
        """Return the loss of the steps of pieces, without their rims; of one direction with the state after them.

        Args:
            x: the pieces with their rims.
            y: of the pieces alone.
            pieces: which begin their example, so that nothing is carried into them.
            rims: how many steps stand before each piece.
            carried: the state before each piece, (N, ...); None where every one begins its example.
            noise: drives the dropouts.
        """
        state = None
        if carried is not None and not self.core.bidirectional:
            first = torch.tensor([piece.first for piece in pieces], device=carried.a.device)[:, None, None, None]
            fresh = self.recurrent.first_state(len(pieces))
            c = None if carried.c is None or fresh.c is None else torch.where(first, fresh.c, carried.c)
            state = State(torch.where(first, fresh.a, carried.a), c)
        scores, last = self.scores_after(x, state, noise)
        lengths = [piece.end - piece.start for piece in pieces]
        total = self.output.loss(without_rims(scores, rims, lengths), y, noise).sum()
        if self.core.bidirectional:
            return Loss(total, y.num_rows)
        return Loss(total, y.num_rows, State(last.a.detach(), None if last.c is None else last.c.detach()))

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
