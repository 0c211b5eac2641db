"""The objects of a file of JSON Lines."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import cast

from unrolled.data.readers.source import Problems, numbered_lines

__all__ = ["json_records"]


def json_records(path: str | Path, problems: Problems, *, example: str) -> Iterator[tuple[int, dict[str, object]]]:
    """Yield the object of each line that is not blank, with the line's number; what is no object is noted.

    `example` is what to write instead.
    """
    for number, line in numbered_lines(path, problems):
        if line is None or not line.strip():
            continue

        def note(found: str, way_out: str, line: int = number) -> None:
            problems.add(line, found, way_out)

        if number == 1 and line.lstrip().startswith("["):
            note("the file begins with a list: it is JSON, not JSON Lines", "Write one object a line: jq -c '.[]' FILE")
            return
        record = _record(line, example, note)
        if record is not None:
            yield number, record


def _record(line: str, example: str, note: Callable[[str, str], None]) -> dict[str, object] | None:
    try:
        record = json.loads(line)
    except json.JSONDecodeError as error:
        note(f"not JSON: {error.msg} at column {error.colno}", "Write one complete JSON object a line")
        return None
    except (RecursionError, ValueError):
        note("JSON that is nested too deeply or holds too long a number", "Write one flat JSON object a line")
        return None
    if not isinstance(record, dict):
        note(f"JSON, but not an object: {line.strip()[:40]}", f"Write {example}")
        return None
    return cast("dict[str, object]", record)
