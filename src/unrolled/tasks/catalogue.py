"""Every task by its name."""

from unrolled.settings import unknown_name
from unrolled.tasks.ner import NER
from unrolled.tasks.task import Task

__all__ = ["TASKS", "find_task"]

TASKS = {task.name: task for task in (NER,)}


def find_task(name: str) -> Task:
    """Return the task of that name.

    >>> find_task("ner").title
    'named entity recognition'

    Raises:
        SettingsError: there is none; the message names the nearest.
    """
    if name not in TASKS:
        raise unknown_name(name, TASKS, "task")
    return TASKS[name]
