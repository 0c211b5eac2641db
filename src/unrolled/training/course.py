"""What an epoch reads, batch after batch: whole examples, pieces of them, or streams whose state goes on."""

from collections.abc import Sequence
from typing import Any, Protocol

import torch
from torch import Tensor

from unrolled.data.batches import token_batches
from unrolled.data.pair import Pair
from unrolled.data.pieces import Piece, piece_batches, stream_batches
from unrolled.errors import SettingsError
from unrolled.kernels import State
from unrolled.training.piece_settings import PieceSettings
from unrolled.training.trainable import Trainable, TrainableInPieces

__all__ = ["Course", "course_of"]


class Course(Protocol):
    """The batches of a run.

    Attributes:
        carried: what goes from batch to batch within an epoch, by name; empty at its beginning.
    """

    carried: dict[str, Tensor]

    def batches(self, epoch: int, /) -> list[list[Piece]]:
        """Return the batches of an epoch: a function of the run's seed and the epoch."""
        ...

    def loss(self, batch: Sequence[Piece], noise: torch.Generator, /) -> tuple[Tensor, int]:
        """Return the loss of a batch and the steps that it is summed over, and carry what is to be carried."""
        ...


def course_of(
    model: Trainable,
    train: Sequence[Pair[Any, Any]],
    lengths: Sequence[int],
    seed: int,
    batch_steps: int,
    pieces: PieceSettings | None,
) -> Course:
    """Return the course of a run.

    Raises:
        SettingsError: pieces for a model that knows none.
    """
    if pieces is None:
        return _Whole(model, train, lengths, seed, batch_steps)
    if not isinstance(model, TrainableInPieces):
        raise SettingsError("This model cannot be trained on pieces of examples. Leave pieces out.")
    return _InPieces(model, train, lengths, seed, batch_steps, pieces)


class _Whole:
    def __init__(
        self, model: Trainable, train: Sequence[Pair[Any, Any]], lengths: Sequence[int], seed: int, batch_steps: int
    ) -> None:
        self._model, self._train, self._lengths = model, train, lengths
        self._seed, self._batch_steps = seed, batch_steps
        self.carried: dict[str, Tensor] = {}

    def batches(self, epoch: int) -> list[list[Piece]]:
        found = token_batches(self._lengths, self._batch_steps, self._seed, epoch)
        return [[Piece(i, 0, self._lengths[i]) for i in batch] for batch in found]

    def loss(self, batch: Sequence[Piece], noise: torch.Generator) -> tuple[Tensor, int]:
        total, steps, _ = self._model.loss([self._train[piece.example] for piece in batch], noise)
        return total, steps


class _InPieces:
    def __init__(
        self,
        model: TrainableInPieces,
        train: Sequence[Pair[Any, Any]],
        lengths: Sequence[int],
        seed: int,
        batch_steps: int,
        pieces: PieceSettings,
    ) -> None:
        self._model, self._train, self._lengths = model, train, lengths
        self._seed, self._batch_steps, self._pieces = seed, batch_steps, pieces
        self._num_streams = max(1, batch_steps // pieces.piece_steps)
        self.carried: dict[str, Tensor] = {}

    def batches(self, epoch: int) -> list[list[Piece]]:
        steps, turn = self._pieces.piece_steps, self._model.turns
        if self._model.carries:
            return stream_batches(self._lengths, steps, self._num_streams, self._seed, epoch, turn=turn)
        return piece_batches(self._lengths, steps, self._batch_steps, self._seed, epoch, turn=turn)

    def loss(self, batch: Sequence[Piece], noise: torch.Generator) -> tuple[Tensor, int]:
        pairs = [self._train[piece.example] for piece in batch]
        streams = torch.tensor([piece.stream for piece in batch])
        state = State(self.carried["a"], self.carried.get("c")).index(streams) if self.carried else None
        loss = self._model.loss_of_pieces(pairs, batch, noise, self._pieces.rim_steps, state)
        if loss.carried is not None:
            self._keep(loss.carried, streams)
        return loss.total, loss.steps

    def _keep(self, after: State, streams: Tensor) -> None:
        for name, part in (("a", after.a), ("c", after.c)):
            if part is not None:
                before = self.carried.get(name)
                whole = part.new_zeros((self._num_streams, *part.shape[1:])) if before is None else before
                self.carried[name] = whole.index_copy(0, streams.to(part.device), part)
