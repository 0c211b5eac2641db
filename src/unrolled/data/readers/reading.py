"""What a reader returns: the pairs of a file, how it was understood, and what is wrong with it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Generic, TypeVar

from unrolled.data.pair import Pair
from unrolled.data.problem import LONGEST, Problem, by_kind, in_a_line
from unrolled.data.readers.doubt import Doubt
from unrolled.data.readers.source import Problems
from unrolled.errors import DataError

__all__ = ["Reading", "verdict"]

X = TypeVar("X")
Y = TypeVar("Y")


@dataclass(frozen=True)
class Reading(Generic[X, Y]):
    """The pairs of one file or folder, and what was wrong with it.

    Attributes:
        path: what was read.
        pairs: the sound ones.
        lines: where each pair stands, 1-based; 0 where it has a file of its own.
        problems: by line, those of the whole file first.
        taken: what was taken for what, such as {"tokens": "column 0", "labels": "column 1"}.
        facts: what was found out about the file, by name, such as {"format": "CSV"}; shown in tables.
        notes: what a reader of the figures should know, a sentence each.
        doubts: what looks wrong, but for what the settings accept.
        files: of each pair, where it has a file of its own.
        groups: whom or what each pair is from, where the settings name a column that says it, such as the speaker.
        besides: files that were read besides that of the path, such as those that a table names.
    """

    path: str
    pairs: list[Pair[X, Y]]
    lines: list[int]
    problems: list[Problem] = field(default_factory=list[Problem])
    taken: Mapping[str, str] = field(default_factory=dict[str, str])
    facts: Mapping[str, str] = field(default_factory=dict[str, str])
    notes: tuple[str, ...] = ()
    doubts: tuple[Doubt, ...] = ()
    files: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    besides: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Keep what is told on one line each, whatever the file holds."""
        for name in ("taken", "facts"):
            told = {key: in_a_line(words) for key, words in getattr(self, name).items()}
            object.__setattr__(self, name, told)
        object.__setattr__(self, "notes", tuple(in_a_line(note, LONGEST + len(self.path)) for note in self.notes))

    def place(self, i: int) -> str:
        """Return where pair i stands."""
        if self.files:
            return self.files[i]
        return f"{self.path}:{self.lines[i]}"

    def faults(self, *, training: bool = False) -> list[Problem]:
        """Return the problems and the grave doubts; `training` where the file is to be trained on."""
        return self.problems + [doubt.problem(self.path) for doubt in self.doubts if _is_grave(doubt, training)]

    def remarks(self, *, training: bool = False) -> tuple[str, ...]:
        """Return the notes and the light doubts."""
        light = (doubt.note(self.path) for doubt in self.doubts if not _is_grave(doubt, training))
        return (*self.notes, *light)

    def checked(self, *, training: bool = False) -> "Reading[X, Y]":
        """Return the reading itself, if there is nothing wrong with it.

        Raises:
            DataError: a problem or a grave doubt; the message tells the first kind of them, and how many others.
        """
        kinds = by_kind(self.faults(training=training))
        if kinds:
            others = f" ({len(kinds) - 1} more: `unrolled check` lists all.)" if len(kinds) > 1 else ""
            raise DataError(f"{kinds[0][1]}{others}")
        return self


def verdict(reading: Reading[X, Y], problems: Problems, *, noun: str = "sentence") -> Reading[X, Y]:
    """Return the reading with its problems; that there is nothing in it is one."""
    if not reading.pairs and not problems.found:
        problems.add(None, f"there is no {noun} in this file", "Check that it is the right file and not empty")
    return replace(reading, problems=problems.in_order())


def _is_grave(doubt: Doubt, training: bool) -> bool:
    return doubt.grave == "always" or (training and doubt.grave == "in training")
