"""What a training run says: the events that `fit` emits, in order; everything that shows or writes it is a listener."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

from unrolled.metrics.metric import Figure
from unrolled.training.settings import FitSettings

__all__ = [
    "CheckpointWritten",
    "EpochDone",
    "Event",
    "Improved",
    "Listener",
    "Measuring",
    "RunStarted",
    "StepDone",
    "Stopped",
    "Warned",
    "broadcast",
]


@dataclass(frozen=True, slots=True)
class RunStarted:
    """The run begins, or goes on after `step` steps with `rows` of finished epochs.

    `figure` chooses the weights; `unit` is what a step of an example is called.
    """

    settings: FitSettings
    figure: Figure
    unit: str
    num_train: int
    num_valid: int
    num_parameters: int
    num_threads: int
    resumed: bool
    epoch: int
    """The epoch that is about to be worked on, from 1."""
    step: int
    rows: tuple[Mapping[str, float], ...]


@dataclass(frozen=True, slots=True)
class Warned:
    """Something that the run survives but a reader should know."""

    message: str


@dataclass(frozen=True, slots=True)
class StepDone:
    """One step of gradient descent; `loss` is per y⟨t⟩ of its batch, `gradient_norm` is before clipping."""

    epoch: int
    step: int
    batch: int
    num_batches: int
    num_steps: int
    loss: float
    gradient_norm: float
    learning_rate: float


@dataclass(frozen=True, slots=True)
class Measuring:
    """The dev set is about to be measured."""

    epoch: int
    num_pairs: int


@dataclass(frozen=True, slots=True)
class Improved:
    """The best weights so far; while a listener handles this, the network holds them.

    Without a dev set every epoch is the best so far, and `metric` and `value` are None. It comes before the checkpoint
    that remembers it, so what a listener saves here is never behind the checkpoint.
    """

    epoch: int
    metric: str | None
    value: float | None


@dataclass(frozen=True, slots=True)
class EpochDone:
    """An epoch is over; `row` is its row of the history."""

    epoch: int
    improved: bool
    row: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class CheckpointWritten:
    """A checkpoint is safe on the disk; `step` steps need not be done again."""

    path: Path
    epoch: int
    step: int


@dataclass(frozen=True, slots=True)
class Stopped:
    """The last event of every run, however it ended; `detail` is one sentence."""

    reason: Literal["finished", "patience", "interrupted", "failed"]
    detail: str
    epoch: int
    step: int
    best_epoch: int


Event: TypeAlias = RunStarted | Warned | StepDone | Measuring | Improved | EpochDone | CheckpointWritten | Stopped
Listener: TypeAlias = Callable[[Event], None]


def broadcast(*listeners: Listener) -> Listener:
    """One listener that passes every event on to each of these, in order.

    >>> heard = []
    >>> broadcast(heard.append, heard.append)(Warned("twice"))
    >>> len(heard)
    2
    """

    def tell(event: Event) -> None:
        for listener in listeners:
            listener(event)

    return tell
