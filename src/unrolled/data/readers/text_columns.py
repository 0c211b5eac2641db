"""Which columns of a grid hold the texts and the labels: as told, by their usual names, or by their figures."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from unrolled.data.readers.csv_rows import find_column, usual_forms
from unrolled.data.readers.grid import Grid
from unrolled.data.readers.source import Problems
from unrolled.data.readers.texts_settings import TextsSettings

__all__ = ["LABEL_NAMES", "TEXT_NAMES", "Columns", "find_text_columns"]

TEXT_NAMES = (
    *("text", "review", "review_text", "reviewtext", "review_body", "sentence", "comment", "comment_text", "content"),
    *("tweet", "tweet_text", "body", "full_text", "phrase", "message", "post", "document", "utterance", "texts"),
    *("reviews", "sentences", "comments", "tokens", "words", "description", "headline", "title"),
)
LABEL_NAMES = (
    *("label_text", "label_name", "label", "labels", "sentiment", "airline_sentiment", "stars", "star_rating", "star"),
    *("rating", "overall", "score", "class", "category", "polarity", "target", "emotion", "intent", "topic", "gold"),
    *("gold_label", "class_name", "class_index", "y"),
)

_NAME = re.compile(r"[\w #.-]{1,40}")

MAX_VALUES = 100
"""The most values of a column that is taken for the labels by its figures."""


@dataclass(frozen=True)
class Columns:
    """Where texts and labels stand in a row, and what should be known of how they were found."""

    text: int
    label: int
    notes: tuple[str, ...] = ()


def find_text_columns(grid: Grid, settings: TextsSettings, problems: Problems) -> Columns | None:
    """Find both columns, and cut a header off the grid; None where there is no row.

    A column that is found by its figures is told in a note; where it cannot be found, there is a problem and None.
    """
    if not grid.rows:
        return None
    if grid.header is None and _has_header(grid, settings):
        grid.header = [str(cell) for cell in grid.rows[0]]
        del grid.rows[0], grid.lines[0]
    names = grid.header or [f"column {place}" for place in range(len(grid.rows[0]))]
    if len(names) < 2:
        problems.add(
            None,
            "there is one column, but a text and its label are needed",
            "Give a text and a label, separated by a comma or a tab; text without labels is for `unrolled predict`",
        )
        return None
    told = _told(names, settings, problems, named=grid.header is not None)
    if told is None:
        return None
    forms, taken = usual_forms(names), set(told)
    text, label = told
    text = find_column(None, names, forms, TEXT_NAMES, taken) if text is None else text
    label = find_column(None, names, forms, LABEL_NAMES, {*taken, text}) if label is None else label
    if text is not None and label is not None:
        if grid.header is None:
            return Columns(text, label, (f"{problems.path} has no header: its first row is read as an example.",))
        return Columns(text, label, () if told[1] is not None else _other_labels(names, text, label))
    return _by_figures(grid, names, (text, label), problems) if grid.rows else None


def _told(
    names: list[str], settings: TextsSettings, problems: Problems, *, named: bool
) -> tuple[int | None, int | None] | None:
    """Return where the columns stand that the settings name; None with a problem where one is not there."""
    wanted = {"text_column": settings.text_column, "label_column": settings.label_column}
    told = {option: find_column(column, names, [], (), set()) for option, column in wanted.items()}
    for option, column in wanted.items():
        if column is not None and told[option] is None:
            shown = f"the columns are {', '.join(names[:12])}" if named else f"the {len(names)} have no names"
            way_out = f"Give --set {option}=NAME, or a number: 0 is the first, -1 the last"
            problems.add(None, f"{option} is {column!r}, but {shown}", way_out)
            return None
    text, label = told.values()
    if text is not None and text == label:
        way_out = "Give another column with --set text_column=NAME or --set label_column=NAME"
        problems.add(None, f"{names[text]} is both text_column and label_column", way_out)
        return None
    return text, label


def _by_figures(
    grid: Grid, names: list[str], found: tuple[int | None, int | None], problems: Problems
) -> Columns | None:
    """Find what is not found yet by what the columns hold."""
    text, label = found
    others = [place for place in range(len(names)) if place not in found]
    name = "NAME" if grid.header else "N"
    taken: list[str] = []
    if text is None:
        text = max(others, key=lambda place: _length(grid.column(place)))
        if sum(any(map(str.isalpha, cell)) for cell in grid.column(text)) * 2 < len(grid.rows):
            found_words = f"the longest are {_shown(names[text], grid.column(text))}"
            way_out = f"Give --set text_column={name} if one holds texts"
            problems.add(None, f"no column holds texts: {found_words}, mostly without letters", way_out)
            return None
        others.remove(text)
        taken.append(f"{names[text]} holds the texts (--set text_column={name} takes another)")
    if label is None:
        candidates = others if len(others) == 1 else [place for place in others if _may_be_labels(grid.column(place))]
        if len(candidates) != 1:
            shown = " or ".join(_shown(names[place], grid.column(place)) for place in candidates[:4])
            found_words = shown or f"none of {', '.join(names[:12])} has few values, most of them repeated"
            way_out = f"Give --set label_column={name}" + ("" if grid.header else ", where 0 is the first column")
            problems.add(1, f"which column holds the labels cannot be told: {found_words}", way_out)
            return None
        label = candidates[0]
        taken.append(f"{names[label]} the labels (--set label_column={name})")
    header = "" if grid.header else " It has no header; columns count from 0."
    return Columns(text, label, (f"By its figures {problems.path} is read so: {', '.join(taken)}.{header}",))


def _other_labels(names: list[str], text: int, label: int) -> tuple[str, ...]:
    """Say so where another column bears a usual name of labels, too."""
    forms = usual_forms(names)
    if forms[label] not in LABEL_NAMES:
        return ()
    others = [names[p] for p, form in enumerate(forms) if form in LABEL_NAMES and p not in (text, label)]
    if not others:
        return ()
    return (f"The labels are those of the column {names[label]}; {', '.join(others[:4])} may hold labels, too.",)


def _has_header(grid: Grid, settings: TextsSettings) -> bool:
    """Return whether the first row names the columns: by a name that is told or usual, else by what the others hold."""
    first, rest = [str(cell) for cell in grid.rows[0]], Grid(None, grid.rows[1:])
    if any(isinstance(name, str) and name in first for name in (settings.text_column, settings.label_column)):
        return True
    usual = [p for p, form in enumerate(usual_forms(first)) if form in TEXT_NAMES or form in LABEL_NAMES]
    if any(first[place].strip() not in rest.column(place) for place in usual):
        return True
    columns = [rest.column(place) for place in range(len(first))]
    labels = [place for place, cells in enumerate(columns) if _may_be_labels(cells)]
    if any(first[place].strip() in columns[place] for place in labels):
        return False
    if not labels and (len(rest.rows) < 5 or not all(map(_NAME.fullmatch, first))):
        return False
    # The names of a header are different words, and stand above longer texts.
    text = max(range(len(first)), key=lambda place: _length(columns[place]))
    names = [name for name in first if name.strip()]
    return len(first[text].split()) <= 2 and _length(columns[text])[0] > 4 and len(set(names)) == len(names)


def _length(cells: Sequence[str]) -> tuple[float, float]:
    """Return the mean number of words of a cell, and of characters."""
    count = max(len(cells), 1)
    return sum(len(cell.split()) for cell in cells) / count, sum(map(len, cells)) / count


def _may_be_labels(cells: Sequence[str]) -> bool:
    """Return whether a column has few values, short ones, and hardly a gap."""
    filled = [cell for cell in cells if cell]
    values = set(filled)
    few = 2 <= len(values) <= min(MAX_VALUES, len(filled) - 1 if len(filled) < 20 else len(filled) // 4)
    return few and len(filled) > 0.9 * len(cells) and max(map(len, values)) <= 40 and not all(map(_is_date, values))


def _is_date(value: str) -> bool:
    return re.match(r"\d{4}-\d\d-\d\d", value) is not None


def _shown(name: str, cells: Sequence[str]) -> str:
    values = sorted(set(cells) - {""})
    return f"{name} ({', '.join(values[:3])}{', …' if len(values) > 3 else ''})"
