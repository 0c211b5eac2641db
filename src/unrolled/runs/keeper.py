"""The listener that keeps a run directory's files."""

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from unrolled.disk import write_atomically
from unrolled.errors import RunError
from unrolled.pictures import learning_curves
from unrolled.runs.folder import RunDirectory
from unrolled.runs.progress import Lines
from unrolled.training.events import CheckpointWritten, EpochDone, Event, Improved, RunStarted, Stopped

__all__ = ["Keeper"]


class Keeper:
    """Writes metrics.csv, train.log, best/ and, at the end, curves.png.

    What it writes for an epoch is on the disk before the checkpoint that remembers the epoch, and at a resumed run's
    start metrics.csv is written anew from the checkpoint: the two never disagree.

    Args:
        directory: where.
        save_best: writes the model as it is now into a folder, or leaves what was there before.

    Raises:
        RunError: a file cannot be written; the checkpoint is intact.
    """

    def __init__(self, directory: RunDirectory, save_best: Callable[[Path], None]) -> None:
        self._directory = directory
        self._save_best = save_best
        self._rows: list[Mapping[str, float]] = []
        self._metric = ""
        self._lower_is_better = False
        self._lines = Lines(self._log)

    def __call__(self, event: Event) -> None:
        """Write what the event changes."""
        try:
            self._write(event)
        except OSError as error:
            raise RunError(
                f"{error.filename or self._directory.path} could not be written: {error.strerror}. Free some space "
                f"there and resume from {self._directory.checkpoint} (resume=True, or --resume)."
            ) from error

    def _write(self, event: Event) -> None:
        self._lines(event)
        match event:
            case RunStarted():
                self._rows, self._metric = list(event.rows), event.figure.name
                self._lower_is_better = event.figure.goal == "lower"
                self._write_metrics()
            case Improved():
                self._save()
            case EpochDone():
                self._rows.append(event.row)
                self._write_metrics()
            case CheckpointWritten():
                self._log(f"Checkpoint: epoch {event.epoch}, step {event.step}.")
            case Stopped():
                if event.reason in {"finished", "patience"} and not self._directory.best.exists():
                    self._save()
                if self._rows:
                    learning_curves(
                        self._rows, self._directory.curves, metric=self._metric, lower_is_better=self._lower_is_better
                    )
            case _:
                pass

    def _save(self) -> None:
        try:
            self._save_best(self._directory.best)
        except RunError as error:
            raise RunError(f"{error} Then resume the run (resume=True, or --resume).") from error

    def _write_metrics(self) -> None:
        write_atomically(self._directory.metrics, _table(self._rows).encode())

    def _log(self, line: str) -> None:
        now = datetime.now().astimezone().isoformat(timespec="seconds")
        with self._directory.log.open("a", encoding="utf-8") as file:
            file.write(f"{now}  {line}\n")


def _table(rows: Sequence[Mapping[str, float]]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(dict.fromkeys(name for row in rows for name in row)), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()
