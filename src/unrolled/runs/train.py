"""One training run, from files to a run directory: what `unrolled train` does."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from unrolled.architectures import EncoderDecoder
from unrolled.data.codecs.codec import Knowing
from unrolled.errors import RunError
from unrolled.model import Model
from unrolled.runs.build import build_model, reload_model
from unrolled.runs.card import model_card
from unrolled.runs.config import RunConfig
from unrolled.runs.folder import FIRST_MODEL, RunDirectory
from unrolled.runs.keeper import Keeper
from unrolled.runs.measure import Trainee, answers_for, measure, train_model
from unrolled.runs.onward import go_on
from unrolled.runs.plan import Plan, plan_training
from unrolled.runs.record import PartRecord, Record, versions
from unrolled.settings import Composed
from unrolled.tasks import Task
from unrolled.training import (
    EpochDone,
    Event,
    FitSettings,
    History,
    Improved,
    Listener,
    RunStarted,
    Stopped,
    Warned,
    broadcast,
    chosen_figure,
)

__all__ = ["TrainingResult", "run_training", "train"]

FIRST_CARD = "The untrained model that this run began with. The trained one is in `best/`.\n"


@dataclass(frozen=True)
class TrainingResult:
    """A finished run.

    Attributes:
        plan: what the run was of; the model is in `best/` of its directory.
        model: the model with its best weights.
        record: what came of it.
        history: a row an epoch.
    """

    plan: Plan
    model: Model[Any, Any]
    record: Record
    history: History

    @property
    def directory(self) -> Path:
        """The run directory."""
        return self.plan.directory


def train(
    task: Task[Any, Any],
    *,
    train: Path | None = None,
    dev: Path | None = None,
    out: Path | None = None,
    settings: Composed | None = None,
    start: Path | None = None,
    resume: bool = False,
    overwrite: bool = False,
    on_event: Listener | None = None,
) -> TrainingResult:
    """Train a model and leave a run directory: `plan_training`, then `run_training`, where all is explained."""
    plan = plan_training(
        task, train=train, dev=dev, out=out, settings=settings, start=start, resume=resume, overwrite=overwrite
    )
    return run_training(plan, on_event)


def run_training(plan: Plan, on_event: Listener | None = None) -> TrainingResult:
    """Train as planned: `best/` always holds the best model so far, and a stopped run can be resumed.

    Raises:
        DataError: nothing to train on, or vectors that cannot be read.
        RunError: the directory cannot be written, or the loss is not finite.
        SettingsError: settings that do not fit together.
        KeyboardInterrupt: Ctrl-C; the run is kept up to the last step.
    """
    data, settings = plan.data, plan.settings
    model, notes = _untrained(plan)
    trainee = Trainee(model, plan.task, calibrate=bool(settings.to_dict().get("calibrate")), notes=notes)
    chosen_figure(trainee.figures, settings.group(FitSettings).metric)  # refuse a mistake before anything is written
    began = plan.versions or versions()
    config = RunConfig.of(plan.task.name, data, settings, began, plan.origin, plan.start).to_dict()
    with RunDirectory(plan.directory, overwrite=plan.overwrite, resume=plan.resume) as directory:
        if not plan.resume:
            if settings.paths() or plan.onward is not None:  # so that the run can be resumed without those files
                trainee.model.save(directory.first_model, metrics={}, card=FIRST_CARD)
            directory.write_config(config)

        def write_accepted(event: Event) -> None:
            if isinstance(event, RunStarted) and plan.resume:  # the checkpoint has accepted the settings
                directory.write_config(config)

        saver = _Saver(plan, trainee)
        told = broadcast(Keeper(directory, saver.save), *([on_event] if on_event else []))

        def warn(event: Event) -> None:
            if isinstance(event, RunStarted) and (changed := _changed(plan.versions, versions())):
                told(Warned(f"The run began with {changed}: its weights may differ in their last bits."))

        listeners = [write_accepted, saver, told, warn]
        history = train_model(
            trainee,
            data.train.pairs,
            data.dev.pairs,
            settings,
            on_event=broadcast(*listeners),
            checkpoint=directory.checkpoint,
            resume=plan.resume,
        )
        record = saver.final(history)
        try:
            saver.write(record, directory.best)
            truths = [pair.y for pair in data.dev.pairs]
            aligned = isinstance(trainee.model.network, EncoderDecoder)
            answers = answers_for(trainee.model, trainee.metric, data.dev.pairs, alignment=aligned)
            plan.task.pictures(trainee.metric, truths, answers, directory.path)
        except OSError as error:
            raise RunError(
                f"{error.filename or plan.directory} could not be written: {error.strerror}. Free some space there "
                "and resume the run (resume=True, or --resume): nothing is trained again."
            ) from error
        except RunError as error:
            raise RunError(
                f"{error} Then resume the run (resume=True, or --resume): nothing is trained again."
            ) from error
    return TrainingResult(plan, trainee.model, record, history)


def _untrained(plan: Plan) -> tuple[Model[Any, Any], list[str]]:
    first = plan.directory / FIRST_MODEL
    if plan.resume and first.is_dir():
        return reload_model(first, plan.data.train.pairs), []
    if plan.onward is not None:
        return go_on(plan.task, plan.onward, plan.data.train.pairs, plan.settings)
    if plan.start is not None:
        raise RunError(f"{first} is missing, the model that the run began with. Put back a copy of it, or train again.")
    return build_model(plan.task, plan.data.train.pairs, plan.settings)


def _changed(before: Mapping[str, str], now: Mapping[str, str]) -> str:
    """Name what has another version than before; empty where nothing has, or nothing is known."""
    names = [name for name in before if before[name] != now.get(name)]
    return ", ".join(f"{name} {before[name]} (now {now.get(name, 'absent')})" for name in names)


class _Saver:
    """A listener that knows, whenever the model is to be saved, how far the run has come."""

    def __init__(self, plan: Plan, trainee: Trainee) -> None:
        self._plan, self._trainee = plan, trainee
        self._best_epoch = 0
        self._seconds = 0.0
        self._since = time.monotonic()

    def __call__(self, event: Event) -> None:
        """Take note of where the run is."""
        match event:
            case RunStarted():
                self._seconds = sum(row["seconds"] for row in event.rows)
                self._since = time.monotonic()
            case Improved():
                self._best_epoch = event.epoch
            case Stopped():
                self._best_epoch = event.best_epoch
            case EpochDone():
                self._seconds += event.row["seconds"]
                self._since = time.monotonic()
            case _:
                pass

    def save(self, path: Path) -> None:
        """Save the model that has just become the best."""
        seconds = self._seconds + time.monotonic() - self._since
        self.write(self._record(self._best_epoch, self._best_epoch, seconds, finished=False), path)

    def write(self, record: Record, path: Path) -> None:
        """Save the model with what is recorded of it."""
        self._trainee.model.save(path, metrics=record.metrics(), card=model_card(record))

    def final(self, history: History) -> Record:
        """Return the record of the finished run, with the test part's figures."""
        seconds = sum(row["seconds"] for row in history.rows)
        record = self._record(history.best_epoch, len(history.rows), seconds, finished=True)
        test = self._plan.data.test
        if test is None:
            return record
        return replace(record, test=measure(self._trainee.model, self._trainee.metric, test.pairs))

    def _record(self, best_epoch: int, num_epochs: int, seconds: float, *, finished: bool) -> Record:
        if self._trainee.report is None:  # a finished run was resumed whose best/ had been removed
            self._trainee.measure(self._plan.data.dev.pairs, last=True)
        assert self._trainee.report is not None
        plan, model, data = self._plan, self._trainee.model, self._plan.data
        known = model.x if isinstance(model.x, Knowing) else None
        return Record(
            task=plan.task,
            purpose=plan.task.purpose(model.y),
            settings=plan.settings,
            parts=[
                PartRecord(
                    name=part.name,
                    file=part.path.name,
                    num_pairs=len(part.pairs),
                    num_steps=part.num_steps,
                    sha256=part.sha256,
                )
                for part in data.parts
            ],
            metric=chosen_figure(self._trainee.figures, plan.settings.group(FitSettings).metric).name,
            dev=self._trainee.report,
            bundled=data.bundled,
            set_aside=data.set_aside,
            unknown=None if known is None else known.unknown(pair.x for pair in data.dev.pairs),
            num_parameters=sum(weights.numel() for weights in model.network.module.parameters()),
            best_epoch=best_epoch,
            num_epochs=num_epochs,
            seconds=seconds,
            finished=finished,
            trained_on=date.today(),
            versions=versions(),
            start=plan.start,
        )
