"""Whom or what pairs are from, such as speakers: what it is called, and who stands in two parts."""

from collections.abc import Sequence
from dataclasses import dataclass

from unrolled.settings import Composed

__all__ = ["SharedGroup", "group_name", "named_groups", "shared_groups"]

SHOWN = 4


@dataclass(frozen=True, slots=True)
class SharedGroup:
    """A group that stands in two parts: how many examples each has of it, and where the first of them is."""

    name: str
    num_first: int
    num_second: int
    first_place: str
    second_place: str


def group_name(settings: Composed) -> str:
    """Return what the settings call the group, such as "speaker"; "" where they ask for none."""
    value = settings.to_dict().get("group")
    return "" if value is None else f"column {value}" if isinstance(value, int) else str(value)


def shared_groups(
    first: Sequence[str], first_places: Sequence[str], second: Sequence[str], second_places: Sequence[str]
) -> list[SharedGroup]:
    """Return the groups that stand in both of two parts, in the order of the second.

    Args:
        first, second: the group of each example, "" where it is not known; or none at all.
        first_places, second_places: where each example stands.
    """
    known, counts = _places(first, first_places), _places(second, second_places)
    return [
        SharedGroup(name, len(known[name]), len(places), known[name][0], places[0])
        for name, places in counts.items()
        if name in known
    ]


def named_groups(called: str, names: Sequence[str]) -> str:
    """Return groups in words, of many the first.

    >>> named_groups("speaker", ["ann"]), named_groups("speaker", [*"abcdef"])
    ("speaker 'ann'", "6 of speaker ('a', 'b', 'c', 'd', …)")
    """
    if len(names) == 1:
        return f"{called} {names[0]!r}"
    shown = ", ".join(map(repr, names[:SHOWN])) + (", …" if len(names) > SHOWN else "")
    return f"{len(names):,} of {called} ({shown})"


def _places(groups: Sequence[str], places: Sequence[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for group, place in zip(groups, places if groups else (), strict=True):
        if group:
            found.setdefault(group, []).append(place)
    return found
