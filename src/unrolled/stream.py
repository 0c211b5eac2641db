"""A model that answers while x arrives."""

from collections.abc import Mapping
from typing import Any, Generic, TypeVar

import torch
from torch import Tensor

from unrolled.architectures import Architecture
from unrolled.data.answer import Answer
from unrolled.data.codecs import Codec, Fault
from unrolled.data.ragged import Ragged
from unrolled.decoding import Decoding
from unrolled.errors import DataError

__all__ = ["Stream"]

X = TypeVar("X")
Y = TypeVar("Y")

SURE = Decoding(confidence=True)
X_STATE = "x."


class Stream(Generic[X, Y]):
    """Answers step by step: a chunk of x in, an answer for each of its steps out, the state carried between them.

    Any way to cut x into chunks gives the answers that the whole gives. The recurrent layers are a snapshot, so that
    training goes on without them. A stream serves one thread at a time.

    Args:
        x, y: the codecs.
        network: what answers.

    Raises:
        SettingsError: the network must see the end of x first; the message names the setting that would allow it.
    """

    def __init__(self, x: Codec[X], y: Codec[Y], network: Architecture) -> None:
        self._x, self._y, self._network = x, y, network
        self._steps, self._chunks = network.steps(), x.chunks()
        self._last: Answer[Y] | None = None

    def feed(self, chunk: X) -> list[Answer[Y]]:
        """Take in further steps of x and return what is known after each of them.

        Where y has a label for every step, these are the labels; where it has one for all of x, each is the best one so
        far.

        Raises:
            DataError: a chunk that cannot be encoded.
        """
        found = self._x.accepted(chunk)
        if isinstance(found, Fault):
            raise DataError(f"The chunk has {found.found}. {found.way_out}.")
        scores = self._steps.step(self._chunks.feed(found)).rows
        each = Ragged(scores, torch.ones(len(scores), dtype=torch.int64))
        best = [hypotheses[0] for hypotheses in self._network.output.found(each, SURE)]
        ys = self._y.decode([hypothesis.rows for hypothesis in best])
        answers = [Answer(y, confidence=hypothesis.confidence) for y, hypothesis in zip(ys, best, strict=True)]
        self._last = answers[-1]
        return answers

    def finish(self) -> list[Answer[Y]]:
        """End x: return the answer to all of it where y has one, and forget it, so that the next chunk begins anew."""
        last, self._last = self._last, None
        self._steps.reset()
        self._chunks.reset()
        return [last] if last is not None and self._network.answers_once else []

    @property
    def state(self) -> dict[str, Tensor]:
        """A copy of what is carried: a⟨t⟩ (and c⟨t⟩), and what the pooling and the codec of x need of the past.

        A stream of the same model that is given it goes on from here; safetensors can keep and send it.
        """
        return {**self._steps.state, **{f"{X_STATE}{name}": part for name, part in self._chunks.state.items()}}

    @state.setter
    def state(self, state: Mapping[str, Any]) -> None:
        self._chunks.state = {n.removeprefix(X_STATE): part for n, part in state.items() if n.startswith(X_STATE)}
        self._steps.state = {name: part for name, part in state.items() if not name.startswith(X_STATE)}
