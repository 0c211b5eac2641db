"""One door to all files of labelled sentences."""

import itertools
from collections.abc import Sequence
from pathlib import Path

from unrolled.data.readers.csv_rows import find_column, usual_forms
from unrolled.data.readers.groups import no_groups
from unrolled.data.readers.sentences.exports.brat import brat_documents, brat_files
from unrolled.data.readers.sentences.exports.documents import drafts_of
from unrolled.data.readers.sentences.exports.hugging_face import read_parquet
from unrolled.data.readers.sentences.exports.intake import Intake
from unrolled.data.readers.sentences.exports.span_tables import has_spans
from unrolled.data.readers.sentences.figures import looks_like_a_label
from unrolled.data.readers.sentences.json_lines import read_json, read_span_table
from unrolled.data.readers.sentences.roles import LABEL_NAMES, TOKEN_NAMES
from unrolled.data.readers.sentences.settings import TaggedSettings
from unrolled.data.readers.sentences.tables import read_rows
from unrolled.data.readers.sentences.tagged import Drafts, TaggedReading, finish
from unrolled.data.readers.source import IS_DIRECTORY, Problems, numbered_lines

__all__ = ["FORMATS", "detect_format", "read_labelled"]

FORMATS = ("columns", "csv", "span_table", "json", "parquet", "brat")

_SUFFIXES = {
    **dict.fromkeys((".jsonl", ".ndjson", ".json"), "json"),
    **dict.fromkeys((".parquet", ".pq"), "parquet"),
    ".csv": "csv",
}
_NO_EFFECT = {
    "columns": ("offsets", "nested"),
    "csv": ("offsets", "nested"),
    "brat": ("token_column", "label_column", "sentence_column", "header", "scheme"),
    "parquet": ("encoding",),
}


def read_labelled(
    path: str | Path, settings: TaggedSettings | None = None, *, tokenizer: str = "detect"
) -> TaggedReading:
    """Read labelled sentences from CoNLL columns, CSV, TSV, JSON, Parquet or brat's files, by suffix and content.

    Texts beside which spans stand are split by the tokenizer of that name; "detect" takes characters for scripts
    without spaces, else words. Nothing in a file raises: what is wrong stands in the reading, and `Reading.checked`
    raises it.

    Raises:
        DataError: a Parquet file, and pyarrow is not installed.
        SettingsError: a setting that has no effect on this file.
    """
    settings = settings or TaggedSettings()
    problems = Problems(path, settings.encoding)
    kind = detect_format(path, (settings.token_column, settings.label_column, settings.sentence_column))
    for name in _NO_EFFECT.get(kind, ()):
        if getattr(settings, name) != getattr(TaggedSettings(), name):
            reason = "it has no spans" if name in {"offsets", "nested"} else "the format fixes it"
            raise settings.without_effect_on(path, name, reason)
    if settings.group is not None:
        no_groups(settings.group, "of labelled sentences none says whom or what it is from", problems)
    return finish(_drafts(Path(path), kind, settings, problems, tokenizer), problems, settings)


def _drafts(path: Path, kind: str, settings: TaggedSettings, problems: Problems, tokenizer: str) -> Drafts:
    if kind == "json":
        return read_json(path, settings, problems, tokenizer)
    if kind == "span_table":
        return read_span_table(path, settings, problems, tokenizer)
    if kind == "parquet":
        return read_parquet(path, settings, problems, tokenizer)
    if kind == "brat":
        intake = Intake(problems, settings, {"format": "brat's stand-off files"})
        return drafts_of(brat_documents(path, brat_files(path) or [], intake), intake, tokenizer)
    if path.is_dir():
        problems.add(None, IS_DIRECTORY, "Name a file in it, or a folder that holds brat's *.txt with *.ann")
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
    if suffix in {".csv", ".tsv", ".tab"} and path.is_file() and has_spans(path):
        return "span_table"
    if suffix in _SUFFIXES or not path.is_file():  # a pipe can be read only once
        return _SUFFIXES.get(suffix, "columns")
    problems = Problems(path)  # reading will note them once more
    lines = [line or "" for _, line in itertools.islice(numbered_lines(path, problems), 20)]
    first = next((line for line in lines if line.strip()), "")
    if any(problem.found.startswith("this is a Parquet file") for problem in problems.found):
        return "parquet"
    cells = first.split() or [""]
    if cells[0].startswith("{") and not any(map(looks_like_a_label, cells[1:])):  # a word may begin so, too
        return "json"
    rows = [line.split("\t") for line in lines[lines.index(first) :]] if first else []
    is_table = suffix in {".tsv", ".tab"} and (_is_header(first.split("\t"), columns) or _names_columns(rows))
    return "csv" if is_table else "columns"


def _names_columns(rows: list[list[str]]) -> bool:
    """Return whether the first of rows without a blank one among them has no label where all others have one."""
    others = rows[1:]
    if len(others) < 2 or any(len(row) != len(rows[0]) or row == [""] for row in others):
        return False
    columns = zip(rows[0], zip(*others, strict=True), strict=True)
    return any(not looks_like_a_label(name) and all(map(looks_like_a_label, cells)) for name, cells in columns)


def _is_header(fields: list[str], columns: Sequence[str | int | None]) -> bool:
    forms = usual_forms(fields)
    token = find_column(None, fields, forms, TOKEN_NAMES, set())
    label = find_column(None, fields, forms, LABEL_NAMES, {token})
    return any(column in fields for column in columns) or (token is not None and label is not None)
