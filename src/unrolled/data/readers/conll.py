r"""CoNLL columns: one token a line, its label in another column, a blank line between sentences.

Columns are separated by tabs on a line that has a tab, so that a token may hold spaces; on any other line by runs of
spaces. Blank lines may be several and may hold white space; white space at the end of a line is ignored. A line whose
first column is `-DOCSTART-` marks a document and ends the sentence before it. A line that begins with `# ` is a comment
if its number of columns is not that of the other lines (as `# text = ...` in CoNLL-U); otherwise its `#` is a token.
"""

import itertools
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from unrolled.data.readers.source import Problems, Row, counted, numbered_lines, split_at_spaces
from unrolled.data.readers.tagged import Draft, TaggedReading, finish
from unrolled.data.tags import Scheme

__all__ = ["read_conll", "split_columns"]

_DOCUMENT = "-DOCSTART-"
_COMMENT = "# "


def read_conll(
    path: str | Path,
    *,
    strict: bool = True,
    scheme: Scheme | None = None,
    token_column: int = 0,
    label_column: int = -1,
) -> TaggedReading:
    """Read labelled sentences from columns; columns count from 0, negative ones from the end.

    `strict` raises the first problem as DataError; otherwise sentences with a problem are left out and all problems
    are listed. `scheme` is detected unless it is given.
    """
    problems = Problems(path)
    width, rows = _width(numbered_lines(path, problems))
    columns = _columns(width, token_column, label_column, problems)
    drafts = [] if columns is None else list(_sentences(rows, width, columns, problems))
    return finish(drafts, problems, scheme=scheme, strict=strict)


def split_columns(line: str) -> list[str]:
    r"""Split a line at its tabs or, if it has none, at runs of spaces.

    >>> split_columns("New York\tB-LOC")
    ['New York', 'B-LOC']
    """
    line = line.rstrip(" \t")
    return [column.strip(" ") for column in line.split("\t")] if "\t" in line else split_at_spaces(line)


def _width(rows: Iterator[Row]) -> tuple[int, Iterable[Row]]:
    """Return the number of columns (the commonest of the first thousand lines) and all rows."""
    start = list(itertools.islice(rows, 1000))
    counts: Counter[int] = Counter()
    comments: Counter[int] = Counter()
    for _, line in start:
        if line is not None and line.strip() and not line.startswith(_DOCUMENT):
            (comments if line.startswith(_COMMENT) else counts)[len(split_columns(line))] += 1
    commonest = (counts or comments).most_common(1)
    return (commonest[0][0] if commonest else 0), itertools.chain(start, rows)


def _columns(width: int, token: int, label: int, problems: Problems) -> tuple[int, int] | None:
    if width == 0:
        return 0, 0
    if width == 1:
        problems.add(
            None,
            "the lines have one column, but a token and its label are needed",
            "Separate the two by a tab or a space; text without labels is for `unrolled predict`",
        )
        return None
    for name, column in (("token_column", token), ("label_column", label)):
        if not -width <= column < width:
            problems.add(
                None,
                f"{name} is {column}, but the lines have {width} columns",
                f"Give --set {name}=N, where N is 0 to {width - 1}, or -1 for the last",
            )
    if not all(-width <= column < width for column in (token, label)):
        return None
    if token % width == label % width:
        problems.add(
            None,
            f"column {token % width} is both token_column and label_column",
            f"Give another of 0 to {width - 1} with --set token_column=N or --set label_column=N",
        )
        return None
    return token % width, label % width


def _sentences(rows: Iterable[Row], width: int, columns: tuple[int, int], problems: Problems) -> Iterator[Draft]:
    token, label = columns
    draft = Draft([], [], [])
    for number, line in rows:
        if line is None:
            draft.add_gap(number)
            continue
        if not line.strip() or line.startswith(_DOCUMENT):
            if draft.tokens:
                yield draft
            draft = Draft([], [], [])
            continue
        found = split_columns(line)
        if len(found) == width:
            draft.tokens.append(found[token])
            draft.tags.append(found[label])
            draft.lines.append(number)
        elif not line.startswith(_COMMENT):
            draft.add_gap(number)
            _note_width(number, found, width, problems)
    if draft.tokens:
        yield draft


def _note_width(number: int, found: list[str], width: int, problems: Problems) -> None:
    shown = " | ".join(found[:6]) + (" | …" if len(found) > 6 else "")
    problems.add(
        number,
        f"{counted(len(found), 'column')} where the other lines have {width}: {shown}",
        "Give the line a token and its label, or leave it blank between sentences; "
        "a token that holds a space needs tabs between columns"
        if len(found) > width
        else "Give the line a token and its label, or leave it blank between sentences",
    )
