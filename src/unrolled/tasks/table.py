"""Every task by its name."""

from pathlib import Path
from typing import Any

from unrolled.errors import ModelFileError
from unrolled.model import Model
from unrolled.settings import unknown_name
from unrolled.tasks.bases import BASES
from unrolled.tasks.dna import DNA
from unrolled.tasks.ner import NER
from unrolled.tasks.sentiment import SENTIMENT
from unrolled.tasks.task import Task
from unrolled.tasks.translation import TRANSLATION
from unrolled.tasks.vectors import VECTORS
from unrolled.tasks.video import VIDEO

__all__ = ["TASKS", "find_task", "task_of"]

_ALL: tuple[Task[Any, Any], ...] = (NER, SENTIMENT, DNA, BASES, VECTORS, VIDEO, TRANSLATION)
TASKS = {task.name: task for task in _ALL}


def find_task(name: str) -> Task[Any, Any]:
    """Return the task of that name.

    >>> find_task("ner").x.name
    'sentence'

    Raises:
        SettingsError: there is none; the message names the nearest.
    """
    if name not in TASKS:
        raise unknown_name(name, TASKS, "task")
    return TASKS[name]


def task_of(model: Model[Any, Any], directory: Path) -> Task[Any, Any]:
    """Return the task of the model of a directory.

    Raises:
        ModelFileError: it was made for a task that this version lacks.
    """
    if model.task not in TASKS:
        raise ModelFileError(
            f"{directory}: the model was made for the task {model.task!r}, which this version of unrolled lacks; it "
            f"has {', '.join(TASKS)}. Use the version that made the model, or a later one."
        )
    return TASKS[model.task]
