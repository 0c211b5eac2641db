"""CSV and TSV with a header: one token a row, or one sentence a row.

The dialects are those of `csv_rows`.
"""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from unrolled.data.readers.csv_rows import csv_rows, fields_of_any_size, find_column, sound_rows, usual_forms
from unrolled.data.readers.source import Problems
from unrolled.data.readers.tagged import Draft, TaggedReading, finish
from unrolled.data.readers.values import as_labels, as_tokens, draft_of_line, parse_cell
from unrolled.data.tags import Scheme

__all__ = ["LABEL_NAMES", "SENTENCE_NAMES", "TOKEN_NAMES", "find_columns", "read_table"]

TOKEN_NAMES = ("tokens", "token", "words", "word", "form", "text", "sentence")
LABEL_NAMES = ("labels", "label", "ner_tags", "ner_tag", "ner", "iob_tags", "iob", "tags", "tag", "entities", "entity")
SENTENCE_NAMES = ("sentence_id", "sent_id", "sentence_number", "sentence_no", "sentence_index", "sentence", "sent")


@dataclass(frozen=True)
class Columns:
    """Where in a row the token, the label and the sentence's identifier stand."""

    token: int
    label: int
    sentence: int | None
    width: int
    layout: Literal["token", "sentence"]


def read_table(
    path: str | Path,
    *,
    strict: bool = True,
    scheme: Scheme | None = None,
    token_column: str | int | None = None,
    label_column: str | int | None = None,
    sentence_column: str | int | None = None,
    label_names: Sequence[str] | None = None,
) -> TaggedReading:
    """Read labelled sentences from CSV or TSV; columns are named, numbered from 0, or found by their usual names.

    One token a row: a new value in the sentence column begins a sentence, an empty one goes on with it; without that
    column an empty row ends a sentence. One sentence a row: cells hold JSON lists or words between spaces.
    """
    problems = Problems(path)
    with fields_of_any_size():
        rows = csv_rows(path, problems)
        _, header = next(rows, (0, None))
        first = next(rows, (0, None))
        columns = None
        if header is not None:
            columns = find_columns(header, first[1] or [], (token_column, label_column, sentence_column))
        if header is not None and columns is None:
            problems.add(
                1,
                f"the header has the columns {', '.join(header[:12])}; which hold tokens and labels is not clear",
                f"Name them {TOKEN_NAMES[1]} and {LABEL_NAMES[1]}, or give their names: --set token_column=NAME "
                "--set label_column=NAME",
            )
        drafts: list[Draft] = []
        if columns is not None:
            body = sound_rows(itertools.chain([first], rows), columns.width, problems, beside="the header has")
            if columns.layout == "sentence":
                drafts = list(_sentence_rows(body, columns, label_names, problems))
            else:
                drafts = list(_token_rows(body, columns, label_names, problems))
    return finish(drafts, problems, scheme=scheme, strict=strict)


def find_columns(
    header: Sequence[str], first_row: Sequence[str], wanted: tuple[str | int | None, str | int | None, str | int | None]
) -> Columns | None:
    """Return where token, label and sentence stand (`wanted`, or by their usual names), or None if that is unclear."""
    names = usual_forms(header)
    token = find_column(wanted[0], header, names, TOKEN_NAMES, set())
    label = find_column(wanted[1], header, names, LABEL_NAMES, {token})
    if token is None or label is None or token == label:
        return None
    sentence = find_column(wanted[2], header, names, SENTENCE_NAMES, {token, label})
    if sentence is None and wanted[2] is not None:
        return None
    cells = [first_row[i] if i < len(first_row) else "" for i in (token, label)]
    several = all(cell.strip().startswith("[") or " " in cell.strip() for cell in cells)
    by_token = not several and (sentence is not None or names[token] in {"token", "word", "form"})
    return Columns(token, label, sentence, len(header), "token" if by_token else "sentence")


def _sentence_rows(
    rows: Iterator[tuple[int, list[str] | None]],
    columns: Columns,
    label_names: Sequence[str] | None,
    problems: Problems,
) -> Iterator[Draft]:
    for number, row in rows:
        if not row:
            continue

        def note(found: str, way_out: str, line: int = number) -> None:
            problems.add(line, found, way_out)

        tokens = as_tokens(parse_cell(row[columns.token]), "the token cell", note)
        labels = as_labels(parse_cell(row[columns.label]), "the label cell", label_names, note)
        yield draft_of_line(number, tokens, labels, note)


def _token_rows(
    rows: Iterator[tuple[int, list[str] | None]],
    columns: Columns,
    label_names: Sequence[str] | None,
    problems: Problems,
) -> Iterator[Draft]:
    draft, identity = Draft([], [], []), ""
    torn: int | None = None  # a row that cannot be read may have begun the next sentence
    for number, row in rows:

        def note(found: str, way_out: str, line: int = number) -> None:
            problems.add(line, found, way_out)

        its_identity = row[columns.sentence].strip() if row and columns.sentence is not None else ""
        if (row == [] and columns.sentence is None) or (its_identity and its_identity != identity):
            if draft.tokens:
                yield draft
            draft = Draft([], [], [])
            if torn is not None and row:
                draft.add_gap(torn)
        identity = its_identity or identity
        torn = number if row is None else None
        if row is None:
            draft.add_gap(number)
        elif row:
            (label,) = as_labels([row[columns.label].strip()], "the row", label_names, note) or [None]
            if label is None:
                draft.gaps.add(len(draft.tags))
                draft.sound = False
            draft.tokens.append(row[columns.token].strip(" "))
            draft.tags.append(label or "")
            draft.lines.append(number)
    if draft.tokens:
        yield draft
