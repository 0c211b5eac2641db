"""Measuring a model, and what `fit` asks of one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch

from unrolled.architectures import Loss, ManyToMany, members_of
from unrolled.data.codecs.codec import Cutting
from unrolled.data.pair import Pair
from unrolled.data.pieces import Piece
from unrolled.decoding import GREEDY, BeamSettings, Decoding
from unrolled.kernels import State
from unrolled.metrics import Figure, Metric, Report
from unrolled.model import Model
from unrolled.settings import Composed
from unrolled.tasks import Task
from unrolled.training import Event, FitSettings, History, Listener, PieceSettings, RunStarted, Warned, fit

__all__ = ["Trainee", "answers_for", "measure", "train_model"]

Pairs = Sequence[Pair[Any, Any]]


@dataclass
class Trainee:
    """A model as `fit` wants it: with a loss and with the task's figures.

    Attributes:
        model: what is trained.
        task: whose metric counts.
        calibrate: whether each measurement sets anew what is chosen on dev pairs.
        notes: what the model began with.
        report: of the last measurement.
    """

    model: Model[Any, Any]
    task: Task[Any, Any]
    calibrate: bool = False
    notes: list[str] = field(default_factory=list[str])
    report: Report | None = None

    @property
    def network(self) -> torch.nn.Module:
        """The weights."""
        return self.model.network.module

    @property
    def metric(self) -> Metric[Any]:
        """What the answers are measured by."""
        return self.task.metric(self.model.y)

    @property
    def figures(self) -> Sequence[Figure]:
        """Those that may choose the weights."""
        return self.metric.figures

    @property
    def unit(self) -> str:
        """What a step of x is called."""
        return self.task.x.step

    def length(self, pair: Pair[Any, Any]) -> int:
        """Return the longer of T_x and T_y."""
        return max(self.model.x.length(pair.x), self.model.y.length(pair.y))

    def loss(self, pairs: Pairs, noise: torch.Generator) -> Loss:
        """Return the loss summed over all steps of the batch."""
        return self.model.loss(pairs, noise)

    @property
    def carries(self) -> bool:
        """Whether the state goes on from piece to piece: the network reads one way."""
        network = members_of(self.model.network)[0]
        return isinstance(network, ManyToMany) and not network.core.bidirectional

    @property
    def turns(self) -> bool:
        """Whether training reads an example from its end by chance."""
        return isinstance(self.model.x, Cutting) and self.model.x.turns

    def loss_of_pieces(
        self, pairs: Pairs, pieces: Sequence[Piece], noise: torch.Generator, rim: int, carried: State | None
    ) -> Loss:
        """Return the loss summed over the steps of a piece of each pair."""
        return self.model.loss_of_pieces(pairs, pieces, rim=rim, carried=carried, noise=noise)

    def measure(self, pairs: Pairs, *, last: bool = False) -> Mapping[str, float]:
        """Return the figures that are logged each epoch, without a search; the last ones with it."""
        if self.calibrate and self.task.calibrate is not None:
            self.report = self.task.calibrate(self.model, pairs, self.metric)
        else:
            self.report = measure(self.model, self.metric, pairs, None if last else GREEDY)
        return self.report.figures


def train_model(
    trainee: Trainee,
    train: Pairs,
    dev: Pairs,
    settings: Composed,
    *,
    on_event: Listener | None = None,
    checkpoint: Path | None = None,
    resume: bool = False,
) -> History:
    """Train a model and leave it with its best weights, `trainee.report` with its dev figures.

    Raises:
        SettingsError: a metric that cannot choose the weights; and all that `fit` raises.
    """
    notes = [*settings.without_effect(), *trainee.notes]

    def tell(event: Event) -> None:
        if on_event is not None:
            on_event(event)
            if isinstance(event, RunStarted):
                for note in notes:
                    on_event(Warned(note))

    how = settings.group(FitSettings)
    pieces = settings.group(PieceSettings) if PieceSettings in map(type, settings.groups().values()) else None
    history = fit(trainee, train, dev, how, pieces=pieces, on_event=tell, checkpoint=checkpoint, resume=resume)
    if dev:
        trainee.measure(dev, last=True)
    return history


def measure(model: Model[Any, Any], metric: Metric[Any], pairs: Pairs, search: BeamSettings | None = None) -> Report:
    """Return the metric's report on labelled pairs; `search` is another than the model's."""
    return metric.measure([pair.y for pair in pairs], answers_for(model, metric, pairs, search))


def answers_for(
    model: Model[Any, Any],
    metric: Metric[Any],
    pairs: Pairs,
    search: BeamSettings | None = None,
    *,
    alignment: bool = False,
) -> list[Any]:
    """Return the model's answers to labelled pairs, with what the metric needs; `search` is not the model's own."""
    wanted = Decoding(probabilities=metric.needs == "probabilities", alignment=alignment, search=search)
    return list(model.answers([pair.x for pair in pairs], wanted))
