"""Training and measuring a tagger: the one way that the estimator and the command line share."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from unrolled.errors import DataError, SettingsError
from unrolled.model import Model, TaggedPair
from unrolled.tasks.settings import TaggingSettings
from unrolled.tasks.task import Task
from unrolled.training import Event, FitSettings, History, Listener, RunStarted, Warned, fit
from unrolled.training.metrics import EntityReport

__all__ = [
    "Trainee",
    "build_model",
    "calibrate",
    "check_metric",
    "measure",
    "reload_model",
    "set_aside",
    "train_model",
]

METRICS = ("f1", "precision", "recall")
"""The figures that may choose the weights: those of whole entities."""

FEW_VECTORS = 0.1
"""A smaller share of the vocabulary with pre-trained vectors is worth a warning."""

OUTSIDE_BIASES = (0.0, 0.5, 1.0, 1.5, 2.0)
"""The biases to choose from; of equals the first."""


@dataclass
class Trainee:
    """A model as `fit` wants it: with a loss and with the task's figures.

    Attributes:
        model: what is trained.
        task: whose metric counts.
        calibrate: whether each measurement chooses the bias against the label O anew.
        report: of the last measurement.
    """

    model: Model
    task: Task
    calibrate: bool = False
    report: EntityReport | None = None

    @property
    def network(self) -> torch.nn.Module:
        """The weights."""
        return self.model.network

    def length(self, pair: TaggedPair) -> int:
        """Return T_x."""
        return len(pair.x)

    def loss(self, pairs: Sequence[TaggedPair], noise: torch.Generator) -> Tensor:
        """Return the cross-entropy summed over all steps of the batch."""
        return self.model.loss(pairs, noise)

    def measure(self, pairs: Sequence[TaggedPair]) -> Mapping[str, float]:
        """Return the figures that are logged each epoch."""
        self.report = (calibrate if self.calibrate else measure)(self.model, self.task, pairs)
        overall = self.report.overall
        return {
            "f1": overall.f1,
            "precision": overall.precision,
            "recall": overall.recall,
            "token_accuracy": self.report.token_accuracy,
        }


def build_model(task: Task, pairs: Sequence[TaggedPair], settings: TaggingSettings) -> Model:
    """Return the untrained model of these training pairs and settings."""
    return Model.build(
        task.name,
        pairs,
        settings.network,
        min_count=settings.data.min_count,
        max_vocabulary=settings.data.max_vocabulary,
        vectors=settings.data.vectors,
        vectors_words=settings.data.vectors_words,
        seed=settings.fit.seed,
    )


def reload_model(directory: Path, pairs: Sequence[TaggedPair]) -> Model:
    """Return the untrained model of a directory, ready to be trained on the pairs that it was built from.

    Raises:
        ModelFileError: the directory cannot be trusted.
    """
    model = Model.load(directory)
    x_codec, y_codec = model.x_codec, model.y_codec
    label_counts = torch.bincount(y_codec.encode([p.y for p in pairs]).rows, minlength=len(y_codec.labels))
    model.network.observe(torch.tensor(x_codec.counts([p.x for p in pairs])), label_counts)
    return model


def check_metric(settings: FitSettings) -> None:
    """Refuse a metric that no tagger measures, or that tells little of one: token accuracy is high where O is frequent.

    Raises:
        SettingsError: with the nearest figure of entities.
    """
    if settings.metric not in METRICS:
        nearest = get_close_matches(settings.metric.lower(), METRICS, n=1, cutoff=0.0)[0]
        raise SettingsError(
            f"metric is {settings.metric!r}. Only a figure of entities chooses the weights: {', '.join(METRICS)}. "
            f"Did you mean {nearest!r}?"
        )
    if settings.metric_goal == "lower":
        raise SettingsError(
            f"metric_goal is 'lower', but a higher {settings.metric} is better. Leave metric_goal out, or set 'higher'."
        )


def train_model(
    trainee: Trainee,
    train: Sequence[TaggedPair],
    dev: Sequence[TaggedPair],
    settings: TaggingSettings,
    *,
    on_event: Listener | None = None,
    checkpoint: Path | None = None,
    resume: bool = False,
) -> History:
    """Train a model and leave it with its best weights, `trainee.report` with its dev figures.

    Raises:
        SettingsError: a metric that cannot choose the weights; and all that `fit` raises.
    """
    check_metric(settings.fit)
    notes = settings.without_effect()
    found = trainee.model.vectors_found
    if found is not None and found < FEW_VECTORS:
        notes.append(
            f"Only {found:.1%} of the vocabulary have a vector in {settings.data.vectors}: is it the language's?"
        )

    def tell(event: Event) -> None:
        if on_event is not None:
            on_event(event)
            if isinstance(event, RunStarted):
                for note in notes:
                    on_event(Warned(note))

    history = fit(trainee, train, dev, settings.fit, on_event=tell, checkpoint=checkpoint, resume=resume)
    if dev:
        trainee.measure(dev)
    return history


def measure(model: Model, task: Task, pairs: Sequence[TaggedPair]) -> EntityReport:
    """Return the task's report on labelled pairs."""
    return task.measure([pair.y for pair in pairs], model.predict([pair.x for pair in pairs]))


def calibrate(model: Model, task: Task, pairs: Sequence[TaggedPair]) -> EntityReport:
    """Give the model the bias against the label O with the best F1 on labelled pairs, and return that report.

    The figures are therefore those of a dev set, as those of the best epoch are. It is F1 whatever `metric` chooses the
    epoch by: precision or recall alone would always ask for one of the two extremes.
    """
    gold = [pair.y for pair in pairs]
    reports = [task.measure(gold, labels) for labels in model.predict_each([pair.x for pair in pairs], OUTSIDE_BIASES)]
    best = max(range(len(reports)), key=lambda i: reports[i].overall.f1)
    model.network.outside_bias.fill_(OUTSIDE_BIASES[best])
    return reports[best]


def set_aside(pairs: Sequence[TaggedPair], fraction: float, seed: int) -> tuple[list[TaggedPair], list[TaggedPair]]:
    """Split pairs into a train and a dev part, drawn by the seed, each in the order of the file.

    Raises:
        DataError: fewer than two pairs.
    """
    if len(pairs) < 2:
        raise DataError(f"There are {len(pairs)} training sentences, too few to set some aside. Give a dev set.")
    num_dev = min(max(1, round(len(pairs) * fraction)), len(pairs) - 1)
    chosen = set(np.random.default_rng(seed).permutation(len(pairs))[:num_dev].tolist())
    return [p for i, p in enumerate(pairs) if i not in chosen], [p for i, p in enumerate(pairs) if i in chosen]
