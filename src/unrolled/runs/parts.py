"""The train, dev and test parts of a run: which files, which pairs, and what was done to get them."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from unrolled.data.pair import Pair
from unrolled.data.readers.source import counted
from unrolled.errors import DataError, SettingsError
from unrolled.runs.account import account
from unrolled.runs.dividing import drawn_aside
from unrolled.runs.groups import SharedGroup, group_name, named_groups, shared_groups
from unrolled.settings import Composed
from unrolled.tasks import Task
from unrolled.tasks.parts import PartSettings
from unrolled.tasks.text import with_tokenizer
from unrolled.training import FitSettings

__all__ = ["Data", "Part", "digest", "read_data", "read_part", "set_aside", "set_aside_places", "taken"]

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
        groups: whom or what each pair is from; none where that was not asked.
        places: where each pair stands in the file, such as "train.csv:7".
    """

    name: str
    path: Path
    sha256: str
    pairs: list[Pair[Any, Any]]
    num_steps: int
    account: tuple[str, ...] = ()
    facts: Mapping[str, str] = field(default_factory=dict[str, str])
    notes: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    places: tuple[str, ...] = ()


@dataclass(frozen=True)
class Data:
    """What a run trains on, chooses its best epoch by, and reports on.

    Attributes:
        train, dev: the parts.
        test: of the bundled corpus; None for a user's files.
        bundled: whether this is the bundled corpus.
        set_aside: the share of the training file that was made the dev part; None where that has a file of its own.
        seed: that the dev part was drawn by.
        group: what the settings call whom or what a pair is from, "" where nothing.
    """

    train: Part
    dev: Part
    test: Part | None
    bundled: bool
    set_aside: float | None
    seed: int
    group: str = ""

    @property
    def parts(self) -> tuple[Part, ...]:
        """The parts in order."""
        return (self.train, self.dev) if self.test is None else (self.train, self.dev, self.test)

    @property
    def shared(self) -> list[SharedGroup]:
        """The groups that stand in the training part and in the dev part."""
        return shared_groups(self.train.groups, self.train.places, self.dev.groups, self.dev.places)

    @property
    def _num_groups(self) -> int:
        return len({*self.train.groups, *self.dev.groups})

    def notes(self, task: AnyTask) -> list[str]:
        """Return what a reader of the figures should know, one sentence each."""
        notes: list[str] = []
        by = f"{self.group} and seed" if self.group else "seed"
        of_groups = f" of {len(set(self.dev.groups)):,} of {self._num_groups:,} groups" if self.group else ""
        if self.set_aside is not None:
            notes.append(
                f"No dev file was given: {self.set_aside:.0%} of {self.train.path}, drawn by {by} {self.seed}, is set "
                f"aside as the dev part: {counted(len(self.dev.pairs), task.x.name)}{of_groups}."
            )
        elif self.dev.sha256 == self.train.sha256:
            notes.append("The dev file is the training file: the figures say nothing about new data.")
        elif self.shared:
            num = sum(group.num_second for group in self.shared)
            notes.append(
                f"{_upper(named_groups(self.group, [group.name for group in self.shared]))} on both sides: they are in "
                f"the training part, too, and {num:,} of {counted(len(self.dev.pairs), task.x.name)} of the dev part "
                f"{'are' if num > 1 else 'is'} from them, the first at {self.shared[0].second_place}. The figures say "
                "little about others."
            )
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
    seed, group = settings.group(FitSettings).seed, group_name(settings)
    if train is None:
        if dev is not None:
            raise SettingsError(f"There is a dev file, {dev}, but no training file. Give both, or none.")
        if task.bundled is None:
            raise SettingsError(f"No corpus is bundled for the task {task.name}. Give a training file: --train FILE.")
        corpus = {"train": task.bundled.train, "dev": task.bundled.dev, "test": task.bundled.test}
        own, valid, test = (read_part(task, path, settings, name) for name, path in corpus.items())
        return Data(own, valid, test, bundled=True, set_aside=None, seed=seed, group=group)
    whole = read_part(task, train, settings, "train")
    settings = with_tokenizer(settings, whole.pairs)
    if dev is not None:
        valid = read_part(task, dev, settings, "dev")
        return Data(whole, valid, None, bundled=False, set_aside=None, seed=seed, group=group)
    if len(whole.pairs) < 2:
        raise DataError(f"{train} has one {task.x.name}, too few to set a dev part aside. Give a dev file.")
    fraction = settings.group(PartSettings).dev_fraction
    places, dev_places = set_aside_places(whole.pairs, fraction, seed, task.x.name, whole.groups)
    own, valid = taken(task, whole, "train", places), taken(task, whole, "dev", dev_places)
    return Data(own, valid, None, bundled=False, set_aside=fraction, seed=seed, group=group)


def read_part(task: AnyTask, path: Path, settings: Composed, name: str = "data") -> Part:
    """Read one labelled file or folder as the settings say.

    Raises:
        DataError: it cannot be used; the message has file, line and way out.
        SettingsError: a group is asked for, and the reader knows of none.
    """
    training = name == "train"
    reading = task.read(path, settings).checked(training=training)
    if group_name(settings) and not reading.groups:
        raise SettingsError(
            f"group is {group_name(settings)!r}, and {path} was read without it: such files do not say whom or what an "
            "example is from. Leave it out."
        )
    steps = sum(task.length(pair) for pair in reading.pairs)
    told, notes = account(task, reading), reading.remarks(training=training)
    places = tuple(map(reading.place, range(len(reading.pairs))))
    facts = {**reading.facts, **({"groups": f"{len(set(reading.groups)):,}"} if reading.groups else {})}
    return Part(
        name, path, digest(path, reading.besides), reading.pairs, steps, told, facts, notes, reading.groups, places
    )


def set_aside(
    pairs: Sequence[Pair[Any, Any]], fraction: float, seed: int, noun: str = "example", groups: Sequence[str] = ()
) -> tuple[list[Pair[Any, Any]], list[Pair[Any, Any]]]:
    """Split pairs into a train and a dev part, drawn by the seed, each in the order of the file: see `drawn_aside`.

    Raises:
        DataError: fewer than two pairs, or than two groups.
    """
    places, dev_places = set_aside_places(pairs, fraction, seed, noun, groups)
    return [pairs[i] for i in places], [pairs[i] for i in dev_places]


def set_aside_places(
    pairs: Sequence[Pair[Any, Any]], fraction: float, seed: int, noun: str = "example", groups: Sequence[str] = ()
) -> tuple[list[int], list[int]]:
    """Return the places of a train and a dev part among pairs, each in order: see `drawn_aside`.

    Raises:
        DataError: fewer than two pairs, or than two groups.
    """
    if len(pairs) < 2:
        raise DataError(f"There are {len(pairs)} training {noun}s, too few to set some aside. Give a dev set.")
    num_dev = min(max(1, round(len(pairs) * fraction)), len(pairs) - 1)
    dev = drawn_aside([pair.y for pair in pairs], num_dev, seed, groups)
    chosen = set(dev)
    return [i for i in range(len(pairs)) if i not in chosen], dev


def taken(task: AnyTask, whole: Part, name: str, places: Sequence[int]) -> Part:
    """Return some pairs of a part as another part, by their places."""
    pairs = [whole.pairs[i] for i in places]
    return replace(
        whole,
        name=name,
        pairs=pairs,
        num_steps=sum(task.length(pair) for pair in pairs),
        groups=tuple(whole.groups[i] for i in places) if whole.groups else (),
        places=tuple(whole.places[i] for i in places),
    )


def digest(path: Path, besides: Sequence[str] = ()) -> str:
    """Return the SHA-256 of a file; of a folder, that of the names and digests of all its files.

    Where other files were read `besides`, it is that of all their digests.
    """
    if besides:
        each = [digest(path), *(digest(Path(other)) for other in besides)]
        return hashlib.sha256("\n".join(each).encode()).hexdigest()
    if path.is_dir():
        listed = hashlib.sha256()
        for file in sorted(file for file in path.rglob("*") if file.is_file()):
            listed.update(f"{file.relative_to(path).as_posix()}\0{digest(file)}\n".encode())
        return listed.hexdigest()
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _upper(words: str) -> str:
    return words[:1].upper() + words[1:]
