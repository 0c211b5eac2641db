"""Spans as tools write them: `[0, 4, "PER"]`, or an object with start, end and label."""

from collections.abc import Mapping, Sequence
from typing import cast

from unrolled.data.readers.sentences.exports.document import Mark
from unrolled.data.readers.sentences.exports.intake import Intake
from unrolled.data.readers.sentences.values import Note
from unrolled.data.readers.shown import shown

__all__ = ["are_spans", "as_offset", "marks_of", "token_marks_of"]

_STARTS = ("start", "start_offset", "begin")
_ENDS = ("end", "end_offset")
_TYPES = ("label", "type", "labels", "entity", "entity_group", "tag")

Record = Mapping[str, object]


def are_spans(value: object) -> bool:
    """Return whether a value is a list of spans; an empty one may be."""
    items = _items(value)
    return items is not None and all(isinstance(item, list | dict) for item in items)


def as_offset(value: object) -> int | None:
    """Return a value as a whole number, None where it is none.

    >>> as_offset(3), as_offset(3.0), as_offset("3"), as_offset(True)
    (3, 3, None, None)
    """
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def marks_of(value: object, key: str, intake: Intake, note: Note) -> list[Mark] | None:
    """Return the marks of a list of spans; None with a note of each that is none."""
    return _marks(value, key, intake, note, (_STARTS, _ENDS), 0)


def token_marks_of(value: object, key: str, intake: Intake, note: Note) -> list[Mark] | None:
    """Return the marks of a list of spans in numbers of tokens, also by `token_start` and an inclusive `token_end`."""
    items = _items(value) or []
    if items and all(isinstance(item, dict) and "token_start" in item and "start" not in item for item in items):
        return _marks(value, key, intake, note, (("token_start",), ("token_end",)), 1)
    return marks_of(value, key, intake, note)


def _items(value: object) -> list[object] | None:
    return cast("list[object]", value) if isinstance(value, list) else None


def _marks(
    value: object, key: str, intake: Intake, note: Note, keys: tuple[Sequence[str], Sequence[str]], beyond: int
) -> list[Mark] | None:
    items = _items(value)
    marks = [_mark(item, intake, note, keys, beyond) for item in items or ()]
    found = [mark for mark in marks if mark is not None]
    if items is not None and len(found) == len(items):
        return found
    wrong = value if items is None else items[marks.index(None)]
    way_out = 'Write [[0, 2, "PER"]]: start, end (exclusive) and type'
    note(f"{key} is not a list of [start, end, type]: {shown(wrong)}", way_out, "spans that are none")
    return None


def _mark(
    item: object, intake: Intake, note: Note, keys: tuple[Sequence[str], Sequence[str]], beyond: int
) -> Mark | None:
    said: object = None
    if isinstance(item, dict):
        record = cast("dict[str, object]", item)
        start, end, kind = (_first(record, names) for names in (*keys, _TYPES))
        said = record.get("text")
    elif isinstance(item, list) and len(cast("list[object]", item)) == 3:
        start, end, kind = cast("list[object]", item)
    else:
        return None
    if isinstance(kind, list) and len(cast("list[object]", kind)) == 1:
        kind = cast("list[object]", kind)[0]
    if isinstance(kind, int) and not isinstance(kind, bool):
        kind = intake.name_of(kind, note)
    start, end = as_offset(start), as_offset(end)
    if start is None or end is None or not isinstance(kind, str) or not kind:
        return None
    return Mark(kind, start, end + beyond, said if isinstance(said, str) else None)


def _first(record: Record, keys: Sequence[str]) -> object:
    return next((record[key] for key in keys if record.get(key) is not None), None)
