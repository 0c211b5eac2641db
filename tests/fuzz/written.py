"""A fuzzed file: what it says, how, and how many sentences anyone would count in it, damaged or not."""

import csv
import io
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fuzz.corpora import TYPES

from unrolled.data.readers import Reading, TaggedSettings

__all__ = ["Written", "count_blocks", "count_changes", "count_lines", "count_rows", "lines_of"]

_ENDS = re.compile("\r*\n|\r")
_LABEL = re.compile("|".join(("O", "[BIESLU]-.+", *map(re.escape, TYPES))))
_DOCUMENT = re.compile(r"-DOCSTART-|-docstart-|#+\s*(begin|end|newdoc|newpar|doc|medline|id\b)", re.IGNORECASE)


@dataclass(frozen=True, repr=False)
class Written:
    """A file.

    Attributes:
        name: of the file.
        data: its bytes.
        meant: the pairs that it says.
        read: the reader, given path and settings.
        count: how many examples anyone would count in such bytes; None where they are no text.
        settings: of the reader.
        taken: what the account must say, the start of it; `scheme` that of the labels.
        separator: between columns.
        named: whether a column names the sentences, so that another value in it is another sentence.
    """

    name: str
    data: bytes
    meant: list[tuple[tuple[str, ...], Any]]
    read: Callable[[Path, Any], "Reading[Any, Any]"]
    count: Callable[[bytes], int | None]
    settings: Any = field(default_factory=TaggedSettings)
    taken: dict[str, str] = field(default_factory=dict[str, str])
    separator: str = "\t"
    named: bool = False

    def __repr__(self) -> str:
        return f"{self.name}: {self.data!r}"

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        printer.text(repr(self))


def lines_of(data: bytes) -> list[str] | None:
    """Return the lines of a text; None where it is none."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return None
    return _ENDS.split(text.removeprefix("\ufeff"))


def count_blocks(data: bytes) -> int | None:
    """Count what blank lines and marks of documents part; a comment at the start of a block is not of it."""
    lines = lines_of(data)
    if lines is None:
        return None
    count, inside = 0, False
    for line in lines:
        if not line.strip() or (_DOCUMENT.match(line) and not _is_token(line)):
            inside = False
        elif not inside and not (line.startswith("#") and not _is_token(line)):
            count, inside = count + 1, True
    return count


def _is_token(line: str) -> bool:
    """Return whether a line has a label, and so is no comment or mark."""
    cells = line.split("\t") if "\t" in line else line.split(" ")
    return not line.startswith("-") and any(map(_LABEL.fullmatch, map(str.strip, cells[1:])))


def count_lines(data: bytes) -> int | None:
    """Count lines that are not blank."""
    lines = lines_of(data)
    return None if lines is None else sum(bool(line.strip()) for line in lines)


def _rows(data: bytes, delimiter: str) -> list[list[str]] | None:
    lines = lines_of(data)
    if lines is None:
        return None
    quoting = csv.QUOTE_NONE if delimiter == "\t" else csv.QUOTE_MINIMAL
    try:
        rows = list(csv.reader(io.StringIO("\n".join(lines), newline=""), delimiter=delimiter, quoting=quoting))
    except csv.Error:
        return None
    return [row if any(map(str.strip, row)) else [] for row in rows]


def count_rows(delimiter: str, *, header: bool) -> Callable[[bytes], int | None]:
    """Return what counts the rows of CSV that are not blank, below a header."""

    def count(data: bytes) -> int | None:
        rows = _rows(data, delimiter)
        return None if rows is None else max(0, sum(map(bool, rows)) - header)

    return count


def count_changes(delimiter: str, place: int | None, *, header: bool) -> Callable[[bytes], int | None]:
    """Return what counts the sentences of CSV with a token a row: by a column's changes, or by blank rows for None."""

    def count(data: bytes) -> int | None:
        rows = _rows(data, delimiter)
        if rows is None:
            return None
        while rows and not rows[0]:
            rows = rows[1:]
        identity, number, inside = "", 0, False
        for row in rows[header:]:
            is_mark = row != [] and row[0].lower().startswith("-docstart-")
            cell = row[place].strip() if place is not None and len(row) > place and not is_mark else ""
            if (place is None and not row) or is_mark:
                inside = False
            elif row:
                number += not inside or cell not in {"", identity}
                inside = True
            identity = cell or identity
        return number

    return count
