"""The train, dev and test parts of a run: which files, which pairs, and what was done to get them."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from unrolled.data.pair import Pair
from unrolled.data.readers.source import counted
from unrolled.errors import DataError, SettingsError
from unrolled.runs.account import account
from unrolled.settings import Composed
from unrolled.tasks import Task
from unrolled.tasks.parts import PartSettings
from unrolled.tasks.text import with_tokenizer
from unrolled.training import FitSettings

__all__ = ["Data", "Part", "digest", "read_data", "read_part", "set_aside"]

AnyTask = Task[Any, Any]


@dataclass(frozen=True)
class Part:
    """One part of a corpus.

    Attributes:
        name: "train", "dev", "test", or "data" for a file that is none of them.
        path: the file or folder.
        sha256: of its content.
        pairs: what was read.
        num_steps: T_x of all pairs together.
        account: how the file was understood, a line each.
        facts, notes: what the reader found out.
    """

    name: str
    path: Path
    sha256: str
    pairs: list[Pair[Any, Any]]
    num_steps: int
    account: tuple[str, ...] = ()
    facts: Mapping[str, str] = field(default_factory=dict[str, str])
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Data:
    """What a run trains on, chooses its best epoch by, and reports on.

    Attributes:
        train, dev: the parts.
        test: of the bundled corpus; None for a user's files.
        bundled: whether this is the bundled corpus.
        set_aside: the share of the training file that was made the dev part; None where that has a file of its own.
        seed: that the dev part was drawn by.
    """

    train: Part
    dev: Part
    test: Part | None
    bundled: bool
    set_aside: float | None
    seed: int

    @property
    def parts(self) -> tuple[Part, ...]:
        """The parts in order."""
        return (self.train, self.dev) if self.test is None else (self.train, self.dev, self.test)

    def notes(self, task: AnyTask) -> list[str]:
        """Return what a reader of the figures should know, one sentence each."""
        notes: list[str] = []
        if self.set_aside is not None:
            notes.append(
                f"No dev file was given: {self.set_aside:.0%} of {self.train.path}, drawn by seed {self.seed}, is set "
                f"aside as the dev part: {counted(len(self.dev.pairs), task.x.name)}."
            )
        elif self.dev.sha256 == self.train.sha256:
            notes.append("The dev file is the training file: the figures say nothing about new data.")
        known, measured = (list(task.checks.counts(part.pairs).values()) or [{}] for part in (self.train, self.dev))
        unseen = sorted(measured[-1].keys() - known[-1].keys())
        if unseen:
            notes.append(
                f"The dev part has {', '.join(unseen[:8])}{', …' * (len(unseen) > 8)}, which the training part lacks: "
                f"no model of it can find {'them' if len(unseen) > 1 else 'it'}."
            )
        return notes + list(dict.fromkeys(note for part in (self.train, self.dev) for note in part.notes))


def read_data(task: AnyTask, train: Path | None, dev: Path | None, settings: Composed) -> Data:
    """Read the files of a run; without any, the task's bundled corpus; without a dev file, set a part aside by seed.

    Raises:
        DataError: a file that cannot be used.
        SettingsError: a dev file without a training file, or no file where no corpus is bundled.
    """
    seed = settings.group(FitSettings).seed
    if train is None:
        if dev is not None:
            raise SettingsError(f"There is a dev file, {dev}, but no training file. Give both, or none.")
        if task.bundled is None:
            raise SettingsError(f"No corpus is bundled for the task {task.name}. Give a training file: --train FILE.")
        corpus = {"train": task.bundled.train, "dev": task.bundled.dev, "test": task.bundled.test}
        own, valid, test = (read_part(task, path, settings, name) for name, path in corpus.items())
        return Data(own, valid, test, bundled=True, set_aside=None, seed=seed)
    whole = read_part(task, train, settings, "train")
    settings = with_tokenizer(settings, whole.pairs)
    if dev is not None:
        return Data(whole, read_part(task, dev, settings, "dev"), None, bundled=False, set_aside=None, seed=seed)
    if len(whole.pairs) < 2:
        raise DataError(f"{train} has one {task.x.name}, too few to set a dev part aside. Give a dev file.")
    fraction = settings.group(PartSettings).dev_fraction
    pairs, dev_pairs = set_aside(whole.pairs, fraction, seed, task.x.name)
    own, valid = _part(task, "train", train, whole, pairs), _part(task, "dev", train, whole, dev_pairs)
    return Data(own, valid, None, bundled=False, set_aside=fraction, seed=seed)


def read_part(task: AnyTask, path: Path, settings: Composed, name: str = "data") -> Part:
    """Read one labelled file or folder as the settings say.

    Raises:
        DataError: it cannot be used; the message has file, line and way out.
    """
    training = name == "train"
    reading = task.read(path, settings).checked(training=training)
    steps = sum(task.length(pair) for pair in reading.pairs)
    told, notes = account(task, reading), reading.remarks(training=training)
    return Part(name, path, digest(path), reading.pairs, steps, told, reading.facts, notes)


def set_aside(
    pairs: Sequence[Pair[Any, Any]], fraction: float, seed: int, noun: str = "example"
) -> tuple[list[Pair[Any, Any]], list[Pair[Any, Any]]]:
    """Split pairs into a train and a dev part, drawn by the seed, each in the order of the file.

    Raises:
        DataError: fewer than two pairs.
    """
    if len(pairs) < 2:
        raise DataError(f"There are {len(pairs)} training {noun}s, too few to set some aside. Give a dev set.")
    num_dev = min(max(1, round(len(pairs) * fraction)), len(pairs) - 1)
    chosen = set(np.random.default_rng(seed).permutation(len(pairs))[:num_dev].tolist())
    return [p for i, p in enumerate(pairs) if i not in chosen], [p for i, p in enumerate(pairs) if i in chosen]


def digest(path: Path) -> str:
    """Return the SHA-256 of a file; of a folder, that of the names and digests of all its files."""
    if path.is_dir():
        listed = hashlib.sha256()
        for file in sorted(file for file in path.rglob("*") if file.is_file()):
            listed.update(f"{file.relative_to(path).as_posix()}\0{digest(file)}\n".encode())
        return listed.hexdigest()
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _part(task: AnyTask, name: str, path: Path, whole: Part, pairs: list[Pair[Any, Any]]) -> Part:
    steps = sum(task.length(pair) for pair in pairs)
    return Part(name, path, whole.sha256, pairs, steps, whole.account, whole.facts, whole.notes)
