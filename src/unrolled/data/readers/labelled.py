"""One door to all files of labelled sentences."""

import itertools
from collections.abc import Sequence
from pathlib import Path

from unrolled.data.readers.csv_rows import find_column, usual_forms
from unrolled.data.readers.json_lines import read_json_lines
from unrolled.data.readers.roles import LABEL_NAMES, TOKEN_NAMES
from unrolled.data.readers.source import Problems, numbered_lines
from unrolled.data.readers.tables import read_rows
from unrolled.data.readers.tagged import TaggedReading, finish
from unrolled.data.readers.tagged_settings import TaggedSettings

__all__ = ["FORMATS", "detect_format", "read_labelled"]

FORMATS = ("columns", "csv", "json_lines")


def read_labelled(path: str | Path, settings: TaggedSettings | None = None) -> TaggedReading:
    """Read labelled sentences from CoNLL columns, CSV, TSV or JSON Lines: by the file's suffix and first lines.

    Nothing in a file raises: what is wrong stands in the reading, and `Reading.checked` raises it.

    Raises:
        SettingsError: a setting that has no effect on this file.
    """
    settings = settings or TaggedSettings()
    problems = Problems(path, settings.encoding)
    kind = detect_format(path, (settings.token_column, settings.label_column, settings.sentence_column))
    if kind == "json_lines":
        drafts = read_json_lines(path, settings, problems)
    else:
        drafts = read_rows(path, settings, problems, csv=kind == "csv")
    return finish(drafts, problems, settings)


def detect_format(path: str | Path, columns: Sequence[str | int | None] = ()) -> str:
    """Return the one of FORMATS that a file is in; what cannot be read counts as columns.

    A name among `columns` may show the header of a TSV file.
    """
    suffix = Path(path).suffix.lower()
    if suffix in {".jsonl", ".ndjson", ".json"}:
        return "json_lines"
    if suffix == ".csv":
        return "csv"
    if not Path(path).is_file():  # a pipe can be read only once
        return "columns"
    lines = itertools.islice(numbered_lines(path, Problems(path)), 20)
    first = next((line for _, line in lines if line is not None and line.strip()), "")
    if first.lstrip().startswith("{") and first.rstrip().endswith("}"):  # a word may begin so, too
        return "json_lines"
    return "csv" if suffix in {".tsv", ".tab"} and _is_header(first.split("\t"), columns) else "columns"


def _is_header(fields: list[str], columns: Sequence[str | int | None]) -> bool:
    forms = usual_forms(fields)
    token = find_column(None, fields, forms, TOKEN_NAMES, set())
    label = find_column(None, fields, forms, LABEL_NAMES, {token})
    return any(column in fields for column in columns) or (token is not None and label is not None)
