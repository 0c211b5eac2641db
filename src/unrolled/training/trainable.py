"""What `fit` asks of a model, and what it gives back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol, runtime_checkable

import torch
from torch import nn

from unrolled.architectures import Loss
from unrolled.data.pair import Pair
from unrolled.data.pieces import Piece
from unrolled.kernels import State
from unrolled.metrics.metric import Figure

__all__ = ["History", "Trainable", "TrainableInPieces"]


class Trainable(Protocol):
    """A model that `fit` can train."""

    @property
    def figures(self) -> Sequence[Figure]:
        """Those of `measure` that may choose the weights, the default first."""
        ...

    @property
    def unit(self) -> str:
        """What a step of an example is called, such as "token"."""
        ...

    @property
    def network(self) -> nn.Module:
        """All that is learnt: its state_dict is what a checkpoint holds."""
        ...

    def loss(self, pairs: Sequence[Pair[Any, Any]], noise: torch.Generator, /) -> Loss:
        """The loss of a batch, summed over its sequences and their steps; all noise is drawn from `noise`."""
        ...

    def measure(self, pairs: Sequence[Pair[Any, Any]], /) -> Mapping[str, float]:
        """The figures of a dev set by name, such as {"f1": 0.9}; the parameters must not change."""
        ...

    def length(self, pair: Pair[Any, Any], /) -> int:
        """The number of steps of a pair, the longer of T_x and T_y, at least 1: by it batches are filled."""
        ...


@runtime_checkable
class TrainableInPieces(Protocol):
    """A model that `fit` can train on pieces of long examples, too.

    Attributes:
        carries: whether the state goes on from piece to piece, as it does where the network reads one way.
        turns: whether each example is read from its end by chance.
    """

    @property
    def carries(self) -> bool: ...

    @property
    def turns(self) -> bool: ...

    def loss_of_pieces(
        self,
        pairs: Sequence[Pair[Any, Any]],
        pieces: Sequence[Piece],
        noise: torch.Generator,
        rim: int,
        carried: State | None,
        /,
    ) -> Loss:
        """The loss of a piece of each pair, summed over its steps, and what is carried after it.

        Args:
            pairs: the example of each piece.
            pieces: which steps of it, and whether they are its first.
            noise: what all noise is drawn from.
            rim: so many more steps are read on either side of a piece where nothing is carried.
            carried: the state before each piece, (N, ...); None before the first batch.
        """
        ...


@dataclass(frozen=True, slots=True)
class History:
    """How a run went.

    Attributes:
        rows: one a finished epoch: epoch, step, train_loss, learning_rate, the dev figures, seconds, steps_per_second.
        best_epoch: the epoch (from 1) whose weights were kept.
        stopped: "finished" after the last epoch, "patience" where the dev metric stalled.
    """

    rows: tuple[Mapping[str, float], ...]
    best_epoch: int
    stopped: Literal["finished", "patience"]

    @property
    def best(self) -> Mapping[str, float]:
        """The row of the best epoch."""
        return self.rows[self.best_epoch - 1]
