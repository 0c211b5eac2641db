"""What an architecture is: one of the five shapes, over spaces."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, NamedTuple, Protocol, TypeAlias, cast

import torch
from torch import Tensor, nn

from unrolled.data.codecs.codec import Encoded
from unrolled.data.ragged import Ragged
from unrolled.decoding import Decoding, Hypothesis
from unrolled.kernels import State
from unrolled.layers.outputs import Output
from unrolled.settings import Settings, setting

__all__ = ["Architecture", "EnsembleSettings", "Loss", "NetworkSettings", "Steps", "Symbols"]

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


@dataclass(frozen=True, kw_only=True)
class EnsembleSettings(Settings):
    """How many networks answer together.

    Attributes:
        members: networks that are trained side by side, each from its own first weights, on its own loss and under its
            own noise; their mean scores answer (Lakshminarayanan et al. 2017, arXiv:1612.01474v3). N of them take N
            times the time and the memory of one.
    """

    title: ClassVar[str] = "network setting"

    members: int = setting(1, least=1, most=100)


@dataclass(frozen=True)
class NetworkSettings:
    """What a network is made of: the shape in the middle, what reads x, and what writes y.

    Attributes:
        network: of the architecture itself.
        input, output: of the layers that the spaces of x and y have.
        ensemble: how many of such networks there are.
    """

    network: Settings
    input: Settings
    output: Settings
    ensemble: Settings = EnsembleSettings()

    @property
    def num_members(self) -> int:
        """How many networks answer together."""
        return cast(EnsembleSettings, self.ensemble).members


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

    settings: NetworkSettings

    @property
    def kind(self) -> str:
        """What a model directory calls it."""
        ...

    @property
    def shape(self) -> str:
        """The shape of its pairs, in the notation."""
        ...

    @property
    def answers_once(self) -> bool:
        """Whether y is one answer to all of x, not one to each step, so that a stream has one at the end."""
        ...

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
