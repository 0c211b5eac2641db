"""The finished rows of the recurrent benchmark, a JSON object a line: what is there is not measured again."""

import json
from pathlib import Path
from typing import Any

from recurrent_grid import Point

Row = dict[str, Any]
"""`point` (the fields of a Point); `threads`; `libraries` asked for; `seconds` and `rounds` by contestant, seconds a
call; `out_after` rounds, of those far behind; `product` and `bandwidths`, the machine's limits, FLOP/s and bytes/s;
`differences` from our answers by contestant; `wrong`, `left_out`, `reasons` and `failed` by contestant; `machine`;
`command`."""
Key = tuple[Point, int]


def key_of(row: Row) -> Key:
    return Point(**row["point"]), row["threads"]


def read_rows(log: Path) -> dict[Key, Row]:
    """The rows by point and threads; a last line that was cut off is left out."""
    rows: dict[Key, Row] = {}
    if not log.exists():
        return rows
    lines = log.read_text(encoding="utf-8").splitlines()
    for number, line in enumerate(lines):
        try:
            row = json.loads(line)
        except json.JSONDecodeError:
            if number == len(lines) - 1:
                break
            raise
        rows[key_of(row)] = row
    return rows


def write_rows(log: Path, rows: dict[Key, Row]) -> None:
    """All rows anew, by way of a second file: the log is whole at every moment."""
    text = "".join(f"{json.dumps(row)}\n" for row in rows.values())
    new = log.with_suffix(".new")
    new.write_text(text, encoding="utf-8")
    new.replace(log)


def is_finished(rows: dict[Key, Row], point: Point, threads: int, libraries: list[str]) -> bool:
    """A row counts only if all the libraries asked for took part: times are compared within a row alone."""
    row = rows.get((point, threads))
    return row is not None and set(libraries) <= set(row["libraries"])
