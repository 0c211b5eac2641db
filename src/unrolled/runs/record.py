"""What came of a training: the facts that metrics.json, the model card and the screen are views of."""

import platform
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from datetime import date
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from unrolled.data.vocabulary import UnknownReport
from unrolled.errors import SettingsError
from unrolled.metrics import Report
from unrolled.settings import Composed
from unrolled.tasks import Task

__all__ = ["FoldsRecord", "PartRecord", "Record", "StartRecord", "versions"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PartRecord:
    """One part of the data: its name, its file's (without folders), how many pairs and steps, its SHA-256."""

    name: str
    file: str
    num_pairs: int
    num_steps: int | None = None
    sha256: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FoldsRecord:
    """The figures of a cross-validation.

    Attributes:
        number: of the folds, K.
        group: what says whom or what an example is from, none of which is on both sides; "" for none.
        means: the mean of each figure over the folds.
        errors: its standard error: the folds' standard deviation by √K.
        pooled: the figure over all answers together.
    """

    number: int
    group: str
    means: Mapping[str, float]
    errors: Mapping[str, float]
    pooled: Mapping[str, float]

    def to_dict(self) -> dict[str, Any]:
        """Return it for JSON."""
        figures = {
            name: {"mean": mean, "standard_error": self.errors[name], "pooled": self.pooled[name]}
            for name, mean in self.means.items()
        }
        return {"folds": self.number, "group": self.group or None, "figures": figures}


_LISTS = ("known", "added", "absent")
_MOST = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class StartRecord:
    """The trained model that a run went on from, and what its training data added.

    Attributes:
        model: the name of its directory, without folders; None for a model in memory.
        sha256: of its weights' file.
        known, added: labels that the model had, and those that came to them.
        absent: labels that the training data lack; they can still be answered.
        num_words_known, num_words_added: likewise of words, without `<unk>`; None where x is no words.
    """

    model: str | None
    sha256: str | None
    known: tuple[str, ...]
    added: tuple[str, ...]
    absent: tuple[str, ...]
    num_words_known: int | None
    num_words_added: int | None

    def to_dict(self) -> dict[str, Any]:
        """Return the record for JSON."""
        lists = {name: list(getattr(self, name)) for name in _LISTS}
        return {**asdict(self), **lists}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "StartRecord":
        """Return what `to_dict` described.

        Raises:
            SettingsError: it is another thing.
        """
        wrong = SettingsError("start is not what a run records of the model that it went on from.")
        names = {field.name for field in fields(cls)}
        numbers = ("num_words_known", "num_words_added")
        if set(values) != names or not all(isinstance(values[name], int | None) for name in numbers):
            raise wrong
        if not all(isinstance(values[name], str | None) for name in ("model", "sha256")):
            raise wrong
        for name in _LISTS:
            if not isinstance(values[name], list) or not all(isinstance(item, str) for item in values[name]):
                raise wrong
        lists: dict[str, Any] = {name: tuple(values[name]) for name in _LISTS}
        return cls(**{**values, **lists})

    def __str__(self) -> str:
        """Return it as a sentence."""
        named = "a model in memory" if self.model is None else self.model
        words: list[str] = []
        if self.known:
            added = f": {_listed(self.added)}" if self.added else ""
            words.append(f"{len(self.known):,} labels known, {len(self.added):,} added{added}")
        if self.num_words_known is not None:
            words.append(f"{self.num_words_known:,} words known, {self.num_words_added:,} added")
        if self.absent:
            words.append(f"not in the new training data, but can still be answered: {_listed(self.absent)}")
        return f"Goes on from {named}: {'; '.join(words) or 'nothing is added'}."


def _listed(labels: Sequence[str]) -> str:
    """Return labels in words, of many the first ten.

    >>> _listed([*"abcdefghijkl"])
    'a, b, c, d, e, f, g, h, i, j and 2 more'
    """
    more = f" and {len(labels) - _MOST:,} more" if len(labels) > _MOST else ""
    return ", ".join(labels[:_MOST]) + more


@dataclass(frozen=True, kw_only=True)
class Record:
    """The facts of a trained model; what is left out was not recorded.

    Attributes:
        task: what the model does.
        purpose: one sentence on that.
        settings: of the run.
        parts: of the data, training first.
        metric: the figure that chose the weights.
        dev: the report on the dev part; None where nothing was measured.
        test: of the bundled corpus' test part; None for a user's files, and while the run goes on.
        bundled: whether the data are the bundled corpus.
        set_aside: the share of the training file that was made the dev part.
        unknown: how much of the dev part the vocabulary of x does not know.
        num_parameters: numbers in the weights.
        best_epoch: the epoch of the weights, from 1.
        num_epochs: that were trained so far.
        seconds: that they took.
        finished: whether the run came to its end.
        trained_on: the day.
        versions: of Python and of the packages that the weights depend on.
        start: the trained model that the run went on from; None where it began anew.
        folds: of a cross-validation, whose last model was trained on all examples; None for others.
    """

    task: Task[Any, Any]
    purpose: str
    settings: Composed
    parts: Sequence[PartRecord]
    metric: str
    dev: Report | None
    test: Report | None = None
    bundled: bool = False
    set_aside: float | None = None
    unknown: UnknownReport | None = None
    num_parameters: int | None = None
    best_epoch: int | None = None
    num_epochs: int | None = None
    seconds: float | None = None
    finished: bool = True
    trained_on: date | None = None
    versions: Mapping[str, str] = field(default_factory=dict[str, str])
    start: StartRecord | None = None
    folds: FoldsRecord | None = None

    def part(self, name: str) -> PartRecord | None:
        """Return the part of that name."""
        return next((part for part in self.parts if part.name == name), None)

    def metrics(self) -> dict[str, Any]:
        """Return the content of metrics.json."""
        x, unknown = self.task.x, self.unknown
        found: dict[str, Any] = {
            "task": self.task.name,
            "metric": self.metric,
            "rule": None if self.dev is None else self.dev.rule_text,
            "dev": None if self.dev is None else self.dev.to_dict(),
            "test": None if self.test is None else self.test.to_dict(),
            "data": {
                part.name: {
                    "file": part.file,
                    "sha256": part.sha256,
                    f"num_{x.name}s": part.num_pairs,
                    f"num_{x.step}s": part.num_steps,
                }
                for part in self.parts
            },
            "bundled": self.bundled,
            "dev_set_aside": self.set_aside,
        }
        if unknown is not None:
            counts = {"num_tokens": unknown.num_tokens, "num_unknown": unknown.num_unknown, "rate": unknown.rate}
            found["dev_unknown"] = counts
        if self.start is not None:
            found["start"] = self.start.to_dict()
        if self.folds is not None:
            found["cross_validation"] = self.folds.to_dict()
        return found | {
            "settings": self.settings.to_dict(),
            "best_epoch": self.best_epoch,
            "num_epochs": self.num_epochs,
            "seconds": self.seconds,
            "finished": self.finished,
            "versions": dict(self.versions),
        }


def versions() -> dict[str, str]:
    """Return the versions of Python and of the packages that the weights depend on."""
    found = {"python": platform.python_version()}
    for package in ("unrolled", "torch", "numpy"):
        try:
            found[package] = version(package)
        except PackageNotFoundError:  # run from a source tree that was never installed
            continue
    return found
