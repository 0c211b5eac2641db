"""Series as rows of a table: a column says which steps belong together, others hold time, numbers and y."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from unrolled.data.readers.csv_rows import find_column, usual_forms
from unrolled.data.readers.grid import Grid, as_text
from unrolled.data.readers.series.cells import number_of, time_of
from unrolled.data.readers.series.drafts import SeriesDrafts
from unrolled.data.readers.source import counted

__all__ = ["LABEL_NAMES", "add_rows", "steps_of"]

SEQUENCE_NAMES = (
    *("sequence", "sequence_id", "series", "series_id", "seq", "id", "case", "case_id", "sample", "sample_id"),
    *("recording", "recording_id", "trial", "trial_id", "episode", "session", "track", "unit", "stroke"),
)
TIME_NAMES = ("time", "t", "timestamp", "seconds", "time_s", "time_ms", "datetime", "date", "step", "frame", "tick")
LABEL_NAMES = ("label", "labels", "class", "target", "category", "activity", "gesture", "move", "state", "answer", "y")
"""The last, where there is no x: beside it y is a number of the step."""


@dataclass
class _Group:
    lines: list[int] = field(default_factory=list[int])
    rows: list[list[float]] = field(default_factory=list[list[float]])
    ys: list[object] = field(default_factory=list[object])
    of: list[str] = field(default_factory=list[str])
    """Whom or what each step is from."""


@dataclass(frozen=True)
class _Places:
    sequence: int | None
    time: int | None
    label: int | None
    group: int | None
    values: tuple[int, ...]


def add_rows(drafts: SeriesDrafts, grid: Grid) -> None:
    """Add the series of a table in long form, a row a step."""
    places = _find(drafts, grid, alone=False)
    if places is None or places.sequence is None or (places.label is None and drafts.labelled):
        return
    groups: dict[str, _Group] = {}
    for line, row in zip(grid.lines, grid.rows, strict=True):
        name = as_text(row[places.sequence])
        if not name:
            drafts.problems.add(line, "a step of no series", "Name its series in each row", "rows that name no series")
            continue
        group = groups.setdefault(name, _Group())
        if (numbers := _numbers(drafts, grid, places, line, row)) is not None and _in_time(
            drafts, places, group, line, numbers, name
        ):
            group.lines.append(line)
            group.rows.append(numbers)
            group.ys.append("" if places.label is None else row[places.label])
            group.of.append("" if places.group is None else as_text(row[places.group]))
    ys = {name: {as_text(y) for y in group.ys} - {""} for name, group in groups.items()}
    per_step = any(len(found) > 1 for found in ys.values())
    for name, group in groups.items():
        if not group.rows:
            continue  # each of its rows has a problem
        y: Any = group.ys if per_step else next((y for y in group.ys if as_text(y)), "")
        timed = places.time is not None
        of = _one_group(drafts, group, name)
        drafts.add(group.lines[0], np.array(group.rows), y, timed=timed, lines=group.lines, name=name, group=of)


def _one_group(drafts: SeriesDrafts, group: _Group, name: str) -> str:
    """Return whom all steps of a series are from; where they are of several, that is noted."""
    first = next((of for of in group.of if of), "")
    other = next((t for t, of in enumerate(group.of) if of not in ("", first)), None)
    if other is not None:
        found = f"the series {name!r} is from {first!r}, and here from {group.of[other]!r}"
        drafts.problems.add(group.lines[other], found, "Give each series one group", "series of several groups")
    return first


def steps_of(drafts: SeriesDrafts, grid: Grid) -> tuple[np.ndarray[Any, np.dtype[np.float64]], bool] | None:
    """Return the steps of a table that is one series, and whether they begin with a time; None with a problem."""
    places = _find(drafts, grid, alone=True)
    if places is None:
        return None
    group, sound = _Group(), True
    for line, row in zip(grid.lines, grid.rows, strict=True):
        numbers = _numbers(drafts, grid, places, line, row)
        if numbers is None or not _in_time(drafts, places, group, line, numbers, ""):
            sound = False
        else:
            group.rows.append(numbers)
            group.lines.append(line)
    width = len(places.values) + (places.time is not None)
    rows = np.array(group.rows, np.float64).reshape(len(group.rows), width)
    return (rows, places.time is not None) if sound else None


def _find(drafts: SeriesDrafts, grid: Grid, *, alone: bool) -> _Places | None:
    """Cut the header off, and find which column is what; None with a problem, or where there is no row."""
    if not grid.rows:
        return None
    if grid.header is None:
        first, line = [as_text(cell).lstrip("\ufeff") for cell in grid.rows.pop(0)], grid.lines.pop(0)
        numbers = sum(number_of(cell) is not None for cell in first)
        if numbers * 2 > len(first) and not {*SEQUENCE_NAMES, *LABEL_NAMES, *TIME_NAMES} & {*usual_forms(first)}:
            drafts.problems.add(
                line, "the first row holds numbers, where the names of the columns are expected",
                "Name the columns in the first row: sequence,time,x,y,label", "tables without a header",
            )  # fmt: skip
            return None
        grid.header = first
    header, settings, forms = grid.header, drafts.settings, usual_forms(grid.header)
    told = {
        "sequence": settings.sequence_column,
        "time": settings.time_column,
        "label": settings.label_column,
        "group": settings.group,
    }
    labels = LABEL_NAMES[:-1] if "x" in forms else LABEL_NAMES
    usual = {"sequence": SEQUENCE_NAMES, "time": TIME_NAMES, "label": labels, "group": ()}
    found: dict[str, int | None] = {}
    free = ("time", "group") if drafts.labelled else ("time", "label", "group")
    for role, name in told.items():
        wanted = None if alone and role != "time" else name
        nothing = alone and role != "time"
        place = None if nothing else find_column(wanted, header, forms, usual[role], set(found.values()))
        if place is None and (wanted is not None or (role not in free and not nothing)):
            was = f"no column {wanted!r}" if wanted is not None else _LACKING[role]
            names = ", ".join(header[:12])
            how = "--group NAME" if role == "group" else f"--set {role}_column=NAME"
            way_out = f"The columns are {names}: give {how}"
            drafts.problems.add(None, f"there is {was}", way_out, f"no {role} column")
            return None
        found[role] = place
    values = _values(drafts, grid, [place for place in found.values() if place is not None])
    if values is None:
        return None
    drafts.names = [header[place] for place in values]
    drafts.taken = _taken(grid, header, found, values)
    return _Places(found["sequence"], found["time"], found["label"], found["group"], values)


_LACKING = {
    "sequence": "no column that says which steps are of one series",
    "label": "no column of labels",
}


def _values(drafts: SeriesDrafts, grid: Grid, others: Sequence[int]) -> tuple[int, ...] | None:
    header = grid.header or []
    names = drafts.settings.names_of_values()
    if names is not None:
        for name in names:
            if name not in header:
                way_out = f"The columns are {', '.join(header[:12])}: give --set value_columns=NAME,NAME"
                drafts.problems.add(None, f"there is no column {name!r}", way_out, "no value column")
                return None
        return tuple(header.index(name) for name in names)
    left: list[str] = []
    values: list[int] = []
    for place in range(len(header)):
        if place in others:
            continue
        cells = [cell for row in grid.rows[:1000] if (cell := row[place]) is not None]
        known = [number_of(cell) for cell in cells]
        mostly = sum(number is not None and number == number for number in known) * 2  # noqa: PLR0124
        texts = sum(number is None for number in known)
        if texts and mostly <= len(known):
            left.append(header[place])
        else:
            values.append(place)
    if left:
        shown = ", ".join(left[:4]) + ", …" * (len(left) > 4)
        drafts.notes.append(f"{counted(len(left), 'column')} of texts left out: {shown}.")
    if not values:
        found = "no column holds numbers" + (f": {', '.join(left[:4])} hold texts" if left else "")
        drafts.problems.add(None, found, "Give a column for each number of a step", "no column of numbers")
        return None
    return tuple(values)


def _taken(grid: Grid, header: Sequence[str], found: dict[str, int | None], values: tuple[int, ...]) -> dict[str, str]:
    def named(place: int) -> str:
        return f'{grid.noun} "{header[place]}"'

    taken: dict[str, str] = {}
    if found["sequence"] is not None:
        taken["series"] = f"the rows with the same {named(found['sequence'])}"
    taken["time"] = "the order of the rows" if found["time"] is None else named(found["time"])
    few = ", ".join(named(place) for place in values[:3])
    taken["numbers"] = (
        few if len(values) <= 3 else f"{len(values)} {grid.noun}s, {named(values[0])} to {named(values[-1])}"
    )
    if found["label"] is not None:
        taken["labels"] = named(found["label"])
    if found["group"] is not None:
        taken["groups"] = named(found["group"])
    return taken


def _numbers(drafts: SeriesDrafts, grid: Grid, places: _Places, line: int, row: Sequence[object]) -> list[float] | None:
    numbers: list[float] = []
    header = grid.header or []
    if places.time is not None:
        time = time_of(row[places.time])
        if time is None or not np.isfinite(time):
            found = f"the time {as_text(row[places.time])[:40]!r}, which is none"
            way_out = "Write it as a number or as 2024-12-31T12:30:00"
            drafts.problems.add(line, found, way_out, "times that cannot be read")
            return None
        numbers.append(time)
    for place in places.values:
        number = number_of(row[place])
        if number is None:
            found = f"{header[place]} is {as_text(row[place])[:40]!r}, which is no number"
            way_out = "Write numbers as 3.5, and leave the cell empty where nothing is known"
            drafts.problems.add(line, found, way_out, "cells that are no number")
            return None
        numbers.append(number)
    return numbers


def _in_time(drafts: SeriesDrafts, places: _Places, group: _Group, line: int, numbers: list[float], name: str) -> bool:
    if places.time is None or not group.rows or numbers[0] >= group.rows[-1][0]:
        return True
    of = f" of the series {name!r}" if name else ""
    found = f"the time {numbers[0]:.10g}{of} after {group.rows[-1][0]:.10g}"
    drafts.problems.add(line, found, "Sort the rows of each series by time", "times that run backwards")
    return False
