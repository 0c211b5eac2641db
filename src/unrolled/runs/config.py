"""`config.json` of a run directory: what was trained on what with which settings, enough to do it again."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

from unrolled.errors import RunError, SettingsError
from unrolled.runs.parts import Data
from unrolled.runs.paths import absolute
from unrolled.runs.record import StartRecord
from unrolled.settings import Composed
from unrolled.tasks import find_task

__all__ = ["RECORDED", "RunConfig"]

RECORDED = ("sha256", "versions", "start", "folds")
"""What a run's config.json records besides what can be set."""


@dataclass(frozen=True)
class RunConfig:
    """The task, the data and the settings of a run.

    Attributes:
        task: its name.
        train, dev: absolute paths; None for the bundled corpus, `dev` also where it was set aside.
        sha256: of each file, by the part's name.
        settings: all of them, resolved.
        versions: of the software that began the run; a resumed run keeps them.
        origin: absolute path of the trained model that it went on from, and `start`, what that was; None where it began
            anew.
        folds: of a cross-validation; None for a run with one dev part.
    """

    task: str
    train: Path | None
    dev: Path | None
    sha256: Mapping[str, str]
    settings: Composed
    versions: Mapping[str, str] = field(default_factory=dict[str, str])
    origin: Path | None = None
    start: StartRecord | None = None
    folds: int | None = None

    @classmethod
    def of(
        cls,
        task: str,
        data: Data,
        settings: Composed,
        versions: Mapping[str, str],
        origin: Path | None = None,
        start: StartRecord | None = None,
    ) -> "RunConfig":
        """Return the configuration of a run on these data."""
        given = not data.bundled
        return cls(
            task=task,
            train=absolute(data.train.path) if given else None,
            dev=absolute(data.dev.path) if given and data.set_aside is None else None,
            sha256={part.name: part.sha256 for part in data.parts},
            settings=settings,
            versions=versions,
            origin=None if origin is None else absolute(origin),
            start=start,
        )

    def to_dict(self) -> dict[str, object]:
        """Return what config.json holds: the flat settings beside `task`, `train`, `dev` and what is recorded."""
        return {
            "task": self.task,
            "train": None if self.train is None else str(self.train),
            "dev": None if self.dev is None else str(self.dev),
            "from": None if self.origin is None else str(self.origin),
            "start": None if self.start is None else self.start.to_dict(),
            "sha256": dict(self.sha256),
            "versions": dict(self.versions),
            **({} if self.folds is None else {"folds": self.folds}),
            **self.settings.to_dict(),
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, object]) -> "RunConfig":
        """Return the configuration that `to_dict` described.

        Raises:
            SettingsError: it is another thing than `to_dict` returns.
        """
        rest = dict(values)
        task, train, dev, origin = (rest.pop(name, None) for name in ("task", "train", "dev", "from"))
        sha256, versions, start, folds = (rest.pop(name, None) for name in RECORDED)
        if not isinstance(task, str) or not all(isinstance(path, str | None) for path in (train, dev, origin)):
            raise SettingsError("task is not a text, or train, dev or from is neither a path nor null.")
        if not isinstance(start, dict | None):
            raise SettingsError("start is neither an object nor null.")
        if not isinstance(folds, int | None) or isinstance(folds, bool) or (folds is not None and folds < 2):
            raise SettingsError("folds is no whole number of at least 2.")
        return cls(
            task=task,
            train=Path(train) if isinstance(train, str) else None,
            dev=Path(dev) if isinstance(dev, str) else None,
            sha256=_texts(sha256, "sha256"),
            settings=_settings(task, rest),
            versions=_texts(versions, "versions"),
            origin=Path(origin) if isinstance(origin, str) else None,
            start=None if start is None else StartRecord.from_dict(cast("dict[str, object]", start)),
            folds=folds,
        )

    @classmethod
    def read(cls, directory: Path) -> "RunConfig":
        """Read the configuration of a run directory.

        Raises:
            RunError: there is no run, or its config.json is damaged.
        """
        path = directory / "config.json"
        try:
            values: object = json.loads(path.read_bytes())
        except FileNotFoundError as error:
            raise RunError(
                f"{directory} holds no run: it has no config.json. Check its name, or train without --resume."
            ) from error
        except (OSError, ValueError, RecursionError) as error:
            raise RunError(f"{path} cannot be read: {error}. Put back a copy of it, or train again.") from error
        try:
            if not isinstance(values, dict) or "format" in values:
                raise SettingsError("it is of another kind")
            return cls.from_dict(cast("dict[str, object]", values))
        except SettingsError as error:
            raise RunError(f"{path} is not the configuration of a run: {error}") from error


def _settings(task: str, values: Mapping[str, object]) -> Composed:
    defaults = find_task(task).defaults
    return defaults.replaced(defaults.renewed(values))


def _texts(value: object, name: str) -> dict[str, str]:
    if not isinstance(value, dict):
        raise SettingsError(f"{name} is not an object of texts.")
    texts = cast("dict[object, object]", value)
    if not all(isinstance(item, str) for pair in texts.items() for item in pair):
        raise SettingsError(f"{name} is not an object of texts.")
    return {str(key): str(item) for key, item in texts.items()}
