"""Series in the `.ts` files of the UEA and UCR archive of time series.

Lines beginning with @ declare what follows @data: there a line is a series, its dimensions separated by colons, the
numbers of each by commas, `?` where one is missing; last stands the class, or the number to find.
"""

import math
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from unrolled.data.readers.series.cells import number_of
from unrolled.data.readers.series.drafts import SeriesDrafts
from unrolled.data.readers.source import counted, numbered_lines

__all__ = ["add_ts"]

_FLAGS = ("timestamps", "missing", "univariate", "equallength", "classlabel", "targetlabel")


@dataclass
class _Head:
    dimensions: int | None = None
    length: int | None = None
    labels: list[str] = field(default_factory=list[str])
    kind: str | None = None
    flags: dict[str, bool] = field(default_factory=dict[str, bool])


def add_ts(drafts: SeriesDrafts, path: Path) -> None:
    """Add the series of a `.ts` file."""
    problems, head, data = drafts.problems, _Head(), False
    for number, line in numbered_lines(path, problems):
        text = (line or "").strip()
        if not text or text.startswith("#"):
            continue
        if data:
            _add(drafts, head, number, text)
        elif text.startswith("@"):
            data = text.lower() == "@data"
            if not data:
                _declare(drafts, head, number, text)
            elif head.flags.get("timestamps"):
                found = "@timeStamps true: each number stands with its time"
                problems.add(number, found, "Export it without times, or as CSV with a column of times", "times in .ts")
                return
            elif head.kind is None and drafts.labelled:
                found = "neither @classLabel nor @targetLabel is true: the series have no labels"
                problems.add(number, found, "Take the file with labels", "no labels")
                return
        else:
            problems.add(
                number,
                "a line before @data that begins with neither @ nor #",
                "Put @data before the series",
                "lines before @data",
            )
            return
    if not data and not problems.found:
        problems.add(None, "there is no line @data", "Check that the file is whole", "no @data")
    drafts.y, drafts.labels = head.kind, head.labels
    width = "one dimension" if head.dimensions == 1 else f"{head.dimensions or '?'} dimensions"
    drafts.taken = {
        "series": f"a line each, of {width}",
        "labels": "the class behind the last colon" if head.kind == "label" else "the number behind the last colon",
    }


def _declare(drafts: SeriesDrafts, head: _Head, number: int, text: str) -> None:
    word, *rest = text[1:].split()
    name = word.lower()
    if name in _FLAGS:
        if not rest or rest[0].lower() not in ("true", "false"):
            drafts.problems.add(number, f"@{word} is neither true nor false", "Correct the header", "headers")
            return
        head.flags[name] = rest[0].lower() == "true"
        if head.flags[name] and name == "classlabel":
            head.kind, head.labels = "label", rest[1:]
        elif head.flags[name] and name == "targetlabel":
            head.kind = "number"
        elif head.flags[name] and name == "univariate":
            head.dimensions = 1
    elif name in ("dimensions", "dimension", "serieslength"):
        if not rest or not rest[0].isdecimal() or len(rest[0]) > 9:
            drafts.problems.add(number, f"@{word} is no whole number", "Correct the header", "headers")
        elif name == "serieslength":
            head.length = int(rest[0]) or None
        else:
            head.dimensions = int(rest[0])


def _add(drafts: SeriesDrafts, head: _Head, number: int, text: str) -> None:
    *dimensions, label = text.split(":") if head.kind is not None else [*text.split(":"), ""]
    if not dimensions:
        drafts.problems.add(
            number, "a series without a label", "Put the label behind a colon", "series without a label"
        )
        return
    if head.dimensions is None:
        head.dimensions = len(dimensions)
    if len(dimensions) != head.dimensions:
        found = f"{counted(len(dimensions), 'dimension')} where the header declares {head.dimensions}"
        drafts.problems.add(number, found, "Correct the line, or the header", "series of another width")
        return
    columns: list[list[float]] = []
    for place, cells in enumerate(dimensions, 1):
        column: list[float] = []
        for cell in cells.split(",") if cells.strip() else ():
            value = number_of(cell)
            if value is None:
                found = f"{cell.strip()[:40]!r} in dimension {place}, which is no number"
                drafts.problems.add(
                    number, found, "Write numbers as 3.5, and ? for what is missing", "cells, no number"
                )
                return
            column.append(value)
        columns.append(column)
    lengths = {len(column) for column in columns}
    if len(lengths) > 1:
        found = f"dimensions of {min(lengths)} to {max(lengths)} steps in one series"
        drafts.problems.add(number, found, "Give each as many; ? for what is missing", "dimensions of several lengths")
        return
    if head.flags.get("equallength") and head.length is not None and lengths != {head.length}:
        found = f"{counted(lengths.pop(), 'step')} where the header declares @seriesLength {head.length}"
        drafts.problems.add(number, found, "Correct the line, or the header", "series of another length")
        return
    rows = np.array(columns, np.float64).T
    if head.flags.get("missing") is False and rows.size and math.isnan(rows.sum()):
        drafts.problems.add(number, "a gap, where the header says @missing false", "Correct the header", "gaps")
        return
    drafts.labels = head.labels
    drafts.add(number, rows, label.strip())
