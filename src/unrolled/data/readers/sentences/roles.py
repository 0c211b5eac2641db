"""Which column of a file with one token a row holds what: as told, by usual names, or by the columns' figures."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from unrolled.data.readers.csv_rows import find_column, usual_forms
from unrolled.data.readers.sentences.figures import MOST, Column, key_values
from unrolled.data.readers.sentences.settings import TaggedSettings
from unrolled.data.readers.source import Problems

__all__ = ["LABEL_NAMES", "SENTENCE_NAMES", "TOKEN_NAMES", "Roles", "find_roles", "named"]

TOKEN_NAMES = ("tokens", "token", "words", "word", "form", "text", "sentence")
LABEL_NAMES = (
    *("labels", "label", "ner_tags", "ner_tag", "ner", "iob_tags", "iob", "bio_tags", "bio", "tags", "tag", "entities"),
    *("entity", "word_labels", "word_label", "token_labels", "token_label", "ner_labels", "ner_label", "named_entity"),
)
SENTENCE_NAMES = ("sentence_id", "sent_id", "sentence_number", "sentence_no", "sentence_index", "sentence", "sent")


@dataclass(frozen=True)
class Roles:
    """Where token and label stand in a row.

    Attributes:
        token, label: the places.
        width: how many columns a row has.
        key: of a label that stands as `key=label` among others; None where the cell is the label.
        sentence: what tells the sentences apart; None for blank rows.
        ranges: whether column 0 has the numbers of CoNLL-U, of which 2-3 and 4.1 are no tokens.
        brackets: whether the labels are written as CoNLL-2012 does.
        taken: for people, what was taken for what.
        others: what could be meant instead, a sentence each.
    """

    token: int
    label: int
    width: int
    key: str | None
    sentence: int | None
    ranges: bool
    brackets: bool
    taken: dict[str, str]
    others: tuple[str, ...] = ()


def named(place: int, header: Sequence[str] | None) -> str:
    """Return what to call a column.

    >>> named(2, None), named(1, ["word", "tag"])
    ('column 2', 'column 1 "tag"')
    """
    return f"column {place}" if header is None else f'column {place} "{header[place]}"'


def find_roles(
    columns: Sequence[Column],
    header: Sequence[str] | None,
    settings: TaggedSettings,
    problems: Problems,
    *,
    csv: bool,
) -> Roles | None:
    """Return which column holds what; None with a problem where that is not to be told.

    In CSV, whose rows need not be parted by blank ones, a column may tell the sentences apart.
    """
    try:
        return _found(columns, header, settings, csv=csv)
    except _UnclearError as unclear:
        for found, way_out in unclear.whys:
            problems.add(None, found, way_out)
        return None


class _UnclearError(Exception):
    """Which column holds what cannot be told: what was found and the way out, once or several times."""

    def __init__(self, *whys: tuple[str, str]) -> None:
        super().__init__(*whys)
        self.whys = whys


def _found(columns: Sequence[Column], header: Sequence[str] | None, settings: TaggedSettings, *, csv: bool) -> Roles:
    token, label, sentence, key = _told(columns, header, settings)
    others: list[str] = []
    if header:
        forms = usual_forms(header)
        token = find_column(None, header, forms, TOKEN_NAMES, {label, sentence}) if token is None else token
        label = find_column(None, header, forms, LABEL_NAMES, {token, sentence}) if label is None else label
    if label is None:
        label, key = _label(columns, {token, sentence}, others)
    if label is None:
        label = _last_label(columns, header, token, csv=csv)
    token, why = (token, "") if token is not None else _token(columns, {label, sentence})
    if token is None or token == label:
        way_out = f"Give another of 0 to {len(columns) - 1} with --set token_column=N or --set label_column=N"
        raise _UnclearError((f"{named(label, header)} is both token_column and label_column", way_out))
    if sentence is None and csv:
        sentence = _sentence(columns, header, {token, label})
    elif sentence is not None and sentence in (token, label):
        found = f"{named(sentence, header)} is sentence_column, and token_column or label_column, too"
        raise _UnclearError((found, "Give another with --set sentence_column=NAME"))
    brackets, ranges = columns[label].has_brackets, columns[0].counts and columns[0].has_ranges
    taken = {
        "tokens": named(token, header) + why,
        "labels": named(label, header) + (f", {key}=" if key else ", in brackets" if brackets else ""),
        "sentences": "blank lines" if sentence is None else f"{named(sentence, header)} changes",
    }
    return Roles(token, label, len(columns), key, sentence, ranges, brackets, taken, tuple(others))


def _told(
    columns: Sequence[Column], header: Sequence[str] | None, settings: TaggedSettings
) -> tuple[int | None, int | None, int | None, str | None]:
    """Return the columns of token, label and sentence, and the key of a label, as far as the settings say them."""
    width = len(columns)
    if width < 2:
        way_out = "Separate the two by a tab or a space; text without labels is for `unrolled predict`"
        raise _UnclearError(("the lines have one column, but a token and its label are needed", way_out))
    names, key = list(header) if header else [""] * width, _key(settings.label_column)
    wanted = {
        "token_column": settings.token_column,
        "label_column": width - 1 if key else settings.label_column,
        "sentence_column": settings.sentence_column,
    }
    told = {name: find_column(column, names, [], (), set()) for name, column in wanted.items()}
    missing = [(name, column) for name, column in wanted.items() if column is not None and told[name] is None]
    if missing:
        raise _UnclearError(*(_missing(name, column, header, width) for name, column in missing))
    if key and not any(key in key_values(cell) for cell in columns[-1].cells):
        way_out = "Give a key that stands there: --set label_column=MISC:KEY"
        raise _UnclearError((f"no cell of {named(width - 1, header)} has {key}=", way_out))
    return told["token_column"], told["label_column"], told["sentence_column"], key


def _last_label(columns: Sequence[Column], header: Sequence[str] | None, token: int | None, *, csv: bool) -> int:
    """Return the last column, which holds the labels of CoNLL files; of CSV nothing says so."""
    if not csv:
        return max(column.place for column in columns if column.place != token)
    shown = f"the columns are {', '.join(header[:12])}; which hold tokens and labels is not clear" if header else ""
    names = f"Name them {TOKEN_NAMES[1]} and {LABEL_NAMES[1]}"
    way_out = f"{names}, or give them: --set token_column=NAME --set label_column=NAME"
    raise _UnclearError((shown or "no column looks like labels", way_out))


def _missing(name: str, column: str | int, header: Sequence[str] | None, width: int) -> tuple[str, str]:
    """Return what to say of a column that is told and not there."""
    if header is not None:
        return f"{name} is {column!r}, but the columns are {', '.join(header[:12])}", f"Give --set {name}=NAME"
    is_number = isinstance(column, int) or re.fullmatch(r"-?\d+", column) is not None
    return (
        f"{name} is {column}, but the lines have {width} columns" + ("" if is_number else " without names"),
        f"Give --set {name}=N, where N is 0 to {width - 1}, or -1 for the last",
    )


def _key(column: str | int | None) -> str | None:
    found = re.fullmatch(r"misc:(.+)", column, re.IGNORECASE) if isinstance(column, str) else None
    return found[1] if found else None


def _label(columns: Sequence[Column], taken: set[int | None], others: list[str]) -> tuple[int | None, str | None]:
    """Return the column that looks most like labels, and its key: the last with prefixes, else bare; None for none."""
    free = [column for column in columns if column.place not in taken]
    found = [column for column in free if column.has_tags] or [column for column in free if column.has_brackets]
    found = found or [column for column in free if column.has_bare_labels]
    if not found:
        key = free[-1].key if free else None
        return (None if key is None else free[-1].place), key
    chosen = found[-1]
    for column in found[:-1]:
        # Of nested labels the outer ones stand before the inner ones, have the same types, and are more.
        if column.num_entities > chosen.num_entities and column.types >= chosen.types:
            chosen = column
    for column in found:
        if column is not chosen:
            common = ", ".join(value for value, _ in column.values.most_common(3))
            others.append(f"column {column.place} ({common}) looks like labels, too: --set label_column={column.place}")
    last = free[-1]
    if last not in found:
        common = ", ".join(value for value, _ in last.values.most_common(3))
        others.append(
            f"the labels are in column {chosen.place}, not in the last one ({common}): --set label_column={last.place} "
            "takes that"
        )
    return chosen.place, None


def _token(columns: Sequence[Column], taken: set[int | None]) -> tuple[int | None, str]:
    """Return the first column that is no label, does not count or stand still, and why it is not an earlier one."""
    free = [column for column in columns if column.place not in taken]
    likely = [c for c in free if not (c.counts or c.stands_still or c.has_tags)]
    words = [column for column in likely if not column.has_numbers and not column.names_each]
    most = max((len(column.values) for column in words), default=0)
    words = [column for column in words if len(column.values) >= MOST * most]
    chosen = next((column for column in (*words, *likely, *free)), None)
    if chosen is None:
        return None, ""
    passed = [column for column in free if column.place < chosen.place]
    whys = [f"column {column.place} {_why_no_tokens(column)}" for column in passed]
    return chosen.place, f" ({', '.join(whys)})" * bool(whys)


def _why_no_tokens(column: Column) -> str:
    if column.counts:
        return "counts"
    if column.stands_still:
        return "does not change in a sentence"
    return "has no letters" if column.has_numbers else "has fewer values"


def _sentence(columns: Sequence[Column], header: Sequence[str] | None, taken: set[int]) -> int | None:
    """Return the column whose change begins a sentence, where there are no blank rows."""
    found = find_column(None, header, usual_forms(header), SENTENCE_NAMES, set(taken)) if header else None
    if found is not None or not columns[0].sentences or len(columns[0].sentences) > 1:
        return found
    runs = [column for column in columns if column.place not in taken and column.num_runs]
    return max(runs, key=lambda column: column.num_runs).place if runs else None
