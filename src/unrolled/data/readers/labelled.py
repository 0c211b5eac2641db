"""One door to all labelled formats."""

import itertools
from collections.abc import Sequence
from pathlib import Path

from unrolled.data.readers.conll import read_conll
from unrolled.data.readers.json_lines import read_json_lines
from unrolled.data.readers.source import Problems, numbered_lines
from unrolled.data.readers.tables import find_columns, read_table
from unrolled.data.readers.tagged import TaggedReading
from unrolled.data.tags import Scheme
from unrolled.errors import SettingsError

__all__ = ["FORMATS", "detect_format", "read_labelled"]

FORMATS = ("conll", "table", "json_lines")

Column = str | int | None


def read_labelled(
    path: str | Path,
    *,
    strict: bool = True,
    scheme: Scheme | None = None,
    token_column: str | int | None = None,
    label_column: str | int | None = None,
    sentence_column: str | int | None = None,
    label_names: Sequence[str] | None = None,
) -> TaggedReading:
    """Read labelled sentences from CoNLL columns, CSV, TSV or JSON Lines: by the file's suffix and first lines.

    Columns are numbers (CoNLL, tables) or names (tables, JSON Lines); left out, they are found. See the four readers
    for what else they accept and raise.
    """
    kind = detect_format(path, (token_column, label_column, sentence_column))
    if kind == "json_lines":
        keys = [None if column is None else str(column) for column in (token_column, label_column)]
        return read_json_lines(
            path, strict=strict, scheme=scheme, token_key=keys[0], label_key=keys[1], label_names=label_names
        )
    if kind == "table":
        return read_table(
            path,
            strict=strict,
            scheme=scheme,
            token_column=token_column,
            label_column=label_column,
            sentence_column=sentence_column,
            label_names=label_names,
        )
    return read_conll(
        path,
        strict=strict,
        scheme=scheme,
        token_column=_number(token_column, "token_column", 0),
        label_column=_number(label_column, "label_column", -1),
    )


def detect_format(path: str | Path, columns: tuple[Column, Column, Column] = (None, None, None)) -> str:
    """Return the one of FORMATS that a file is in; what cannot be read counts as CoNLL.

    `columns` are those of token, label and sentence, where they are known: a name among them may show the header of a
    TSV file.
    """
    suffix = Path(path).suffix.lower()
    if suffix in {".jsonl", ".ndjson", ".json"}:
        return "json_lines"
    if suffix == ".csv":
        return "table"
    if not Path(path).is_file():  # a pipe can be read only once
        return "conll"
    lines = itertools.islice(numbered_lines(path, Problems(path)), 20)
    first = next((line for _, line in lines if line is not None and line.strip()), "")
    if first.lstrip().startswith("{"):
        return "json_lines"
    if suffix in {".tsv", ".tab"} and _is_header(first.split("\t"), columns):
        return "table"
    return "conll"


def _is_header(fields: list[str], columns: tuple[Column, Column, Column]) -> bool:
    token, label, sentence = (column if column in fields else None for column in columns)
    return find_columns(fields, [], (token, label, sentence)) is not None


def _number(column: str | int | None, name: str, default: int) -> int:
    if column is None:
        return default
    try:
        return int(column)
    except ValueError as error:
        raise SettingsError(
            f"{name} is {column!r}, but the columns of a CoNLL file have no names. Give a number, --set {name}=N: 0 is "
            "the first, -1 the last."
        ) from error
