"""Whether the first row of a table of labelled texts names its columns."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from unrolled.data.readers.csv_rows import usual_forms
from unrolled.data.readers.doubt import Doubt
from unrolled.data.readers.grid import Grid
from unrolled.data.readers.texts.figures import length_of, may_be_labels
from unrolled.data.readers.texts.settings import TextsSettings

__all__ = ["LABEL_NAMES", "TEXT_NAMES", "Header", "cut_header"]

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
MOST_WORDS = 8
"""The most words of a column's name: those of public files have up to five, and the shortest texts about as many."""

_NAME = re.compile(r"[\w #.-]{1,40}")


@dataclass(frozen=True)
class Header:
    """What became of the first row.

    Attributes:
        said: what was decided, for the account.
        undecided: whether nothing but figures decided it.
        doubts: that it may be the other way round.
    """

    said: str
    undecided: bool = False
    doubts: tuple[Doubt, ...] = ()


def _told(settings: TextsSettings) -> tuple[str | int | None, ...]:
    return settings.text_column, settings.label_column, settings.group


def cut_header(grid: Grid, settings: TextsSettings) -> Header:
    """Take the first row of a grid without a header for it, if it is one."""
    if grid.header is not None:
        return Header("")
    first = [str(cell).strip() for cell in grid.rows[0]]
    names, sure = _names_columns(first, grid, settings)
    line = grid.lines[0]
    if names:
        grid.header = first
        del grid.rows[0], grid.lines[0]
    if settings.header is not None:
        return Header("the first names the columns" if names else "no header")
    if not names:
        return Header("no header (--set header=true takes the first row for names)", undecided=not sure)
    longest = max(first, key=lambda name: len(name.split()))
    if len(longest.split()) > MOST_WORDS:
        found = f"the first row is taken for names of columns, but {longest[:40]!r} reads like an example"
        doubt = Doubt("header", "always", found, "Give --set header=false to read it as an example", line)
        return Header("the first names the columns", doubts=(doubt,))
    return Header("the first names the columns" + ("" if sure else " (--set header=false reads it as an example)"))


def _names_columns(first: Sequence[str], grid: Grid, settings: TextsSettings) -> tuple[bool, bool]:
    """Return whether the first row names the columns, and whether more than figures says so.

    It does by a name that is told or usual, else by what the other rows hold.
    """
    if settings.header is not None:
        return settings.header, True
    rest = Grid(None, grid.rows[1:])
    if any(isinstance(name, str) and name in first for name in _told(settings)):
        return True, True
    usual = [p for p, form in enumerate(usual_forms(first)) if form in TEXT_NAMES or form in LABEL_NAMES]
    if any(first[place] not in rest.column(place) for place in usual):
        return True, True
    columns = [rest.column(place) for place in range(len(first))]
    labels = [place for place, cells in enumerate(columns) if may_be_labels(cells)]
    if any(first[place] in columns[place] for place in labels):
        return False, True
    if not labels and (len(rest.rows) < 5 or not all(map(_NAME.fullmatch, first))):
        return False, False
    # The names of a header are different words, and stand above longer texts.
    text = max(range(len(first)), key=lambda place: length_of(columns[place]))
    names = [name for name in first if name]
    short = len(first[text].split()) <= 2 and length_of(columns[text])[0] > 4
    return short and len(set(names)) == len(names), False
