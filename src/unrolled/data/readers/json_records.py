"""The values of a file of JSON: one a line, the items of one list, or values over several lines each."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import cast

from unrolled.data.readers.source import Problems, numbered_lines

__all__ = ["json_records", "json_values"]

Value = tuple[int, object]
_SPACE = " \t\r\n"
_DEEP = "JSON that is nested too deeply or holds too long a number"


def json_records(path: str | Path, problems: Problems, *, example: str) -> Iterator[tuple[int, dict[str, object]]]:
    """Yield each object with the number of its line; what is no object is noted.

    `example` is what to write instead.
    """
    for number, value in json_values(path, problems):
        if isinstance(value, dict):
            yield number, cast("dict[str, object]", value)
        else:
            found = f"JSON, but not an object: {json.dumps(value, ensure_ascii=False)[:40]}"
            problems.add(number, found, f"Write {example}")


def json_values(path: str | Path, problems: Problems) -> Iterator[Value]:
    """Yield each value with the number of its line: lines are values, unless the first one opens a list or an object.

    A list that begins with a text is a value itself; of any other list the items are.
    """
    lines = numbered_lines(path, problems)
    for number, line in lines:
        if line is None or not line.strip():
            continue
        if line.rstrip()[-1] in "[{," and not _is_whole(line):
            rest = [line, *("" if line is None else line for _, line in lines)]
            yield from _values("\n".join(rest), number, problems)
            return

        def note(found: str, way_out: str, line: int = number) -> None:
            problems.add(line, found, way_out)

        for value in _of_line(line, note):
            yield from ((number, item) for item in _items(value))


def _is_whole(line: str) -> bool:
    try:
        json.loads(line)
    except (ValueError, RecursionError):
        return False
    return True


def _items(value: object) -> list[object]:
    if not isinstance(value, list):
        return [value]
    items = cast("list[object]", value)
    return [items] if items and isinstance(items[0], str | int | float) else items


def _of_line(line: str, note: Callable[[str, str], None]) -> Iterator[object]:
    """Yield the value of a line, if it has one."""
    try:
        yield json.loads(line)
    except json.JSONDecodeError as error:
        note(f"not JSON: {error.msg} at column {error.colno}", "Write one complete JSON object a line")
    except (RecursionError, ValueError):
        note(_DEEP, "Write one flat JSON object a line")


def _values(text: str, first: int, problems: Problems) -> Iterator[Value]:
    """Yield the items of a list, or the values one after the other, of a text that begins on line `first`."""
    scan = json.JSONDecoder().raw_decode
    at = _after_space(text, 0)
    is_list = text[at] == "["
    if is_list and _begins_with_text(text, at):
        is_list = False
    at = _after_space(text, at + 1) if is_list else at
    line, counted = first, 0
    try:
        while at < len(text) and not (is_list and text[at] == "]"):
            line, counted = line + text.count("\n", counted, at), at
            value, at = scan(text, at)
            yield line, value
            at = _after_space(text, at)
            if is_list and text[at : at + 1] != "]":
                if text[at : at + 1] != ",":
                    raise json.JSONDecodeError("Expecting ',' or ']'", text, at)
                at = _after_space(text, at + 1)
        if is_list and at >= len(text):
            raise json.JSONDecodeError("Expecting ']'", text, at)
        if is_list and _after_space(text, at + 1) < len(text):
            raise json.JSONDecodeError("Extra data after the list", text, _after_space(text, at + 1))
    except json.JSONDecodeError as error:
        found = f"not JSON: {error.msg} at column {error.colno}"
        problems.add(first + error.lineno - 1, found, "Write one complete JSON object a line, or one list of them")
    except (RecursionError, ValueError):
        problems.add(line, _DEEP, "Write one flat JSON object a line")


def _begins_with_text(text: str, at: int) -> bool:
    return text[_after_space(text, at + 1) :][:1] == '"'


def _after_space(text: str, at: int) -> int:
    while at < len(text) and text[at] in _SPACE:
        at += 1
    return at
