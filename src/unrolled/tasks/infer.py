"""From pairs, or a file, to the task that they are of: the shape is found, not asked for."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from unrolled.data.pair import Pair
from unrolled.data.problem import Problem, by_kind
from unrolled.data.readers import Reading
from unrolled.data.readers.source import IS_DIRECTORY, OTHER_FORMAT
from unrolled.data.shapes import Look, look
from unrolled.errors import DataError, SettingsError
from unrolled.tasks.table import TASKS
from unrolled.tasks.task import Task

__all__ = ["Found", "infer", "infer_file"]


@dataclass(frozen=True)
class Found:
    """What pairs are, and what fits them.

    Attributes:
        look: what X and Y hold, their lengths, the shape.
        task: the task that is made for such pairs; None where no task here is.
        architecture: the kind of network that the shape needs.
    """

    look: Look
    task: Task[Any, Any] | None
    architecture: str

    def __str__(self) -> str:
        chosen = "no task here is made for such pairs" if self.task is None else f"task: {self.task.name}"
        return "\n".join([f"{self.look} · {chosen}", *self.look.doubts])


def infer(pairs: Iterable[Pair[Any, Any]], sample: int = 1000) -> Found:
    """Look at the first pairs, say what they are in the notation, and choose task and architecture.

    >>> found = infer([Pair(("Teddy", "sat"), ("B-PER", "O")), Pair(("He",), ("O",)), Pair(("Go", "!"), ("O", "O"))])
    >>> print(found)
    X: words, T_x 1–2 · Y: a label per word · many-to-many, T_x = T_y · task: ner

    Raises:
        DataError: no pairs, or values of a kind that no shape has.
    """
    seen = look(pairs, sample)
    made_for = [task for task in TASKS.values() if (seen.x, seen.y) in task.takes]
    return Found(seen, made_for[0] if made_for else None, seen.shape)


def infer_file(path: Path) -> tuple[Task[Any, Any], Reading[Any, Any], Found]:
    """Return the task that a labelled file or folder is of, its reading, and what its pairs are.

    Raises:
        DataError: no task can read it; the message says why for each.
        SettingsError: several can; the message says how to name one.
    """
    readings = {task.name: task.read(path, task.defaults) for task in TASKS.values()}
    faults = {name: reading.faults(training=True) for name, reading in readings.items()}
    sound = [name for name, reading in readings.items() if reading.pairs and not faults[name]]
    if not sound:
        most = max(readings, key=lambda name: len(readings[name].pairs))
        kinds = {name: by_kind(found)[0] for name, found in faults.items() if found}
        # Of a format that only some tasks read, those speak.
        kinds = {name: kind for name, kind in kinds.items() if not _is_unread(kind[0][0])} or kinds
        whys = {name: message for name, (_, message) in kinds.items()}
        if len({(alike[0].place, alike[0].way_out) for alike, _ in kinds.values()}) == 1:  # the file itself
            raise DataError(next(iter(whys.values())))
        if most in whys and len(readings[most].pairs) > len(faults[most]):
            raise DataError(f"{whys[most]} (`unrolled check {most} {path}` lists all.)")
        told = " ".join(f"As {name}: {why}" for name, why in whys.items())
        raise DataError(f"{path} is none of the files that a task here reads. {told}")
    likely = [name for name in sound if TASKS[name].doubts(readings[name].pairs) is None]
    sound = likely if len(likely) == 1 else sound
    if len(sound) > 1:
        commands = " or ".join(f"`unrolled train {name} {path}`" for name in sound)
        raise SettingsError(f"{path} can be read in {len(sound)} ways. Name the task: {commands}.")
    task, reading = TASKS[sound[0]], readings[sound[0]]
    return task, reading, infer(reading.pairs)


def _is_unread(problem: Problem) -> bool:
    return problem.found == IS_DIRECTORY or problem.kind == OTHER_FORMAT
