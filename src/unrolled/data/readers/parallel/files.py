"""Two files of lines, a sentence each: which they are, and what to say where their counts differ."""

from collections.abc import Sequence
from pathlib import Path

from unrolled.data.problem import in_a_line
from unrolled.data.readers.parallel.languages import SOURCES, TARGETS, is_language
from unrolled.data.readers.parallel.settings import ParallelSettings
from unrolled.data.readers.parallel.shifts import first_shifted
from unrolled.data.readers.source import OTHER_FORMAT, Problems, numbered_lines

__all__ = ["TABLES", "find_files", "read_files"]

TABLES = frozenset({".csv", ".tsv", ".tab", ".json", ".jsonl", ".ndjson"})
"""The ends of names of files that hold both sides."""

MOST_SUFFIX = 12


def find_files(path: Path, settings: ParallelSettings, problems: Problems) -> tuple[Path, Path] | None:
    """Return the files of source and target: those of a folder, or the one that is named and its other side.

    A file's other side has the same name up to its end: `train.de`, `train.en`. Where that is not clear there is a
    problem, and None.
    """
    stem = None if path.is_dir() else path.name.removesuffix(path.suffix)
    parent = path if path.is_dir() else path.parent
    sides: dict[str, list[Path]] = {}
    if parent.is_dir():
        for file in sorted(parent.iterdir()):
            end = file.suffix.lower()
            if file.is_file() and not file.name.startswith(".") and 1 < len(end) <= MOST_SUFFIX and end not in TABLES:
                sides.setdefault(file.name.removesuffix(file.suffix), []).append(file)
    if stem is None:
        # Other tasks' folders have files of one name, too: a text and its annotations.
        told = {f".{end}" for end in (settings.source, settings.target)}
        named = {
            name: [file for file in files if _names_side(file) or file.suffix in told] for name, files in sides.items()
        }
        whole = {name: files for name, files in named.items() if len(files) > 1}
        if len(whole) != 1:
            some = ", ".join(f"{files[0].name}" for files in list(whole.values())[:4])
            found = (
                f"this folder has {len(whole)} pairs of files" if whole else "this folder has no two files of a name"
            )
            way_out = f"Name the source file: {some}" if whole else "Give two files such as train.de and train.en"
            problems.add(None, found, way_out, OTHER_FORMAT)
            return None
        stem = next(iter(whole))
    files = sides.get(stem, [])
    source = path if not path.is_dir() and settings.source is None else _side(files, settings.source, SOURCES)
    others = [file for file in files if file != source]
    if path.is_dir() and source is None and len(files) == 2:
        target = _side(files, settings.target, TARGETS) or files[1]
        others, source = [target], next(file for file in files if file != target)
    elif settings.target is not None or len(others) > 1:
        found = _side(others, settings.target, TARGETS)
        others = [found] if found is not None else others
    if source is None or len(others) != 1 or (settings.target is not None and not _ends(others[0], settings.target)):
        names = ", ".join(file.name for file in files if file != path) or "no other file"
        found = f"which file is the other side of {path.name} cannot be told: {names} of that name"
        way_out = "Give --set target=END, such as en for train.en; or a table with both sides"
        problems.add(None, found, way_out, OTHER_FORMAT)
        return None
    return source, others[0]


def read_files(source: Path, target: Path, problems: Problems) -> list[tuple[int, str, str]]:
    """Return the lines of both files, each with its number; unequal counts are a problem, with the first odd line."""
    both: list[list[str]] = []
    for file in (source, target):
        own = Problems(file, problems.encoding)
        both.append(["" if line is None else line for _, line in numbered_lines(file, own)])
        problems.found += own.found
    x, y = both
    if len(x) != len(y) and not problems.found:
        place = first_shifted(x, y)
        seen = " beside ".join(repr(in_a_line(side[place], 60)) if place < len(side) else "nothing" for side in both)
        found = f"{source.name} has {len(x):,} lines and {target.name} {len(y):,}; the first that looks shifted: {seen}"
        way_out = "Find the line that one of them lacks, there or just before"
        problems.add(min(place, len(x) - 1) + 1 if x else None, found, way_out, "unequal counts of lines")
        return []
    return [(number, a, b) for number, (a, b) in enumerate(zip(x, y, strict=False), 1)]


def _side(files: Sequence[Path], told: str | int | None, usual: Sequence[str]) -> Path | None:
    if told is not None:
        return next((file for file in files if _ends(file, told)), None)
    return next((file for name in usual for file in files if _ends(file, name)), None)


def _names_side(file: Path) -> bool:
    end = file.suffix.lower()[1:]
    return end in SOURCES or end in TARGETS or is_language(end)


def _ends(file: Path, end: str | int) -> bool:
    return file.suffix.lower() == f".{end}".lower()
