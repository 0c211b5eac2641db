"""Intervals beside sequences: BED and GFF3, plain or packed by gzip.

BED     chromosome, start, end, name, score, strand: from 0, the end not inside; `track`, `browser` and # lines skipped
GFF3    seqid, source, type, start, end, score, strand, phase, attributes: from 1, the end inside; ends at ##FASTA

Inside both are [start, end) from 0. The label of a BED interval is its name, that of a GFF3 feature its attribute
`label`, else its type.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

from unrolled.data.readers.source import Problems, counted, numbered_lines

__all__ = ["Interval", "read_intervals"]

_WHOLE = re.compile(r"\d{1,15}", re.ASCII)
_STRANDS = frozenset("+-.?")
_BED_HEADERS = frozenset({"track", "browser"})


@dataclass(frozen=True, slots=True)
class Interval:
    """Bases [start, end) of a sequence, from 0, on a strand, with a label.

    Attributes:
        line: where it stands.
        name: of the sequence.
        start, end: the first base, and the one after the last.
        minus: whether it is read on the other strand.
        label: what it is.
        stranded: whether it says its strand.
    """

    line: int
    name: str
    start: int
    end: int
    minus: bool
    label: str
    stranded: bool = True


def read_intervals(path: str | Path, problems: Problems, label_key: str = "label") -> Iterator[Interval]:
    """Yield the sound intervals of BED or GFF3, told by suffix, else by the columns."""
    suffixes = {suffix.lower() for suffix in Path(path).suffixes}
    gff = True if suffixes & {".gff", ".gff3", ".gtf"} else False if ".bed" in suffixes else None
    for number, line in numbered_lines(path, problems):
        if line is None or not line.strip():
            continue
        if line.startswith("##FASTA"):
            return
        gff = True if gff is None and line.startswith("##gff") else gff
        fields = line.split("\t") if "\t" in line else line.split()
        if line.startswith("#") or (not gff and line.split()[0] in _BED_HEADERS):
            continue
        if gff is None:
            gff = len(fields) >= 8 and not _WHOLE.fullmatch(fields[1])
        found = _gff(number, fields, problems, label_key) if gff else _bed(number, fields, problems)
        if found is not None:
            yield found


def _bed(number: int, fields: list[str], problems: Problems) -> Interval | None:
    if len(fields) < 4 or not fields[3].strip():
        problems.add(
            number,
            f"{counted(len(fields), 'column')}, where BED with labels has 4: sequence, start, end, label",
            "Write the label of the interval in the fourth column",
            "intervals without a label",
        )
        return None
    strand = fields[5].strip() if len(fields) > 5 else "."
    return _interval(number, fields[0], fields[1], fields[2], strand, fields[3].strip(), problems, first=0)


def _gff(number: int, fields: list[str], problems: Problems, label_key: str) -> Interval | None:
    if len(fields) != 9:
        found = f"{counted(len(fields), 'column')}, where GFF3 has 9"
        problems.add(number, found, "Separate the columns by tabs", "rows with another number of columns")
        return None
    pairs = (part.partition("=") for part in fields[8].split(";"))
    attributes = {name.strip(): unquote(value.strip()) for name, _, value in pairs}
    label = attributes.get(label_key) or unquote(fields[2])
    return _interval(number, unquote(fields[0]), fields[3], fields[4], fields[6], label, problems, first=1)


def _interval(
    number: int, name: str, start: str, end: str, strand: str, label: str, problems: Problems, *, first: int
) -> Interval | None:
    if not _WHOLE.fullmatch(start.strip()) or not _WHOLE.fullmatch(end.strip()):
        found = f"the interval goes from {start[:20]!r} to {end[:20]!r}, which are no whole numbers"
        problems.add(number, found, "Write the places as 120 and 180", "intervals that are no numbers")
        return None
    begins, ends = int(start) - first, int(end)
    if begins < 0 or begins >= ends:
        counts = "BED counts from 0, without the end" if not first else "GFF3 counts from 1, the end inside"
        problems.add(number, f"the interval {start} to {end} is empty", f"Correct it: {counts}", "empty intervals")
        return None
    if strand not in _STRANDS:
        problems.add(number, f"the strand is {strand[:20]!r}", "Write +, - or .", "strands that are none")
        return None
    return Interval(number, name, begins, ends, strand == "-", label, strand in "+-")
