"""Measuring a saved model: what `unrolled evaluate` does."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast

from unrolled.errors import DataError, ModelFileError, RunError, SettingsError
from unrolled.metrics import Report
from unrolled.model import Model
from unrolled.model_files import ModelFiles, read_model_files
from unrolled.runs.config import RunConfig
from unrolled.runs.measure import measure
from unrolled.runs.parts import Part, read_data, read_part
from unrolled.runs.paths import absolute
from unrolled.settings import Composed
from unrolled.tasks import Task, task_of
from unrolled.tasks.text import as_trained

__all__ = ["Evaluation", "PartReport", "evaluate"]

READ = "read"
"""The group of settings that says how files are read."""

GROUP = "group"
"""What says how training data are divided, and other files may lack."""


@dataclass(frozen=True)
class PartReport:
    """The figures of one labelled file.

    Attributes:
        name: "dev", "test", or "data" for a file that was named.
        path: the file.
        report: its figures.
        unseen: what occurs in the file and the model cannot answer.
        told: how the file was understood, and what should be known of it, a line each.
    """

    name: str
    path: Path
    report: Report
    unseen: tuple[str, ...]
    told: tuple[str, ...] = ()


@dataclass(frozen=True)
class Evaluation:
    """A model's figures on one or more labelled files."""

    task: Task[Any, Any]
    metric: str
    directory: Path
    parts: tuple[PartReport, ...]

    def to_dict(self) -> dict[str, object]:
        """Return the evaluation for JSON."""
        return {
            "task": self.task.name,
            "model": str(self.directory),
            "metric": self.metric,
            "rule": self.parts[0].report.rule_text,
            "parts": [
                {
                    "name": part.name,
                    "path": str(part.path),
                    f"unseen_{self.task.y.step}s": list(part.unseen),
                    **part.report.to_dict(),
                }
                for part in self.parts
            ],
        }


def evaluate(
    directory: Path,
    data: Path | None = None,
    reading: Mapping[str, object] | None = None,
    *,
    follow_links: bool = False,
) -> Evaluation:
    """Measure the model of a directory on a labelled file, or on what its run kept for that.

    Args:
        directory: a model directory, or a run directory.
        data: a labelled file; None for the run's dev part and, of the bundled corpus, the test part.
        reading: how `data` is read where that differs from the model's own training: names and values of settings.
        follow_links: as `Model.load` has it.

    Raises:
        DataError: the file cannot be used, or has changed since the training.
        ModelFileError: the model cannot be trusted, or is for a task that this version lacks.
        RunError: the run's configuration is damaged, or that of a run which the model is not from.
        SettingsError: no file is given, and none is known; or settings that do not fit the file.
    """
    files = read_model_files(directory, follow_links=follow_links)
    model = Model.of(files, directory)
    task = task_of(model, directory)
    if data is None:
        if reading:
            raise SettingsError(f"{', '.join(reading)} can be set only for a file of your own. Give --data FILE.")
        parts = _known_parts(model, task, directory, files)
    else:
        how = as_trained(_reading_settings(task, directory, files.metrics, reading or {}), model.x)
        part = read_part(task, data, how)
        if part.sha256 == _digests(files.metrics).get("train"):
            told = f"{data} is the file that the model was trained on: the figures say nothing about new data."
            part = replace(part, notes=(*part.notes, told))
        parts = [part]
    chosen = files.metrics.get("metric")
    metric = chosen if isinstance(chosen, str) else task.metric(model.y).figures[0].name
    return Evaluation(task, metric, directory, tuple(_measured(model, task, part) for part in parts))


def _measured(model: Model[Any, Any], task: Task[Any, Any], part: Part) -> PartReport:
    report = measure(model, task.metric(model.y), part.pairs)
    unseen = tuple(task.unseen(model.y, part.pairs))
    return PartReport(part.name, part.path, report, unseen, (*part.account, *part.notes))


def _known_parts(model: Model[Any, Any], task: Task[Any, Any], directory: Path, files: ModelFiles) -> list[Part]:
    """Return the dev and test parts that the model was not trained on."""
    recorded = files.metrics
    own = _digests(recorded)
    run = _run_of(files.directory)
    if run is not None:
        try:
            config = RunConfig.read(run)
        except RunError as error:
            raise RunError(f"{error} Or measure the model without its run: name a file with --data.") from error
        if config.folds is not None:
            raise SettingsError(
                f"The model in {directory} was trained on all of its data; how it does on others the folds say, in "
                f"{run / 'folds.json'}. Give --data FILE to measure it on other data."
            )
        _refuse_another_run(directory, run, config, recorded)
        parts = read_data(task, config.train, config.dev, as_trained(config.settings, model.x)).parts[1:]
    elif recorded.get("bundled") and task.bundled is not None:
        settings = _reading_settings(task, directory, recorded, {})
        named = (("dev", task.bundled.dev), ("test", task.bundled.test))
        parts = tuple(read_part(task, path, settings, name) for name, path in named)
    else:
        raise SettingsError(f"{directory} is not in a run directory, so its dev file is not known. Give --data FILE.")
    for part in parts:
        if own.get(part.name) != part.sha256:
            raise DataError(
                f"{part.path} has changed since the training: its SHA-256 differs. Put the old file back, or name a "
                "file with --data."
            )
    return list(parts)


def _run_of(located: Path) -> Path | None:
    """Return the run directory that a model directory lies in, be it or the run a link."""
    parents = (absolute(located).parent, located.resolve().parent)
    return next((parent for parent in parents if (parent / "config.json").exists()), None)


def _refuse_another_run(directory: Path, run: Path, config: RunConfig, recorded: Mapping[str, object]) -> None:
    """Refuse to take another run's dev part: the model may have been trained on its examples."""
    own, of_run = _mapping(recorded.get("settings")), config.settings.to_dict()
    drawn = ("seed", "dev_fraction") if config.train is not None and config.dev is None else ()
    differs = [f"{name} file" for name, sha256 in config.sha256.items() if _digests(recorded).get(name) != sha256]
    differs += [name for name in (*config.settings.names(READ), *drawn) if own.get(name, of_run[name]) != of_run[name]]
    if differs:
        raise RunError(
            f"The model in {directory} is not from the run in {run}, in whose folder it is: it was trained with "
            f"another {' and another '.join(differs)}. Name a file with --data, or put the model back into its own run."
        )


def _reading_settings(
    task: Task[Any, Any], directory: Path, recorded: Mapping[str, object], given: Mapping[str, object]
) -> Composed:
    """Return how the model's training read its files, as metrics.json says, under what is given."""
    settings, names = _mapping(recorded.get("settings")), task.defaults.names(READ)
    try:
        own = task.defaults.replaced({name: settings[name] for name in names if name in settings and name != GROUP})
    except SettingsError as error:
        raise ModelFileError(f"{directory}: the settings in metrics.json cannot be. {error}") from error
    return own.replaced(given)


def _digests(recorded: Mapping[str, object]) -> dict[str, object]:
    """Return the SHA-256 of each part of the training data."""
    return {name: _mapping(part).get("sha256") for name, part in _mapping(recorded.get("data")).items()}


def _mapping(value: object) -> Mapping[str, object]:
    """Return an object of metrics.json, which may hold anything."""
    return cast("Mapping[str, object]", value) if isinstance(value, dict) else {}
