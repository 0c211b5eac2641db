"""Measuring a saved model: what `unrolled evaluate` does."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from unrolled.data.tags import spans
from unrolled.errors import DataError, RunError, SettingsError
from unrolled.model import Model
from unrolled.model_files import read_model_files
from unrolled.tasks.catalogue import find_task
from unrolled.tasks.run_config import RunConfig
from unrolled.tasks.tagging import measure
from unrolled.tasks.task import Task
from unrolled.tasks.training_data import Part, read_part, read_training_data
from unrolled.training.metrics import EntityReport

__all__ = ["Evaluation", "PartReport", "evaluate"]


@dataclass(frozen=True)
class PartReport:
    """The figures of one labelled file.

    Attributes:
        name: "dev", "test", or "data" for a file that was named.
        path: the file.
        report: precision, recall and F1, over all and of each type.
        unseen_types: entity types of the file that the model cannot predict.
    """

    name: str
    path: Path
    report: EntityReport
    unseen_types: tuple[str, ...]


@dataclass(frozen=True)
class Evaluation:
    """A model's figures on one or more labelled files."""

    task: Task
    directory: Path
    parts: tuple[PartReport, ...]

    def to_dict(self) -> dict[str, object]:
        """Return the evaluation for JSON."""
        return {
            "task": self.task.name,
            "model": str(self.directory),
            "metric": self.task.metric,
            "rule": self.task.rule,
            "parts": [
                {
                    "name": part.name,
                    "path": str(part.path),
                    "unseen_types": list(part.unseen_types),
                    **part.report.to_dict(),
                }
                for part in self.parts
            ],
        }


def evaluate(directory: Path, data: Path | None = None) -> Evaluation:
    """Measure the model of a directory on a labelled file, or on what its run kept for that.

    Args:
        directory: a model directory, or a run directory.
        data: a labelled file; None for the run's dev part and, of the bundled corpus, the test part.

    Raises:
        DataError: the file cannot be used, or has changed since the training.
        ModelFileError: the model cannot be trusted.
        SettingsError: no file is given, and none is known.
    """
    model = Model.load(directory)
    task = find_task(model.task)
    parts = _known_parts(task, directory) if data is None else [read_part(task, data)]
    return Evaluation(task, directory, tuple(_measured(model, task, part) for part in parts))


def _measured(model: Model, task: Task, part: Part) -> PartReport:
    known = {label[2:] for label in model.y_codec.labels.tokens}
    types = {span.type for pair in part.pairs for span in spans(pair.y)}
    return PartReport(part.name, part.path, measure(model, task, part.pairs), tuple(sorted(types - known)))


def _known_parts(task: Task, directory: Path) -> list[Part]:
    """Return the dev and test parts that the model was not trained on."""
    for run in (directory, directory.resolve().parent):
        try:
            config = RunConfig.read(run)
        except RunError:
            continue
        data = read_training_data(task, config.train, config.dev, config.settings)
        parts, recorded = data.parts[1:], config.sha256
        break
    else:
        if not read_model_files(directory).metrics.get("bundled"):
            raise SettingsError(
                f"{directory} is not in a run directory, so its dev file is not known. Give --data FILE."
            )
        parts = (read_part(task, task.dev, "dev"), read_part(task, task.test, "test"))
        recorded = _recorded(read_model_files(directory).metrics.get("data"))
    for part in parts:
        if recorded.get(part.name) != part.sha256:
            raise DataError(
                f"{part.path} has changed since the training: its SHA-256 differs. Put the old file back, or name a "
                "file with --data."
            )
    return list(parts)


def _recorded(data: object) -> dict[str, object]:
    """Return the SHA-256 of each part from metrics.json, which may hold anything."""
    if not isinstance(data, dict):
        return {}
    parts = cast("Mapping[str, object]", data)
    return {
        name: cast("Mapping[str, object]", part).get("sha256") for name, part in parts.items() if isinstance(part, dict)
    }
