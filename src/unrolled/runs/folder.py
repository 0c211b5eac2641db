"""The folder of a training run: what is in it, who may write it, and what may be removed from it."""

import json
import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType

from unrolled.disk import write_atomically
from unrolled.errors import RunError, SettingsError
from unrolled.model_files.swap import leftovers
from unrolled.runs.lock import FolderLock

__all__ = ["FIRST_MODEL", "RunDirectory"]

FIRST_MODEL = Path("last", "first-model")
"""Where a run directory keeps the untrained model of a run that cannot make it again from its training data alone."""

_LOCK = "unrolled.lock"
# In the order of their removal: what an interrupted one leaves is never taken for a run that can be resumed.
_FILES = (
    "config.json",
    "last/checkpoint.safetensors",
    "metrics.csv",
    "train.log",
    "curves.png",
    "confusion.png",
    "calibration.png",
    "folds.json",
    "answers.jsonl",
)
_PARTIAL = tuple(f"{name}.partial" for name in _FILES if name != "train.log")
_BEGUN = ("config.json", "last/checkpoint.safetensors", "best")
"""Without any of these a run was stopped before it began, or its removal was stopped: nothing would be lost."""


class RunDirectory:
    """A run's folder, locked for this process until it is closed.

        best/            the model directory of the best epoch
        last/            the checkpoint that a stopped run goes on from; where it is needed, its first model
        metrics.csv      a row an epoch
        train.log        what happened when
        config.json      every setting, resolved
        curves.png       learning curves
        confusion.png    what was taken for what in the dev part; where answers have probabilities also calibration.png
        folds/           of a cross-validation: figures and answers of each finished fold, the checkpoint of the next
        folds.json       its figures
        answers.jsonl    its answers to every example, each by a model that had not seen it
        unrolled.lock    marks a run directory, and keeps a second run out

    Args:
        path: created where it does not exist.
        overwrite: remove an earlier run's files first. Files that no run writes stay. A folder whose run was stopped
            before it began, with neither config.json nor a checkpoint nor a model, needs no overwrite.
        resume: go on with an earlier run.

    Raises:
        RunError: the folder holds an earlier run and neither is asked, holds something else, is being written by
            another process, has nothing to resume, or cannot be created.
        SettingsError: both are asked.
    """

    def __init__(self, path: Path, *, overwrite: bool = False, resume: bool = False) -> None:
        if overwrite and resume:
            raise SettingsError("overwrite and resume exclude each other: the one removes what the other goes on from.")
        self.path = path
        try:
            self._check(overwrite=overwrite, resume=resume)
            path.mkdir(parents=True, exist_ok=True)
            self._lock = FolderLock(path / _LOCK)  # before anything else: its file says whose folder this is
            try:
                self._check(overwrite=overwrite, resume=resume)  # another process may have been faster
                (path / "last").mkdir(exist_ok=True)
                if not resume:
                    self._remove_run()
            except BaseException:
                self.close()
                raise
        except OSError as error:
            raise RunError(f"{path} cannot be written: {error.strerror}. Choose another folder.") from error

    @property
    def best(self) -> Path:
        """The model directory of the best epoch."""
        return self.path / "best"

    @property
    def checkpoint(self) -> Path:
        """The file for `fit(checkpoint=...)`."""
        return self.path / "last" / "checkpoint.safetensors"

    @property
    def first_model(self) -> Path:
        """The model directory of the untrained model, where it is kept."""
        return self.path / FIRST_MODEL

    @property
    def folds(self) -> Path:
        """The folder of a cross-validation's folds."""
        return self.path / "folds"

    @property
    def metrics(self) -> Path:
        """A table with a row an epoch."""
        return self.path / "metrics.csv"

    @property
    def log(self) -> Path:
        """Lines with the time."""
        return self.path / "train.log"

    @property
    def config(self) -> Path:
        """Every setting, resolved."""
        return self.path / "config.json"

    @property
    def curves(self) -> Path:
        """The picture of the learning curves."""
        return self.path / "curves.png"

    def write_config(self, config: Mapping[str, object]) -> None:
        """Write `config.json`.

        Raises:
            RunError: it cannot be written.
        """
        content = json.dumps(config, indent=2, ensure_ascii=False) + "\n"
        try:
            write_atomically(self.config, content.encode())
        except OSError as error:
            raise RunError(f"{self.config} cannot be written: {error.strerror}. Free some space there.") from error

    def close(self) -> None:
        """Unlock the folder."""
        self._lock.release()

    def __enter__(self) -> "RunDirectory":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _check(self, *, overwrite: bool, resume: bool) -> None:
        if self.path.exists() and not self.path.is_dir():
            raise RunError(f"{self.path} is a file. Name a folder for the run.")
        empty = not self.path.exists() or not any(self.path.iterdir())
        if not empty and not (self.path / _LOCK).is_file():
            raise RunError(f"{self.path} is not empty and was not made by a run. Choose another folder.")
        if empty or not any(os.path.lexists(self.path / name) for name in _BEGUN):
            if resume:
                raise RunError(f"There is no run in {self.path} to resume. Check its name, or start without resume.")
        elif not overwrite and not resume:
            if self.config.exists():
                raise RunError(
                    f"{self.path} holds an earlier run. Pass --resume, or --overwrite, or choose another folder."
                )
            raise RunError(
                f"{self.path} holds what is left of an earlier run, without its config.json. Pass --overwrite, or "
                "choose another folder."
            )

    def _remove_run(self) -> None:
        for name in (*_FILES, *_PARTIAL):
            (self.path / name).unlink(missing_ok=True)
        models = (self.best, *leftovers(self.best), self.first_model, *leftovers(self.first_model))
        for folder in (*models, self.folds):
            if folder.is_symlink():
                folder.unlink()
            elif folder.exists():
                shutil.rmtree(folder)
