"""Labelled texts as a grid, whatever file they are in: rows of cells, under a header or none."""

import importlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from unrolled.data.readers.csv_rows import csv_rows, fields_of_any_size, sound_rows
from unrolled.data.readers.feature_names import names_of_features
from unrolled.data.readers.json_records import json_records
from unrolled.data.readers.source import Problems
from unrolled.errors import DataError

__all__ = ["Grid", "as_text", "csv_grid", "json_grid", "parquet_grid"]

MAX_KEYS = 1000
"""The most keys of JSON objects that are looked through for texts and labels."""
SAMPLE = 100_000
"""The rows whose figures tell what the columns hold."""


@dataclass
class Grid:
    """Rows of a file.

    Attributes:
        header: the names of the columns; None where the file has none, or not known.
        rows: the cells of each sound row.
        lines: where each row stands, 1-based.
        known_names: of labels that are numbers, by column, where the file itself says them.
        noun: what a column is called.
    """

    header: list[str] | None
    rows: list[Sequence[object]] = field(default_factory=list[Sequence[object]])
    lines: list[int] = field(default_factory=list[int])
    known_names: dict[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    noun: str = "column"

    def column(self, place: int) -> list[str]:
        """Return the cells of a column as texts, those of the first SAMPLE rows."""
        return [as_text(row[place]) for row in self.rows[:SAMPLE]]


def as_text(cell: object) -> str:
    """Return what a cell says, "" where it is empty; a whole number without `.0`, as tables of stars often have it.

    >>> as_text(" warm "), as_text(5.0), as_text(None), as_text(True)
    ('warm', '5', '', 'true')
    """
    if isinstance(cell, str):
        return cell.strip()
    if cell is None or cell != cell:  # noqa: PLR0124  (NaN is how tables spell nothing)
        return ""
    if isinstance(cell, bool):
        return str(cell).lower()
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)


def csv_grid(path: str | Path, problems: Problems) -> Grid:
    """Read CSV or TSV; the first row is among the rows, be it a header or not."""
    grid = Grid(None)
    with fields_of_any_size():
        rows = csv_rows(path, problems)
        for number, first in rows:
            if first:
                grid.rows.append(first)
                grid.lines.append(number)
                break
        width = len(grid.rows[0]) if grid.rows else 0
        for number, row in sound_rows(rows, width, problems, beside="the first row has"):
            if row:
                grid.rows.append(row)
                grid.lines.append(number)
    return grid


def json_grid(path: str | Path, problems: Problems) -> Grid:
    """Read JSON Lines; a key is a column, empty where an object lacks it."""
    records = list(json_records(path, problems, example='{"text": "...", "label": "..."}'))
    keys: dict[str, None] = {}
    for _, record in records:
        if len(keys) < MAX_KEYS:
            keys.update(dict.fromkeys(record))
    header = list(keys)[:MAX_KEYS]
    rows: list[Sequence[object]] = [[record.get(key) for key in header] for _, record in records]
    return Grid(header, rows, [number for number, _ in records], noun="key")


def parquet_grid(path: str | Path, problems: Problems) -> Grid:
    """Read the columns of a Parquet file that hold texts, numbers or lists of texts; a row's number is its line.

    Raises:
        DataError: pyarrow is not installed.
    """
    try:
        arrow: Any = importlib.import_module("pyarrow")
        parquet: Any = importlib.import_module("pyarrow.parquet")
    except ImportError as error:
        raise DataError(f"{path} is a Parquet file, which takes pyarrow: pip install 'unrolled[tables]'.") from error
    try:
        with Path(path).open("rb") as source, parquet.ParquetFile(source) as file:
            schema: Any = file.schema_arrow
            header = [column.name for column in schema if _is_plain(column.type, arrow.types)]
            columns: list[list[object]] = []
            if header:
                table: Any = file.read(columns=header)
                columns = [table.column(name).to_pylist() for name in header]
    except FileNotFoundError:
        problems.add(None, "there is no such file", "Check the path", "no such file")
        return Grid([])
    except (OSError, MemoryError, ValueError, KeyError, arrow.ArrowException) as error:
        said = str(error).split("\n")[0][:120].rstrip(". ")
        problems.add(None, f"this is no whole Parquet file ({said})", "Copy or export it again", "no whole file")
        return Grid([])
    rows: list[Sequence[object]] = list(zip(*columns, strict=True))
    return Grid(header, rows, list(range(1, len(rows) + 1)), _names_in(schema.metadata or {}))


def _is_plain(kind: Any, types: Any) -> bool:
    if types.is_list(kind) or types.is_large_list(kind):
        kind = kind.value_type
    if types.is_dictionary(kind):
        kind = kind.value_type
    return any(
        test(kind)
        for test in (types.is_string, types.is_large_string, types.is_integer, types.is_floating, types.is_boolean)
    )


def _names_in(metadata: dict[bytes, bytes]) -> dict[str, tuple[str, ...]]:
    """Return the names of labels that the `datasets` library writes beside the columns."""
    try:
        return names_of_features(json.loads(metadata[b"huggingface"])["info"]["features"])
    except (KeyError, ValueError, TypeError, RecursionError):
        return {}
