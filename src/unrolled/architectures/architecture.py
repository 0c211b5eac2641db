"""What an architecture is: one of the five shapes, over spaces."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, NamedTuple, Protocol, TypeAlias

import torch
from torch import Tensor, nn

from unrolled.data.codecs.codec import Encoded
from unrolled.data.ragged import Ragged
from unrolled.decoding import Decoding, Hypothesis
from unrolled.kernels import State
from unrolled.layers.outputs import Output
from unrolled.settings import Settings

__all__ = ["Architecture", "Loss", "NetworkSettings", "Steps", "Symbols"]

Symbols: TypeAlias = Mapping[str, tuple[str, int]]
"""Letters of shapes: what each stands for, and its value."""


class Loss(NamedTuple):
    """The loss of a batch.

    Attributes:
        total: a scalar, summed over all steps of all sequences.
        steps: Σ T_y, by which the gradient is divided.
        carried: the state after the batch, without a gradient, for the next piece of each sequence; None where nothing
            is carried.
    """

    total: Tensor
    steps: int
    carried: State | None = None


@dataclass(frozen=True)
class NetworkSettings:
    """What a network is made of: the shape in the middle, what reads x, and what writes y.

    Attributes:
        network: of the architecture itself.
        input, output: of the layers that the spaces of x and y have.
    """

    network: Settings
    input: Settings
    output: Settings


class Steps(Protocol):
    """A network one step at a time: x⟨t⟩ in, the scores of ŷ⟨t⟩ out; a⟨t⟩ stays with it."""

    @property
    def state(self) -> dict[str, Tensor]:
        """A copy of what is carried, to keep, to send, and to give back to the steps of the same network."""
        ...

    @state.setter
    def state(self, state: dict[str, Tensor], /) -> None: ...

    def step(self, x: Encoded, /) -> Ragged:
        """Return the scores after each further step, rows (M, K); x holds N sequences of length 1, or one of any."""
        ...

    def reset(self) -> None:
        """Forget the past: the next step is the first."""
        ...


class Architecture(Protocol):
    """A network over spaces: `nn.Module`s of the closed table ARCHITECTURES, by their `kind`."""

    kind: ClassVar[str]
    shape: ClassVar[str]
    answers_once: ClassVar[bool]
    """Whether y is one answer to all of x, not one to each step, so that a stream has one at the end."""
    settings: NetworkSettings

    @property
    def output(self) -> Output:
        """The output layer."""
        ...

    @property
    def module(self) -> nn.Module:
        """All that is learnt."""
        ...

    def observe(self, x_counts: Tensor | None, y_counts: Tensor | None) -> None:
        """Take in how often each symbol of x and each class of y occurs in the training data."""
        ...

    def loss(self, x: Encoded, y: Ragged, noise: torch.Generator | None = None) -> Loss:
        """Return the loss of a batch; `noise` drives the dropouts, None none."""
        ...

    def log_likelihood(self, x: Encoded, y: Ragged) -> Tensor:
        """Return log P(y | x) of each pair, (N,), in nats."""
        ...

    def found(self, x: Encoded, decoding: Decoding) -> Sequence[Sequence[Hypothesis]]:
        """Return the hypotheses for each x, the best first."""
        ...

    def steps(self, num_sequences: int = 1) -> Steps:
        """Return the network as it is now, one step at a time.

        Raises:
            SettingsError: it must see the end of x first; the message names the setting that would allow it.
        """
        ...

    def symbols(self) -> Symbols:
        """Return the legend of the shapes."""
        ...

    def shapes(self) -> Mapping[str, tuple[str, ...]]:
        """Return the shape of each parameter in symbols, in the order of the computation."""
        ...
