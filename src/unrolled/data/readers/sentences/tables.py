"""Files of rows: CoNLL columns, CSV and TSV, one token a row; CSV and TSV also one sentence a row."""

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from unrolled.data.readers.csv_rows import csv_rows, fields_of_any_size, find_column, usual_forms
from unrolled.data.readers.sentences.conll import conll_rows, usual_width
from unrolled.data.readers.sentences.figures import Column, columns_of, looks_like_a_label
from unrolled.data.readers.sentences.roles import LABEL_NAMES, SENTENCE_NAMES, TOKEN_NAMES, find_roles, named
from unrolled.data.readers.sentences.settings import TaggedSettings
from unrolled.data.readers.sentences.tagged import Draft, Drafts
from unrolled.data.readers.sentences.token_rows import OTHER_LINES, Marks, token_rows
from unrolled.data.readers.sentences.values import as_labels, as_tokens, draft_of_line, parse_cell
from unrolled.data.readers.source import Problems, split_at_spaces

__all__ = ["SAMPLE", "read_rows"]

SAMPLE = 20_000
"""The rows whose figures tell what the columns hold."""
SEVERAL = 0.1
"""The share of label cells with more than one label from which a row is a sentence."""

Row = tuple[int, list[str] | None]


def read_rows(path: str | Path, settings: TaggedSettings, problems: Problems, *, csv: bool) -> Drafts:
    """Read the sentences of a file of rows; `csv` where its fields may be quoted, else they are CoNLL columns."""
    if not csv:
        return _read(conll_rows(path, problems), settings, problems, csv=False)
    with fields_of_any_size():
        return _read(csv_rows(path, problems), settings, problems, csv=True)


def _read(rows: Iterator[Row], settings: TaggedSettings, problems: Problems, *, csv: bool) -> Drafts:
    if csv:
        rows = ((number, [] if fields and not any(map(str.strip, fields)) else fields) for number, fields in rows)
    sample = list(itertools.islice(rows, SAMPLE))
    first = next((i for i, (_, fields) in enumerate(sample) if fields and not fields[0].startswith("#")), None)
    if first is None and not any(fields for _, fields in sample):
        return Drafts([])
    width = len(sample[first or 0][1] or ()) if csv else usual_width(sample)
    if width == 0:
        return Drafts([])
    header, notes = None, list[str]()
    if first is not None and len(sample[first][1] or ()) == width:
        header = _header(first, sample, width, settings, notes, problems, csv=csv)
    if header is not None and first is not None:
        sample = sample[:first] + sample[first + 1 :]
    columns, body = columns_of(sample, width), itertools.chain(sample, rows)
    beside = OTHER_LINES if not csv else "the header has" if header else "the first row has"
    if csv or header or problems.path.lower().endswith((".tsv", ".tab")):
        sentences = _several(columns, header, settings)
        if sentences is not None:
            drafts = _sentence_rows(body, columns, sentences, header, settings, problems, beside)
            return replace(drafts, notes=tuple(notes))
    roles = find_roles(columns, header, settings, problems, csv=csv)
    if roles is None:
        return Drafts([])
    marks = Marks()
    plain = [fields for _, fields in sample if fields and not fields[0].startswith("#") and len(fields) == width]
    labels = {fields[roles.label] for fields in plain}
    drafts = list(token_rows(body, roles, labels, marks, problems, beside=beside))
    found = marks.notes(problems.path)
    if settings.strict:
        for lines in marks.found.values():
            way_out = "Remove what is no token, or give --set strict=false"
            problems.add(lines[0][0], f"{lines[0][1]!r} is no token", way_out)
    told = (*notes, *found, *marks.returns(problems.path), *(f"{problems.path}: {other}." for other in roles.others))
    return Drafts(drafts, roles.taken, told)


def _header(
    place: int,
    sample: list[Row],
    width: int,
    settings: TaggedSettings,
    notes: list[str],
    problems: Problems,
    *,
    csv: bool,
) -> list[str] | None:
    """Return the first row where it names the columns; where only its figures say so, that is noted."""
    number, fields = sample[place]
    first = [field.strip() for field in fields or ()]
    if settings.header is not None:
        return first if settings.header else None
    wanted = (settings.token_column, settings.label_column, settings.sentence_column)
    if any(isinstance(name, str) and name in first and not name.lstrip("-").isdecimal() for name in wanted):
        return first
    forms = usual_forms(first)
    token = find_column(None, first, forms, TOKEN_NAMES, set())
    label = find_column(None, first, forms, LABEL_NAMES, {token})
    columns = columns_of(sample[place + 1 :], width)
    tagged = [column for column in columns if column.has_tags] or [c for c in columns if c.has_bare_labels]
    is_data = any(_is_value(first[column.place], column) for column in tagged)
    if token is not None and label is not None and not is_data:
        return first
    shown = ", ".join(first)[:60]
    names_one = csv or token is not None or label is not None
    if tagged and not is_data and names_one and len(set(first)) == len(first):
        notes.append(
            f"{problems.path}:{number}: the first row ({shown}) names the columns, since it has no label (--set "
            "header=false reads it as data)."
        )
        return first
    if is_data and (token is not None or label is not None or problems.path.lower().endswith((".csv", ".tsv"))):
        notes.append(
            f"{problems.path} has no header: its first row ({shown}) is read as data (--set header=true takes it for "
            "names)."
        )
    return None


def _is_value(cell: str, column: Column) -> bool:
    """Return whether a cell could stand in a column of labels: one that does, a label, or several."""
    items = parse_cell(cell)
    labels = [item for item in items if isinstance(item, str) and looks_like_a_label(item)]
    return cell in column.values or (items != [] and len(labels) == len(items))


def _several(columns: list[Column], header: list[str] | None, settings: TaggedSettings) -> tuple[int, int] | None:
    """Return token and label column of a file with one sentence a row; None where a row is a token."""
    names = header or [""] * len(columns)
    forms = usual_forms(names)
    several = {column.place for column in columns if _share(column) >= SEVERAL}
    label = find_column(settings.label_column, names, forms, LABEL_NAMES, set())
    token = find_column(settings.token_column, names, forms, TOKEN_NAMES, {label})
    if label is None:
        tags = [place for place in several if place != token and _are_labels(columns[place])]
        label = max(tags, default=None)
    if label in several and token not in several and settings.token_column is None:
        words = sorted(place for place in several if place != label and not _are_labels(columns[place]))
        token = next((place for place in words if forms[place] in TOKEN_NAMES), next(iter(words), token))
    if token is None or label is None or token == label or not several & {token, label}:
        return None
    if label not in several and len(columns[label].sentences) > 1:  # blank rows part sentences; words may have spaces
        return None
    sentence = find_column(None, names, forms, SENTENCE_NAMES, {token, label})
    return None if sentence is not None and label not in several else (token, label)


def _share(column: Column) -> float:
    """Return the share of cells with several items."""
    cells = [cell.strip() for cell in column.cells]
    return sum(cell.startswith("[") or " " in cell for cell in cells) / len(cells) if cells else 0.0


def _share_of_lists(column: Column) -> float:
    cells = [cell.strip() for cell in column.cells]
    return sum(cell[:1] == "[" and cell[-1:] == "]" for cell in cells) / len(cells) if cells else 0.0


def _are_labels(column: Column) -> bool:
    items = [str(item) for cell in column.cells[:1000] for item in parse_cell(cell)]
    return Column(column.place, [items]).has_tags or Column(column.place, [items]).has_bare_labels


def _sentence_rows(
    rows: Iterable[Row],
    columns: list[Column],
    places: tuple[int, int],
    header: list[str] | None,
    settings: TaggedSettings,
    problems: Problems,
    beside: str,
) -> Drafts:
    if settings.sentence_column is not None:
        raise settings.without_effect_on(problems.path, "sentence_column", "each of its rows is a sentence")
    (token, label), width = places, len(columns)
    # Where hardly a cell is a list, one in brackets is a word in brackets.
    items = parse_cell if _share_of_lists(columns[token]) >= SEVERAL else split_at_spaces
    drafts: list[Draft] = []
    for number, row in rows:
        if not row:
            continue
        if len(row) != width:
            problems.add(
                number,
                f"{len(row)} field{'s' * (len(row) != 1)} where {beside} {width}",
                "Quote a field that holds the separator, or add the fields that are missing",
                "rows with another number of fields",
            )
            continue

        def note(found: str, way_out: str, kind: str, line: int = number) -> None:
            problems.add(line, found, way_out, kind)

        tokens = as_tokens(items(row[token]), "the token cell", note)
        labels = as_labels(parse_cell(row[label]), "the label cell", note)
        drafts.append(draft_of_line(number, tokens, labels, note))
    taken = {"tokens": named(token, header), "labels": named(label, header), "sentences": "a row each"}
    return Drafts(drafts, taken)
