"""The train, dev and test parts of a run: which files, which sentences, and what was done to get them."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from unrolled.data.readers import Reading
from unrolled.data.tags import Scheme
from unrolled.errors import DataError, SettingsError
from unrolled.model import TaggedPair
from unrolled.tasks.settings import ReadingSettings, TaggingSettings
from unrolled.tasks.tagging import set_aside
from unrolled.tasks.task import Task

__all__ = ["Part", "TrainingData", "read_part", "read_training_data"]


@dataclass(frozen=True)
class Part:
    """One part of a corpus.

    Attributes:
        name: "train", "dev", "test", or "data" for a file that is none of them.
        path: the file.
        sha256: of the file.
        scheme: what the file's labels were written in; `pairs` are in IOB2.
        pairs: the sentences.
    """

    name: str
    path: Path
    sha256: str
    scheme: Scheme | None
    pairs: list[TaggedPair]

    @property
    def num_tokens(self) -> int:
        """The number of tokens in all sentences."""
        return sum(len(pair.x) for pair in self.pairs)


@dataclass(frozen=True)
class TrainingData:
    """What a run trains on, chooses its best epoch by, and reports on.

    Attributes:
        train, dev: the parts.
        test: the hidden-name part of the bundled corpus; None for a user's files.
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

    def notes(self) -> list[str]:
        """Return what a reader of the figures should know, one sentence each."""
        notes: list[str] = []
        if self.set_aside is not None:
            notes.append(
                f"No dev file was given: {len(self.dev.pairs):,} sentences of {self.train.path} "
                f"({self.set_aside:.0%}, drawn by seed {self.seed}) are set aside as the dev part."
            )
        elif self.dev.sha256 == self.train.sha256:
            notes.append("The dev file is the training file: the figures say nothing about new text.")
        files = {part.path: part.scheme for part in (self.train, self.dev)}
        notes += [
            f"The labels of {path} are in {scheme}; they were converted to IOB2."
            for path, scheme in files.items()
            if scheme not in (None, "IOB2")
        ]
        return notes


def read_training_data(task: Task, train: Path | None, dev: Path | None, settings: TaggingSettings) -> TrainingData:
    """Read the files of a run; without any, the task's bundled corpus; without a dev file, set a part aside by seed.

    Raises:
        DataError: a file that cannot be used.
        SettingsError: a dev file without a training file.
    """
    seed, how = settings.fit.seed, settings.data
    if train is None:
        if dev is not None:
            raise SettingsError(f"There is a dev file, {dev}, but no training file. Give both, or none.")
        parts = read_part(task, task.train, how, "train"), read_part(task, task.dev, how, "dev")
        return TrainingData(*parts, read_part(task, task.test, how, "test"), bundled=True, set_aside=None, seed=seed)
    whole = read_part(task, train, how, "train")
    if dev is not None:
        return TrainingData(whole, read_part(task, dev, how, "dev"), None, bundled=False, set_aside=None, seed=seed)
    if len(whole.pairs) < 2:
        raise DataError(f"{train} has one sentence, too few to set a dev part aside. Give a dev file.")
    fraction = settings.data.dev_fraction
    pairs, dev_pairs = set_aside(whole.pairs, fraction, seed)
    return TrainingData(
        Part("train", train, whole.sha256, whole.scheme, pairs),
        Part("dev", train, whole.sha256, whole.scheme, dev_pairs),
        None,
        bundled=False,
        set_aside=fraction,
        seed=seed,
    )


def read_part(task: Task, path: Path, settings: ReadingSettings, name: str = "data") -> Part:
    """Read one labelled file as the settings say.

    Raises:
        DataError: it cannot be used; the message has file, line and way out.
    """
    reading: Reading = task.read(path, True, settings)
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return Part(name, path, digest, reading.scheme, reading.pairs)
