"""How many sentences anyone would count in an export, damaged or not."""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any, cast

from fuzz.annotated import num_sentences
from fuzz.written import lines_of, rows_of

__all__ = ["count_cells", "count_objects", "count_stand_off", "count_training", "sure_lines"]

_TEXTS = ("text", "data")
_SPANS = ("label", "labels", "spans", "entities", "ents", "annotations", "completions")
_MARK = re.compile(r"T[^\t]*\t\S+ (\d+) (?:\d+;\d+ )*(\d+)")
Unit = Callable[[str], int]


def count_objects(unit: Unit = len) -> Callable[[bytes], int | None]:
    """Return what counts the sentences of texts in JSON objects, whose offsets are lengths by `unit`."""

    def count(data: bytes) -> int | None:
        values = _values(data)
        return None if values is None else sum(_of_value(value, unit) for value in values)

    return count


def sure_lines(count: Callable[[bytes], int | None]) -> Callable[[bytes, bytes], tuple[int, int]]:
    """Return what counts, in parts of a list with an item a line, the sentences of whole lines, but for one."""

    def number(lines: list[bytes]) -> int:
        return sum(count(line.strip().removesuffix(b",")) or 0 for line in lines) - 1

    return lambda head, tail: (number(re.split(rb"[\r\n]", head)[:-1]), number(re.split(rb"[\r\n]", tail)[1:]))


def count_training(data: bytes) -> int | None:
    """Count the sentences of spaCy's training format that have a word."""
    values = _values(data)
    if values is None:
        return None
    found = 0
    for value in values:
        for paragraph in _list(value, "paragraphs"):
            for sentence in _list(paragraph, "sentences"):
                found += any(str(_get(token, "orth")).strip() for token in _list(sentence, "tokens"))
    return found


def count_cells(delimiter: str, place: int) -> Callable[[bytes], int | None]:
    """Return what counts the sentences of texts in a column of CSV below a header, with spans in the next one."""

    def count(data: bytes) -> int | None:
        rows = rows_of(data, delimiter)
        if rows is None:
            return None
        rows = [row for row in rows if row]
        rows = [row for row in rows[1:] if len(row) > place + 1]
        return sum(_of_value({"text": row[place], "label": _parsed(row[place + 1])}, len) for row in rows)

    return count


def count_stand_off(files: Mapping[str, bytes], name: str) -> Callable[[bytes], int | None]:
    """Return what counts the sentences of a folder of brat's, given the bytes of one of its files."""

    def count(data: bytes) -> int | None:
        found = 0
        now = {**files, name: data}
        try:
            for text in sorted(file for file in now if file.endswith(".txt")):
                lines = lines_of(now[text.replace(".txt", ".ann")]) or []
                marks = [match for line in lines if (match := _MARK.match(line))]
                found += num_sentences(now[text].decode(), [(int(m[1]), int(m[2])) for m in marks])
        except (UnicodeDecodeError, ValueError):
            return None
        return found

    return count


def _values(data: bytes) -> list[Any] | None:
    lines = lines_of(data)
    if lines is None:
        return None
    try:
        return _items(json.loads("\n".join(lines)))
    except (ValueError, RecursionError):
        pass
    try:
        return [item for line in lines if line.strip() for item in _items(json.loads(line))]
    except (ValueError, RecursionError):
        return None


def _items(value: Any) -> list[Any]:
    items = cast("list[Any]", value) if isinstance(value, list) else [value]
    return [value] if items and isinstance(items[0], str | int | float) else items


def _parsed(cell: str) -> Any:
    try:
        return json.loads(cell)
    except (ValueError, RecursionError):
        return []


def _of_value(value: Any, unit: Unit) -> int:
    """Count the sentences of one object: none where it was not accepted, or has no text."""
    pair = cast("list[Any]", value) if isinstance(value, list) else []
    if len(pair) == 2 and isinstance(pair[1], dict):
        value = {"text": pair[0], **cast("dict[str, Any]", pair[1])}
    if _get(value, "answer") in {"reject", "ignore"}:
        return 0
    text = _text(value)
    if text is None:
        return int(_list(value, "tokens") != [])
    held = next((_list(value, key) for key in _SPANS if isinstance(_get(value, key), list)), list[Any]())
    if held and isinstance(_get(held[0], "result"), list):
        held = [_get(result, "value") for result in _list(held[0], "result")]
    place = {unit(text[:i]): i for i in range(len(text), -1, -1)}
    spans: list[tuple[int, int]] = []
    for item in held:
        ends = cast("list[Any]", item) if isinstance(item, list) else [_first(item, "start"), _first(item, "end")]
        try:
            spans.append((place[ends[0]], place[ends[1]]))
        except (KeyError, TypeError, IndexError):
            continue
    return num_sentences(text, spans)


def _text(value: Any) -> str | None:
    """Return the text of an object, or of the object `data` in it; of none that is called so the longest one."""
    held = _get(value, "data") if isinstance(_get(value, "data"), dict) else value
    texts = [_get(held, key) for key in _TEXTS]
    others = list(cast("dict[str, Any]", held).values()) if isinstance(held, dict) else []
    longest = max((item for item in others if isinstance(item, str)), key=len, default=None)
    return next((text for text in texts if isinstance(text, str)), longest)


def _first(item: Any, key: str) -> Any:
    return _get(item, key) if _get(item, key) is not None else _get(item, f"{key}_offset")


def _get(value: Any, key: str) -> Any:
    return cast("dict[str, Any]", value).get(key) if isinstance(value, dict) else None


def _list(value: Any, key: str) -> list[Any]:
    found = _get(value, key)
    return cast("list[Any]", found) if isinstance(found, list) else []
