"""brat's stand-off files: a folder of `a.txt`, the text, and `a.ann`, a line for each thing marked in it.

T1<tab>PER 0 3<tab>Ann                 a span; `0 3;8 11` where it is in several pieces
R1, E1, A1, N1, #1, *                  relations, events, attributes, ...: counted, left out

Offsets count code points. Spans in several pieces cannot be written as labels, and are left out, unless `strict`.
"""

import collections
import re
from itertools import pairwise
from pathlib import Path

from unrolled.data.readers.sentences.exports.document import Document, Mark
from unrolled.data.readers.sentences.exports.intake import Intake
from unrolled.data.readers.source import Problems, numbered_lines

__all__ = ["brat_documents", "brat_files"]

_SPAN = re.compile(r"(\S+) (\d{1,9} \d{1,9}(?:;\d{1,9} \d{1,9})*)")
_TRIGGER = re.compile(r"E\d+\t\S+?:(T\S+)")
_OTHERS = {
    "R": "relation",
    "*": "relation",
    "E": "event",
    "A": "attribute",
    "M": "attribute",
    "N": "normalization",
    "#": "note",
}


def brat_files(path: Path) -> list[Path] | None:
    """Return the .ann files that a path names: those of a folder, one itself, or that of a .txt; None for none."""
    if path.is_dir():
        found = sorted(file for file in path.glob("*.ann") if file.is_file() and not file.name.startswith("."))
        return found or None
    if path.suffix.lower() == ".ann":
        return [path]
    beside = path.with_suffix(".ann")
    return [beside] if path.suffix.lower() == ".txt" and beside.is_file() else None


def brat_documents(path: Path, files: list[Path], intake: Intake) -> list[Document]:
    """Return the texts of stand-off files with their marks; texts without an .ann are left out and counted."""
    intake.taken |= {"tokens": "*.txt, split into words", "labels": "*.ann"}
    if path.is_dir():
        known = {file.stem for file in files}
        for text in sorted(path.glob("*.txt")):
            if text.stem not in known:
                intake.count(1, "text", "without an .ann file, left out", file=str(text))
    found = [_document(file, intake) for file in files]
    return [document for document in found if document is not None]


def _document(file: Path, intake: Intake) -> Document | None:
    beside = file.with_suffix(".txt")
    own, other = Problems(file, intake.settings.encoding), Problems(beside, intake.settings.encoding)
    lines = [(number, line) for number, line in numbered_lines(file, own) if line is not None and line.strip()]
    if not own.found and not beside.is_file():
        own.add(None, f"there is no {beside.name} beside it, whose text it marks", "Put it there")
    else:
        collections.deque(numbered_lines(beside, other), 0)  # notes what is no text
    text = "" if own.found or other.found else beside.read_bytes().decode(intake.settings.encoding)
    triggers = {match[1] for _, line in lines if (match := _TRIGGER.match(line))}
    marks: list[Mark] = []
    for number, line in lines:
        name, *rest = line.split("\t")
        if name[:1] in _OTHERS:
            intake.count(number, _OTHERS[name[0]], "left out", file=str(file))
            continue
        span = _SPAN.fullmatch(rest[0].strip()) if name[:1] == "T" and rest else None
        if span is None:
            way_out = "Write an identifier, a tab, type and offsets, a tab and the text: T1\\tPER 0 3\\tAnn"
            own.add(number, f"not a line of brat's stand-off format: {line[:60]!r}", way_out, "lines that are no marks")
        elif name in triggers:
            intake.count(number, "trigger", "of an event, left out", file=str(file))
        else:
            mark = _mark(number, span, (text, rest[1] if len(rest) > 1 else None), file, intake, own)
            marks += [] if mark is None else [mark]
    intake.problems.found += own.found + other.found
    return None if own.found or other.found else Document(text, marks, 1, str(beside))


def _mark(
    number: int, span: re.Match[str], texts: tuple[str, str | None], file: Path, intake: Intake, own: Problems
) -> Mark | None:
    text, said = texts
    pieces = [(int(start), int(end)) for start, end in (piece.split(" ") for piece in span[2].split(";"))]
    if all(one[1] <= two[0] and not text[one[1] : two[0]].strip() for one, two in pairwise(pieces)):
        return Mark(span[1], pieces[0][0], pieces[-1][1], said)  # brat cuts spans at line ends
    if intake.settings.strict:
        way_out = "Mark it in one piece, or leave it out; --set strict=false leaves it out"
        own.add(number, f"a span in {len(pieces)} pieces: {said or span[2]}", way_out, "spans in several pieces")
    else:
        intake.count(number, "span", "in several pieces, left out", file=str(file), example=said or span[2])
    return None
