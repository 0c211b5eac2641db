"""What a reader returns, and its last step: the verdict."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Generic, TypeVar

from unrolled.data.pair import Pair
from unrolled.data.problem import Problem
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
        places: where each pair stands, such as "train.csv:17".
        lines: the same as numbers, 1-based; 0 where a pair has a file of its own.
        problems: by line, those of the whole file first.
        facts: what was found out about the file, by name, such as {"format": "CSV"}; shown in tables.
        notes: what a reader of the figures should know, a sentence each.
    """

    path: str
    pairs: list[Pair[X, Y]]
    lines: list[int]
    problems: list[Problem] = field(default_factory=list[Problem])
    facts: Mapping[str, str] = field(default_factory=dict[str, str])
    notes: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    """Of each pair, where it has a file of its own."""

    def place(self, i: int) -> str:
        """Return where pair i stands."""
        if self.files:
            return self.files[i]
        return f"{self.path}:{self.lines[i]}"


def verdict(reading: Reading[X, Y], problems: Problems, *, strict: bool, noun: str = "sentence") -> Reading[X, Y]:
    """Return the reading with its problems; if strict, raise the first of them as DataError."""
    if not reading.pairs and not problems.found:
        problems.add(None, f"there is no {noun} in this file", "Check that it is the right file and not empty")
    found = problems.in_order()
    if strict and found:
        others = f" ({len(found) - 1} more: `unrolled check` lists all.)" if len(found) > 1 else ""
        raise DataError(f"{found[0]}{others}")
    return replace(reading, problems=found)
