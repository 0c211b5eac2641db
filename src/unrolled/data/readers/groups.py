"""Whom or what a pair is from, such as the speaker: a column that the settings name, and what is wrong with it."""

from collections.abc import Sequence

from unrolled.data.readers.csv_rows import find_column
from unrolled.data.readers.source import Problems

__all__ = ["find_group", "no_groups", "note_no_group"]

SHOWN = 12


def find_group(wanted: str | int | None, names: Sequence[str], problems: Problems, noun: str = "column") -> int | None:
    """Return the place of the column of groups; None where none is asked, or, with a problem, where it is not there."""
    if wanted is None:
        return None
    place = find_column(wanted, names, [], (), set())
    if place is None:
        few = ", ".join(name[:30] for name in names[:SHOWN])
        way_out = f"Give --group NAME, or leave it out: the {noun}s are {few}"
        problems.add(None, f"group is {wanted!r}, and there is no such {noun}", way_out, "no column of groups")
    return place


def note_no_group(line: int | None, what: str, wanted: object, problems: Problems) -> None:
    """Note that one example, such as "a text", does not say whom it is from."""
    found = f"{what} without a group: {wanted!r} says nothing of it"
    problems.add(line, found, "Say whom or what it is from, or leave the example out", "examples without a group")


def no_groups(wanted: object, why: str, problems: Problems) -> None:
    """Note that a format cannot say whom an example is from."""
    found = f"group is {wanted!r}, but {why}"
    problems.add(None, found, "Give a table with such a column, or leave --group out", "no groups")
