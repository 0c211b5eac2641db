"""One door to all files of labelled sentences."""

import itertools
from collections.abc import Sequence
from pathlib import Path

from unrolled.data.readers.csv_rows import find_column, usual_forms
from unrolled.data.readers.exports.brat import brat_documents, brat_files
from unrolled.data.readers.exports.documents import drafts_of
from unrolled.data.readers.exports.hugging_face import read_parquet
from unrolled.data.readers.exports.intake import Intake
from unrolled.data.readers.json_lines import read_json
from unrolled.data.readers.roles import LABEL_NAMES, TOKEN_NAMES
from unrolled.data.readers.source import Problems, numbered_lines
from unrolled.data.readers.tables import read_rows
from unrolled.data.readers.tagged import Drafts, TaggedReading, finish
from unrolled.data.readers.tagged_settings import TaggedSettings
from unrolled.data.tokenizer import tokenize
from unrolled.errors import SettingsError

__all__ = ["FORMATS", "detect_format", "read_labelled"]

FORMATS = ("columns", "csv", "json", "parquet", "brat")

_SUFFIXES = {
    **dict.fromkeys((".jsonl", ".ndjson", ".json"), "json"),
    **dict.fromkeys((".parquet", ".pq"), "parquet"),
    ".csv": "csv",
}
_NO_EFFECT = {
    "columns": ("offsets", "nested"),
    "csv": ("offsets", "nested"),
    "brat": ("token_column", "label_column", "sentence_column", "header", "scheme"),
}


def read_labelled(path: str | Path, settings: TaggedSettings | None = None) -> TaggedReading:
    """Read labelled sentences from CoNLL columns, CSV, TSV, JSON, Parquet or brat's files, by suffix and content.

    Nothing in a file raises: what is wrong stands in the reading, and `Reading.checked` raises it.

    Raises:
        DataError: a Parquet file, and pyarrow is not installed.
        SettingsError: a setting that has no effect on this file.
    """
    settings = settings or TaggedSettings()
    problems = Problems(path, settings.encoding)
    kind = detect_format(path, (settings.token_column, settings.label_column, settings.sentence_column))
    for name in _NO_EFFECT.get(kind, ()):
        if getattr(settings, name) != getattr(TaggedSettings(), name):
            reason = "brat's format fixes it" if kind == "brat" else "it has no spans"
            raise SettingsError(f"{name} has no effect on {path}: {reason}. Leave it out.")
    return finish(_drafts(Path(path), kind, settings, problems), problems, settings)


def _drafts(path: Path, kind: str, settings: TaggedSettings, problems: Problems) -> Drafts:
    if kind == "json":
        return read_json(path, settings, problems, tokenize)
    if kind == "parquet":
        return read_parquet(path, settings, problems, tokenize)
    if kind == "brat":
        intake = Intake(problems, settings, {"format": "brat's stand-off files"})
        return drafts_of(brat_documents(path, brat_files(path) or [], intake), intake, tokenize)
    if path.is_dir():
        found = "this is a directory without brat's *.ann in it"
        problems.add(None, found, "Name a file in it, or the folder that holds *.txt with *.ann")
        return Drafts([])
    return read_rows(path, settings, problems, csv=kind == "csv")


def detect_format(path: str | Path, columns: Sequence[str | int | None] = ()) -> str:
    """Return the one of FORMATS that a file or folder is in; what cannot be read counts as columns.

    A name among `columns` may show the header of a TSV file.
    """
    path = Path(path)
    if brat_files(path) is not None:
        return "brat"
    suffix = path.suffix.lower()
    if suffix in _SUFFIXES or not path.is_file():  # a pipe can be read only once
        return _SUFFIXES.get(suffix, "columns")
    problems = Problems(path)  # reading will note them once more
    lines = itertools.islice(numbered_lines(path, problems), 20)
    first = next((line for _, line in lines if line is not None and line.strip()), "")
    if any(problem.found.startswith("this is a Parquet file") for problem in problems.found):
        return "parquet"
    if first.lstrip().startswith("{"):
        return "json"
    return "csv" if suffix in {".tsv", ".tab"} and _is_header(first.split("\t"), columns) else "columns"


def _is_header(fields: list[str], columns: Sequence[str | int | None]) -> bool:
    forms = usual_forms(fields)
    token = find_column(None, fields, forms, TOKEN_NAMES, set())
    label = find_column(None, fields, forms, LABEL_NAMES, {token})
    return any(column in fields for column in columns) or (token is not None and label is not None)
