"""Sequences and labels in the columns of CSV and TSV."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from unrolled.data.bases import normal_bases, odd_place
from unrolled.data.readers.csv_rows import find_column, usual_forms
from unrolled.data.readers.dna.bases_settings import BaseLabelsSettings
from unrolled.data.readers.dna.fasta import Found, checked_bases
from unrolled.data.readers.dna.settings import SequencesSettings
from unrolled.data.readers.grid import Grid, as_text, csv_grid
from unrolled.data.readers.groups import find_group, note_no_group
from unrolled.data.readers.source import OTHER_FORMAT, Problems
from unrolled.data.readers.texts.header import LABEL_NAMES

__all__ = ["rows_of_dna"]

SEQUENCE_NAMES = ("sequence", "seq", "dna", "bases", "window", "sequences", "dna_sequence", "read", "x")
SHOWN = 12
SHARE = 0.8


def rows_of_dna(
    path: str | Path,
    add: Callable[[str, str, int, str, str], None],
    problems: Problems,
    settings: SequencesSettings | BaseLabelsSettings,
    found: Found,
    taken: dict[str, str],
) -> None:
    """Add the sequence and the label of each row; `taken` is told where they stand."""
    grid = csv_grid(path, problems)
    if not grid.rows:
        return
    first = [as_text(cell) for cell in grid.rows[0]]
    if not any(_are_bases(cell) for cell in first):
        grid.header = first
        del grid.rows[0], grid.lines[0]
    names = grid.header or [f"column {place}" for place in range(len(first))]
    group = find_group(settings.group, names, problems)
    if settings.group is not None and group is None:
        return
    sequence, label = _places(grid, len(first), settings, problems, group)
    if sequence is None or label is None:
        return
    taken |= {"sequences": _named(grid, sequence), "labels": _named(grid, label)}
    if group is not None:
        taken["groups"] = _named(grid, group)
    for number, row in zip(grid.lines, grid.rows, strict=True):
        text, name = as_text(row[sequence]), as_text(row[label])
        if not text:
            problems.add(number, "an empty sequence", "Write its bases, or take the row out", "empty sequences")
        elif not name:
            way_out = "Write its label, or take the row out"
            problems.add(number, "a sequence without a label", way_out, "sequences without a label")
        elif group is not None and not as_text(row[group]):
            note_no_group(number, "a sequence", settings.group, problems)
        elif bases := checked_bases(text, number, problems, found):
            add(bases, name, number, "", "" if group is None else as_text(row[group]))


def _places(
    grid: Grid, width: int, settings: SequencesSettings | BaseLabelsSettings, problems: Problems, group: int | None
) -> tuple[int, int] | tuple[None, None]:
    names = grid.header or [f"column {place}" for place in range(width)]
    forms = usual_forms(names)
    wanted: Mapping[str, str | int | None] = {
        "sequence_column": settings.sequence_column,
        "label_column": settings.label_column,
    }
    usual: Mapping[str, Sequence[str]] = {"sequence_column": SEQUENCE_NAMES, "label_column": LABEL_NAMES}
    found: dict[str, int | None] = {}
    for option, column in wanted.items():
        place = find_column(column, names, forms, usual[option], {*found.values(), group})
        if place is None and column is None:
            place = _by_content(grid, width, found.get("sequence_column"), group)
        if place is None or place in found.values():
            what = "sequences" if option == "sequence_column" else "labels"
            asked = "" if column is None else f" {column!r}"
            shown = ", ".join(name[:30] for name in names[:SHOWN])
            problems.add(
                None,
                f"there is no column{asked} of {what}: the columns are {shown}",
                f"Name it: --set {option}=NAME, or a number: 0 is the first",
                f"no column of {what}" if asked or option == "label_column" else OTHER_FORMAT,
            )
            return None, None
        found[option] = place
    sequence, label = found.values()
    return (None, None) if sequence is None or label is None else (sequence, label)


def _by_content(grid: Grid, width: int, sequence: int | None, group: int | None) -> int | None:
    """Return the column with the longest bases; or, once that is known, the only other one but that of groups."""
    if sequence is not None:
        others = [place for place in range(width) if place not in (sequence, group)]
        return others[0] if len(others) == 1 else None
    some = [grid.column(place)[:100] for place in range(width)]
    places = [place for place, cells in enumerate(some) if cells and all(map(_are_bases, cells))]
    return max(places, key=lambda place: sum(map(len, some[place])), default=None)


def _are_bases(cell: str) -> bool:
    """Return whether a cell is a sequence, and no word such as "data"."""
    bases = normal_bases(cell)
    return len(bases) > 2 and odd_place(bases) is None and sum(map(bases.count, "ACGTN")) >= SHARE * len(bases)


def _named(grid: Grid, place: int) -> str:
    return f"column {place}" if grid.header is None else f'column {place} "{grid.header[place]}"'
