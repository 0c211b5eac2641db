"""Rows of CSV and TSV, and their columns by name or number.

CSV follows RFC 4180 (quotation marks, fields over several lines; `;`, `|` and tabs are recognised from the first rows).
TSV has no quoting at all: a `"` is a character like any other.
"""

import contextlib
import csv
import itertools
import re
import sys
from collections.abc import Generator, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TypeAlias

from unrolled.data.readers.source import Problems, counted, numbered_lines

__all__ = ["Cells", "csv_rows", "fields_of_any_size", "find_column", "sound_rows", "usual_forms"]

_QUOTED = re.compile(r'"(?:[^"]|"")*"')

Cells: TypeAlias = tuple[int, list[str] | None]
"""The line on which a row starts, and its fields; None where they could not be read."""


@contextlib.contextmanager
def fields_of_any_size() -> Generator[None]:
    """Lift the limit of 128 KiB that Python sets a field, for as long as rows are read."""
    limit = csv.field_size_limit(sys.maxsize)
    try:
        yield
    finally:
        csv.field_size_limit(limit)


def csv_rows(path: str | Path, problems: Problems) -> Iterator[Cells]:
    """Yield each row with the line on which it starts; what is no CSV is noted."""
    tsv = Path(path).suffix.lower() in {".tsv", ".tab"}
    lines = numbered_lines(path, problems)
    number, header = next(lines, (0, None))
    if header is None:
        return
    head = list(itertools.islice(lines, 20))
    delimiter = "\t" if tsv else _delimiter([header, *(line for _, line in head if line)])
    last = number
    damaged = False

    def texts() -> Iterator[str]:
        nonlocal last, damaged
        for line_number, line in itertools.chain([(number, header)], head, lines):
            last = line_number
            damaged = damaged or line is None
            # A line that cannot be decoded takes part as an empty one, so that an open quotation stays open.
            yield (line or "") + "\n"

    quoting = csv.QUOTE_NONE if delimiter == "\t" else csv.QUOTE_MINIMAL
    reader = csv.reader(texts(), delimiter=delimiter, quoting=quoting, strict=True)
    start = number
    while True:
        try:
            row = next(reader, None)
        except csv.Error as error:
            problems.add(
                start,
                f"the row that begins here cannot be split into fields ({error})",
                'Close every quotation mark; inside quotation marks write " as ""',
                "rows that cannot be split",
            )
            return
        if row is None:
            return
        yield start, (None if damaged else row)
        start, damaged = last + 1, False


def _delimiter(lines: Sequence[str]) -> str:
    """Return what parts the fields of the first line: of several what all of the first lines have as often."""
    bare = [_QUOTED.sub("", line) for line in lines if line.strip()] or [""]
    if "\t" in bare[0]:
        return "\t"
    found = [character for character in ",;|" if character in bare[0]]
    alike = [character for character in found if len({line.count(character) for line in bare}) == 1]
    return next(iter((*alike, *found)), ",")


def sound_rows(rows: Iterable[Cells], width: int, problems: Problems, *, beside: str) -> Iterator[Cells]:
    """Yield rows of that width, [] for an empty row and None for one with a problem.

    `beside` says where the width is from, such as "the header has".
    """
    for number, row in rows:
        if row is None or not any(cell.strip() for cell in row):
            yield number, ([] if row is not None else None)
        elif len(row) != width:
            problems.add(
                number,
                f"{counted(len(row), 'field')} where {beside} {width}",
                "Quote a field that holds the separator, or add the fields that are missing",
                "rows with another number of fields",
            )
            yield number, None
        else:
            yield number, row


def usual_forms(header: Sequence[str]) -> list[str]:
    """Return names of columns in the form in which the usual ones are listed.

    >>> usual_forms(["Sentence #", "NER_Tag"])
    ['sentence', 'ner_tag']
    """
    return [re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_") for name in header]


def find_column(
    wanted: str | int | None, header: Sequence[str], names: list[str], usual: Sequence[str], taken: set[int | None]
) -> int | None:
    """Return the place of a column: the wanted one, by name or number, or the first of the usual names not taken."""
    if isinstance(wanted, str) and wanted not in header and re.fullmatch(r"-?\d{1,9}", wanted):
        wanted = int(wanted)
    if isinstance(wanted, int):
        return wanted % len(header) if -len(header) <= wanted < len(header) else None
    if wanted is not None:
        return list(header).index(wanted) if wanted in header else None
    # Of `Sentence #` and `Sentence`, both of which are `sentence`, the second is spelled so.
    exact = [name.strip().lower() for name in header]
    places = [p for name in usual for found in (exact, names) for p, other in enumerate(found) if other == name]
    return next((place for place in places if place not in taken), None)
