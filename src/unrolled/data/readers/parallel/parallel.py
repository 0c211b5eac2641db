"""Parallel text: a text and its translation a pair, in two files or in one.

two files      train.de, train.en               line n of one is the translation of line n of the other
a folder       of two such files
CSV, TSV       source,target                    with a header or without one; columns by name or number
JSON Lines     {"de": "...", "en": "..."}       also {"translation": {"de": "...", "en": "..."}}
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeAlias, cast

from unrolled.data.pair import Pair
from unrolled.data.readers.csv_rows import find_column, usual_forms
from unrolled.data.readers.doubt import Doubt
from unrolled.data.readers.grid import Grid, csv_grid, json_grid
from unrolled.data.readers.parallel.doubts import MANY, pair_doubts
from unrolled.data.readers.parallel.files import TABLES, find_files, read_files
from unrolled.data.readers.parallel.languages import SOURCES, TARGETS, is_language
from unrolled.data.readers.parallel.settings import ParallelSettings
from unrolled.data.readers.reading import Reading, verdict
from unrolled.data.readers.source import OTHER_FORMAT, Problems, counted

__all__ = ["ParallelReading", "read_parallel"]

ParallelReading: TypeAlias = Reading[str, str]

_NAME = re.compile(r"[a-z][a-z_0-9]*")


def read_parallel(path: str | Path, settings: ParallelSettings | None = None) -> Reading[str, str]:
    """Read texts and their translations; the format is found by the ends of the names.

    Nothing in a file raises: what is wrong stands in the reading, and `Reading.checked` raises it.

    Raises:
        SettingsError: a setting that has no effect on this file.
    """
    settings, path = settings or ParallelSettings(), Path(path)
    problems, taken = Problems(path, settings.encoding), dict[str, str]()
    rows: list[tuple[int, object, object]] = []
    besides: tuple[str, ...] = ()
    if path.suffix.lower() in TABLES and not path.is_dir():
        grid = json_grid(path, problems) if "json" in path.suffix.lower() else csv_grid(path, problems)
        grid = _flat(grid)
        places = _columns(grid, settings, problems)
        if places is not None:
            source, target = places
            names = grid.header or [str(place) for place in range(max(places) + 1)]
            taken = {"source": f"{grid.noun} {names[source]}", "target": f"{grid.noun} {names[target]}"}
            rows = [(line, row[source], row[target]) for line, row in zip(grid.lines, grid.rows, strict=True)]
    else:
        for name in ("header", "group"):
            if getattr(settings, name) is not None:
                raise settings.without_effect_on(path, name, "both sides are lines of files of their own")
        files = find_files(path, settings, problems)
        if files is not None:
            taken = {"source": f"the lines of {files[0].name}", "target": f"the lines of {files[1].name}"}
            rows = list(read_files(*files, problems))
            besides = () if path.is_dir() else tuple(str(file) for file in files if file != path)
    return replace(_reading(path, rows, taken, settings, problems), besides=besides)


def _reading(
    path: Path,
    rows: Sequence[tuple[int, object, object]],
    taken: dict[str, str],
    settings: ParallelSettings,
    problems: Problems,
) -> Reading[str, str]:
    pairs: list[Pair[str, str]] = []
    lines: list[int] = []
    empty: list[int] = []
    for line, x, y in rows:
        if not all(cell is None or isinstance(cell, str) for cell in (x, y)):
            found = f"{x!r:.40} and {y!r:.40}, where two texts are expected"
            problems.add(line, found, "Give two texts", "pairs that are no texts")
            continue
        a, b = ("" if cell is None else cast(str, cell).strip() for cell in (x, y))
        if a and b:
            pairs.append(Pair(a, b))
            lines.append(line)
        elif a or b:
            empty.append(line)
            if settings.strict:
                found = f"no {'source' if b else 'target'} for {(a or b)[:40]!r}"
                problems.add(line, found, "Give both sides, or remove the pair", "pairs with an empty side")
    doubts: list[Doubt] = []
    if empty and not settings.strict:
        grave = len(empty) > MANY * (len(pairs) + len(empty))
        found = f"{counted(len(empty), 'pair')} with an empty side, left out"
        way_out = "Give both sides of each"
        doubts.append(Doubt("empty_sides", "always" if grave else "never", found, way_out, empty[0]))
    if pairs:
        doubts += pair_doubts(pairs, lines)
    accepted = settings.accepted()
    reading: Reading[str, str] = Reading(
        str(path), pairs, lines, taken=taken, doubts=tuple(doubt for doubt in doubts if doubt.name not in accepted)
    )
    return verdict(reading, problems, noun="pair of texts")


def _flat(grid: Grid) -> Grid:
    """Return the grid with the keys of objects {"translation": {"de": ..., "en": ...}} as columns."""
    if grid.header != ["translation"] or not all(isinstance(row[0], dict) for row in grid.rows):
        return grid
    objects = [cast("dict[str, Any]", row[0]) for row in grid.rows]
    header = list(dict.fromkeys(key for one in objects for key in one))
    return Grid(header, [[one.get(key) for key in header] for one in objects], grid.lines, noun="key")


def _columns(grid: Grid, settings: ParallelSettings, problems: Problems) -> tuple[int, int] | None:
    """Return the columns of source and target, and cut off the header; None with a problem where they are not clear."""
    if not grid.rows:
        return None
    width = len(grid.rows[0])
    if grid.header is None and _is_header([str(cell) for cell in grid.rows[0]], settings):
        grid.header = [str(cell).strip() for cell in grid.rows[0]]
        del grid.rows[0], grid.lines[0]
    elif grid.header is None and settings.header is None and _seems_header(grid):
        told = f"the first row, {', '.join(map(str, grid.rows[0][:4]))}, seems to name columns, and none of two texts"
        way_out = "Give --set source=NAME --set target=NAME, or --set header=false"
        problems.add(grid.lines[0], told, way_out, OTHER_FORMAT)
        return None
    names = grid.header or [str(place) for place in range(width)]
    forms = usual_forms(names)
    taken: set[int | None] = set()
    found: list[int | None] = []
    for wanted, usual in ((settings.source, SOURCES), (settings.target, TARGETS)):
        place = find_column(wanted, names, forms, usual if grid.header else (), taken)
        taken.add(place)
        found.append(place)
    languages = [place for place, form in enumerate(forms) if is_language(form)] if grid.header else []
    free = [place for place in (languages or range(width)) if place not in taken]
    clear = len(free) == found.count(None) or (width == 2 and len(free) == 1)
    for side, wanted in ((0, settings.source), (1, settings.target)):
        if found[side] is None and wanted is None and clear and free:
            found[side] = free.pop(0)
    source, target = found
    if source is None or target is None or source == target:
        shown = ", ".join(names[:8]) if grid.header else f"{width} without names"
        way_out = "Give --set source=NAME --set target=NAME, or their numbers: 0 is the first"
        problems.add(None, f"which {grid.noun}s hold the two texts cannot be told: {shown}", way_out, "columns unclear")
        return None
    return source, target


def _seems_header(grid: Grid) -> bool:
    """Return whether the first row has a short name in each column, above other texts."""
    first = [str(cell).strip() for cell in grid.rows[0]]
    return len(grid.rows) > 1 and all(map(_NAME.fullmatch, first)) and first not in [list(row) for row in grid.rows[1:]]


def _is_header(cells: Sequence[str], settings: ParallelSettings) -> bool:
    if settings.header is not None:
        return settings.header
    stripped = [cell.strip() for cell in cells]
    if any(isinstance(name, str) and name in stripped for name in (settings.source, settings.target)):
        return True
    forms = usual_forms(stripped)
    named = sum(form in SOURCES or form in TARGETS or is_language(form) for form in forms)
    return named >= 2
