"""Which columns of a grid hold the texts and the labels: as told, by their usual names, or by their figures."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from unrolled.data.readers.csv_rows import find_column, usual_forms
from unrolled.data.readers.doubt import Doubt
from unrolled.data.readers.grid import Grid
from unrolled.data.readers.groups import find_group
from unrolled.data.readers.source import Problems, counted
from unrolled.data.readers.texts.figures import are_parts, has_words, length_of, may_be_labels
from unrolled.data.readers.texts.header import LABEL_NAMES, TEXT_NAMES, cut_header
from unrolled.data.readers.texts.settings import TextsSettings

__all__ = ["Columns", "find_text_columns"]

SHOWN_NAMES = 12


@dataclass(frozen=True)
class Columns:
    """Where texts and labels stand in a row, and how they were found.

    Attributes:
        text, label: the places.
        taken: for people, what was taken for what.
        notes: what could be meant instead, a sentence each.
        doubts: of header and columns.
        undecided: whether nothing but figures says whether the first row is a header.
        group: the place of whom a text is from; None where that is not asked.
    """

    text: int
    label: int
    taken: Mapping[str, str]
    notes: tuple[str, ...] = ()
    doubts: tuple[Doubt, ...] = ()
    undecided: bool = False
    group: int | None = None


def find_text_columns(grid: Grid, settings: TextsSettings, problems: Problems) -> Columns | None:
    """Find both columns, and cut a header off the grid; None where there is no row.

    Where a column cannot be found, there is a problem and None.
    """
    if not grid.rows:
        return None
    header = cut_header(grid, settings)
    names = grid.header or [f"column {place}" for place in range(len(grid.rows[0]))]
    told = _told(names, settings, problems, grid)
    if told is None or not grid.rows:  # there is nothing but a header
        return None
    group = find_group(settings.group, names, problems, grid.noun)
    if settings.group is not None and group is None:
        return None
    notes: list[str] = []
    text, why_text = _text(grid, names, told, notes, group)
    if text is None:
        shown = _shown(names[_longest(grid, [p for p in range(len(names)) if p not in (*told, group)])], grid, names)
        problems.add(
            None,
            f"no {grid.noun} holds texts: the longest are {shown}, mostly without letters",
            f"Give --set text_column={'NAME' if grid.header else 'N'} if one holds texts",
            "no column of texts",
        )
        return None
    label, why_label = _label(grid, names, (text, group), told[1], notes, problems)
    if label is None:
        return None
    rest = [place for place in range(len(names)) if place not in (text, label, group)]
    taken = {"texts": _named(grid, text) + why_text, "labels": _named(grid, label) + why_label}
    if group is not None:
        taken["groups"] = _named(grid, group)
    if header.said:
        taken["rows"] = f"a text each, {header.said}"
    if rest:
        taken["not read"] = _rest(grid, rest)
    doubts = (*header.doubts, *_cut(grid, names, rest))
    return Columns(text, label, taken, tuple(notes), doubts, header.undecided, group)


def _named(grid: Grid, place: int) -> str:
    if grid.noun != "column":
        return f'{grid.noun} "{(grid.header or [])[place]}"'
    return f"column {place}" if grid.header is None else f'column {place} "{grid.header[place]}"'


def _rest(grid: Grid, rest: Sequence[int]) -> str:
    if len(rest) <= 3:
        return ", ".join(_named(grid, place) for place in rest)
    return f"{len(rest)} other {grid.noun}s"


def _told(
    names: list[str], settings: TextsSettings, problems: Problems, grid: Grid
) -> tuple[int | None, int | None] | None:
    """Return where the columns stand that the settings name; None with a problem where one is not there."""
    if len(names) < 2:
        keys = "under a key each" if grid.noun == "key" else "separated by a comma or a tab"
        problems.add(
            None,
            f"there is one {grid.noun}, but a text and its label are needed",
            f"Give a text and a label, {keys}; text without labels is for `unrolled predict`",
            "one column",
        )
        return None
    wanted = {"text_column": settings.text_column, "label_column": settings.label_column}
    told = {option: find_column(column, names, [], (), set()) for option, column in wanted.items()}
    for option, column in wanted.items():
        if column is not None and told[option] is None:
            few = ", ".join(names[:SHOWN_NAMES])
            shown = f"the {grid.noun}s are {few}" if grid.header else f"the {len(names)} have no names"
            way_out = f"Give --set {option}=NAME, or a number: 0 is the first, -1 the last"
            problems.add(None, f"{option} is {column!r}, but {shown}", way_out, f"{option} that is not there")
            return None
    text, label = told.values()
    if text is not None and text == label:
        way_out = "Give another column with --set text_column=NAME or --set label_column=NAME"
        problems.add(None, f"{names[text]} is both text_column and label_column", way_out, "one column for both")
        return None
    return text, label


def _text(
    grid: Grid, names: list[str], told: tuple[int | None, int | None], notes: list[str], group: int | None
) -> tuple[int | None, str]:
    """Return the column of the texts: told, of a usual name and with words, else the longest; and why."""
    if told[0] is not None:
        return told[0], ""
    forms = usual_forms(names)
    usual = [p for p in _usual(names, forms, TEXT_NAMES) if p not in (told[1], group)]
    worded = [place for place in usual if has_words(grid.column(place))]
    if worded:
        long = [p for p in worded[1:] if length_of(grid.column(p))[0] > 1]
        if long:
            others = ", ".join(names[p] for p in long[:3])
            notes.append(f"{others} may hold texts, too: --set text_column={names[long[0]]} takes them instead.")
        return worded[0], ""
    if usual:
        return usual[0], ""
    others = [place for place in range(len(names)) if place not in (told[1], group)]
    longest = _longest(grid, others)
    if not has_words(grid.column(longest)):
        return None, ""
    name = "NAME" if grid.header else "N"
    return longest, "" if len(others) == 1 else f" (the longest; --set text_column={name} takes another)"


def _longest(grid: Grid, places: Sequence[int]) -> int:
    return max(places, key=lambda place: length_of(grid.column(place)))


def _label(
    grid: Grid, names: list[str], apart: Sequence[int | None], told: int | None, notes: list[str], problems: Problems
) -> tuple[int | None, str]:
    """Return the column of the labels: told, of a usual name and with few values, else by its figures; and why.

    It is none of those `apart`, which hold something else.
    """
    if told is not None:
        return told, ""
    forms = usual_forms(names)
    usual = [place for place in _usual(names, forms, LABEL_NAMES) if place not in apart]
    if usual:
        chosen = next((place for place in usual if may_be_labels(grid.column(place), least=1)), usual[0])
        others = [place for place in usual if place != chosen]
        if others:
            shown = ", ".join(names[place] for place in others[:4])
            option = f"--set label_column={names[others[0]]}"
            notes.append(f"{shown} may hold labels, too: {option} takes them instead.")
        return chosen, ""
    others = [place for place in range(len(names)) if place not in apart]
    if len(others) == 1:
        return others[0], ""
    candidates = [place for place in others if may_be_labels(grid.column(place))]
    # A column that names the part of the corpus has few values, too.
    likely = [place for place in candidates if not are_parts({*grid.column(place)} - {""})] or candidates
    name = "NAME" if grid.header else "N"
    if len(likely) == 1:
        return likely[0], f" (few values; --set label_column={name} takes another)"
    shown = " or ".join(_shown(names[place], grid, names) for place in candidates[:4])
    found = shown or f"none of {', '.join(names[:SHOWN_NAMES])} has few values, most of them repeated"
    way_out = f"Give --set label_column={name}" + ("" if grid.header else ", where 0 is the first column")
    problems.add(1, f"which {grid.noun} holds the labels cannot be told: {found}", way_out, "no column of labels")
    return None, ""


def _usual(names: list[str], forms: list[str], usual: Sequence[str]) -> list[int]:
    """Return the places of usual names, in the order of those."""
    found: list[int] = []
    while (place := find_column(None, names, forms, usual, set(found))) is not None:
        found.append(place)
    return found


def _cut(grid: Grid, names: Sequence[str], rest: Sequence[int]) -> tuple[Doubt, ...]:
    """Doubt whether what stands now and then in a column without a name is the rest of a text that was not quoted."""
    if grid.header is None:
        return ()
    filled = [i for i, row in enumerate(grid.rows) if any(not names[place] and row[place] for place in rest)]
    if not filled or 2 * len(filled) > len(grid.rows):  # an index has no name, either
        return ()
    found = f"{counted(len(filled), 'row')} with something in a column that has no name, which is not read"
    way_out = "Quote texts that hold the separator, or name the column"
    return (Doubt("cut_texts", "never", found, way_out, grid.lines[filled[0]]),)


def _shown(name: str, grid: Grid, names: Sequence[str]) -> str:
    values = sorted({*grid.column(list(names).index(name))} - {""})
    return f"{name} ({', '.join(values[:3])}{', …' if len(values) > 3 else ''})"
