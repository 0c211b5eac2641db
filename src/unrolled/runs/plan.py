"""What a training run is of, settled before anything is written."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from unrolled.errors import DataError, RunError, SettingsError
from unrolled.runs.config import RunConfig
from unrolled.runs.folder import RunDirectory
from unrolled.runs.onward import Onward, onward, read_start, settings_going_on
from unrolled.runs.parts import Data, read_data
from unrolled.runs.paths import RUNS, absolute, free_run, newest_run
from unrolled.runs.record import StartRecord
from unrolled.settings import Composed
from unrolled.tasks import Task
from unrolled.training import FitSettings, chosen_figure

__all__ = ["FREE_WHEN_RESUMED", "Plan", "plan_training", "refuse_other_metric", "refuse_other_settings"]

FREE_WHEN_RESUMED = frozenset({"epochs", "patience", "num_threads", "checkpoint_seconds"})
"""Settings that `fit` lets a resumed run change, some of them within limits that it checks."""


@dataclass(frozen=True)
class Plan:
    """A run that is about to begin: nothing has been written yet.

    Attributes:
        task: what is trained.
        directory: the run directory.
        settings: all of them, resolved.
        data: the parts, read.
        resume: whether it goes on with the run in `directory`.
        overwrite: whether an earlier run in `directory` is removed.
        versions: of the software that began the run to resume; empty for a new one.
        origin: the trained model that it goes on from, a model directory or a run; None where it begins anew.
        start: what that is, and what the data add to it.
        onward: the model itself; None where a run is resumed, which has kept it.
    """

    task: Task[Any, Any]
    directory: Path
    settings: Composed
    data: Data
    resume: bool
    overwrite: bool
    versions: Mapping[str, str] = field(default_factory=dict[str, str])
    origin: Path | None = None
    start: StartRecord | None = None
    onward: Onward | None = None

    def notes(self) -> list[str]:
        """Return what should be known before the run begins, one sentence each."""
        return [*([] if self.start is None else [str(self.start)]), *self.data.notes(self.task)]


def plan_training(
    task: Task[Any, Any],
    *,
    train: Path | None = None,
    dev: Path | None = None,
    out: Path | None = None,
    settings: Composed | None = None,
    start: Path | None = None,
    resume: bool = False,
    overwrite: bool = False,
) -> Plan:
    """Settle what a run is of, and read its data; nothing is written.

    Args:
        task: what to train.
        train, dev: labelled files. Without any, the bundled corpus, but not with `start`; without `dev`, a part of
            `train` is set aside.
        out: the run directory; None is `runs/<task>`, or the next that is free; to resume, the newest;
            to overwrite, `runs/<task>`.
        settings: None for the defaults; to resume, for the run's own; to go on from a model, for the model's.
        start: a model directory or a run directory: the run goes on from its best weights, and what the training data
            bring is added.
        resume: go on with the run in `out`, whose files and settings are in its config.json.
        overwrite: remove an earlier run from `out` first.

    Raises:
        DataError: a file that cannot be used, or that has changed since the run to resume began.
        ModelFileError: the model in `start` cannot be trusted.
        RunError: `out` holds an earlier run and neither `resume` nor `overwrite` is asked; or nothing to resume.
        SettingsError: settings or files that contradict each other or the run to resume.
    """
    if resume:
        if overwrite:
            raise SettingsError("overwrite and resume exclude each other: one removes what the other goes on from.")
        return _plan_resumed(task, out or newest_run(task.name), train, dev, start, settings)
    began = None if start is None else read_start(task, start)
    settings = settings or (task.defaults if began is None else began.settings)
    if out is None:
        out = RUNS / task.name if overwrite else free_run(task.name)
    elif not overwrite and out.is_dir() and any(out.iterdir()):
        with RunDirectory(out):  # refuses it, and says why, before the data are read
            pass
    if start is not None and overwrite and out.resolve() in (start.resolve(), *start.resolve().parents):
        raise SettingsError(f"The model to go on from, {start}, lies in {out}, which overwrite removes. Give another.")
    # So that the run can be resumed from another folder.
    values = settings.to_dict()
    settings = settings.replaced({name: str(absolute(Path(str(values[name])))) for name in settings.paths()})
    if began is not None:
        settings = settings_going_on(settings, began)  # before the data are read
    if start is not None and train is None:
        raise SettingsError(f"To go on from {start} takes data to train on. Give a training file: --train FILE.")
    refuse_other_metric(task, settings)
    data = read_data(task, train, dev, settings)
    found = None if began is None else onward(task, began, data.train.pairs, settings)
    record = None if found is None else found.record
    return Plan(task, out, settings, data, resume, overwrite, origin=start, start=record, onward=found)


def _plan_resumed(
    task: Task[Any, Any],
    directory: Path,
    train: Path | None,
    dev: Path | None,
    start: Path | None,
    settings: Composed | None,
) -> Plan:
    config = RunConfig.read(directory)
    if config.task != task.name:
        raise RunError(f"{directory} holds a run of the task {config.task}, not {task.name}. Name another folder.")
    if config.folds is not None:
        raise RunError(
            f"{directory} holds a cross-validation in {config.folds} folds. Go on with it by "
            "cross_validate(resume=True), on the command line --resume."
        )
    for name, given, own in (("train", train, config.train), ("dev", dev, config.dev), ("from", start, config.origin)):
        if given is not None and (own is None or absolute(given) != own):
            raise SettingsError(
                f"{name} is {given}, but the run in {directory} goes on with its own: {own or 'none given'}. "
                "Leave it out to resume, or start another run."
            )
    refuse_other_settings(directory, config.settings, settings or config.settings)
    settings = settings or config.settings
    data = read_data(task, config.train, config.dev, settings)
    for part in data.parts:
        if config.sha256.get(part.name) != part.sha256:
            raise DataError(
                f"{part.path} is not the file that the run in {directory} began with: its SHA-256 differs. "
                "Put the old file back to resume, or start another run."
            )
    return Plan(
        task,
        directory,
        settings,
        data,
        resume=True,
        overwrite=False,
        versions=config.versions,
        origin=config.origin,
        start=config.start,
    )


def refuse_other_metric(task: Task[Any, Any], settings: Composed) -> None:
    """Refuse a `metric` that no y of the task is measured by, before the data are read.

    Raises:
        SettingsError: the message names those that there are.
    """
    figures = [figure for metric in task.metrics for figure in metric.figures]
    if figures:
        chosen_figure(figures, settings.group(FitSettings).metric)


def refuse_other_settings(
    directory: Path, own: Composed, given: Composed, free: frozenset[str] = FREE_WHEN_RESUMED
) -> None:
    """Refuse settings with which a resumed run would be another.

    Raises:
        SettingsError: a setting that differs from the run's and is not free.
    """
    before, now = own.to_dict(), given.to_dict()
    others = [name for name in now if now[name] != before[name] and name not in free]
    if others:
        shown = "; ".join(f"{name} is {now[name]!r}, the run has {before[name]!r}" for name in others)
        raise SettingsError(
            f"The run in {directory} can only be resumed with its own settings: {shown}. "
            "Leave them out to resume, or start another run."
        )
