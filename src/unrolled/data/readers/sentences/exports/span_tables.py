"""CSV and TSV with a text a row, its spans as a list in a cell, as Label Studio (JSON) and doccano (Python) have it.

text,label
Ann sat.,"[{""start"": 0, ""end"": 3, ""text"": ""Ann"", ""labels"": [""PER""]}]"
"""

import itertools
from collections.abc import Sequence
from pathlib import Path
from typing import cast

from unrolled.data.readers.csv_rows import csv_rows, fields_of_any_size, sound_rows
from unrolled.data.readers.sentences.exports.spans import are_spans
from unrolled.data.readers.sentences.values import parse_cell
from unrolled.data.readers.source import Problems

__all__ = ["has_spans", "span_records"]

SAMPLE = 200
"""Rows; texts without a span may come first."""


def has_spans(path: str | Path) -> bool:
    """Return whether a cell of the first rows is a list of spans."""
    with fields_of_any_size():
        rows = itertools.islice(csv_rows(path, Problems(path)), SAMPLE)
        return any(_spans(cell) for _, row in rows for cell in row or ())


def span_records(path: str | Path, problems: Problems) -> list[tuple[int, dict[str, object]]]:
    """Return each row as an object, by the names in the first row; lists of spans are read, empty cells are none."""
    with fields_of_any_size():
        rows = csv_rows(path, problems)
        header = next((row for _, row in rows if row), list[str]())
        body = [(line, row) for line, row in sound_rows(rows, len(header), problems, beside="the first row has") if row]
    held = [any(_spans(row[place]) for _, row in body) for place in range(len(header))]
    return [(line, dict(zip(header, _values(row, held), strict=True))) for line, row in body]


def _values(row: Sequence[str], held: Sequence[bool]) -> list[object]:
    """Return the cells of a row; `held` is which columns hold spans."""
    cells = zip(row, held, strict=True)
    return [(_spans(cell) or ([] if cell.strip() in {"", "[]"} else cell)) if has else cell for cell, has in cells]


def _spans(cell: str) -> list[object] | None:
    """Return the spans of a cell; None where it holds none."""
    if not cell.lstrip().startswith("[") or ("{" not in cell and "[" not in cell.lstrip()[1:]):
        return None
    value = parse_cell(cell)
    items = value if are_spans(value) and value else []
    sound = all(
        ("start" in item or "start_offset" in item) if isinstance(item, dict) else _is_triple(item) for item in items
    )
    return items if items and sound else None


def _is_triple(item: object) -> bool:
    parts = cast("list[object]", item)
    return len(parts) == 3 and all(isinstance(part, int) for part in parts[:2]) and isinstance(parts[2], str)
