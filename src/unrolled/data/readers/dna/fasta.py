"""FASTA and FASTQ, plain or packed by gzip: records with their lines, and every letter checked.

FASTA      >name and more, then the sequence on any number of lines; blank lines are skipped
FASTQ      @name, the sequence, +, the quality: four lines a record; the quality is checked and not used
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

from unrolled.data.bases import normal_bases, odd_place
from unrolled.data.readers.source import Problems, Row

__all__ = ["Found", "Record", "checked_bases", "fasta_records", "fastq_records"]

_WAYS_OUT = {
    "-": "Take the gaps of the alignment out",
    ".": "Take the gaps of the alignment out",
    "*": "Give DNA, not protein",
    " ": "Write the bases without blanks",
    "\t": "Write the bases without blanks",
}


@dataclass(frozen=True, slots=True)
class Record:
    """One sequence of a file.

    Attributes:
        line: of its header.
        header: without the mark at its beginning.
        bases: in capitals, U as T.
    """

    line: int
    header: str
    bases: str

    @property
    def name(self) -> str:
        """The first word of the header."""
        return self.header.split(maxsplit=1)[0] if self.header.split() else ""


@dataclass
class Found:
    """What was seen on the way.

    Attributes:
        num_bases, num_soft, num_codes, num_unknown: letters; in lower case; codes of several bases; of them N.
        comments: the lines that begin with a semicolon.
    """

    num_bases: int = 0
    num_soft: int = 0
    num_codes: int = 0
    num_unknown: int = 0
    comments: list[int] = field(default_factory=list[int])

    def see(self, text: str, bases: str) -> None:
        """Count what a sequence holds."""
        self.num_bases += len(bases)
        self.num_soft += sum(map(str.islower, text)) if text != bases else 0
        self.num_unknown += bases.count("N")
        self.num_codes += len(bases) - sum(map(bases.count, "ACGT"))


Lines: TypeAlias = Iterator[Row]


def checked_bases(text: str, line: int, problems: Problems, found: Found, *, first: int = 1) -> str | None:
    """Return a text as bases; None, with a problem that names line and column, where a letter is none.

    `first` is the column of its first letter.
    """
    bases = normal_bases(text)
    place = odd_place(bases)
    if place is None:
        found.see(text, bases)
        return bases
    letter = text[place] if len(bases) == len(text) else bases[place]
    shown = repr(letter) if letter.isprintable() else f"U+{ord(letter):04X}"
    problems.add(
        line,
        f"column {first + place} is {shown}, which is no base and none of the IUPAC codes",
        _WAYS_OUT.get(letter, "Write A, C, G, T, or N where a base is not known"),
        f"letters that are no bases, {shown}" if letter in _WAYS_OUT else "letters that are no bases",
    )
    return None


def fasta_records(lines: Lines, problems: Problems, found: Found) -> Iterator[Record]:
    """Yield the sound records of FASTA."""
    start, header, parts, sound = 0, "", list[str](), True

    def done() -> Iterator[Record]:
        if start and sound and parts:
            yield Record(start, header, "".join(parts))
        elif start and sound:
            problems.add(start, "a header without a sequence", "Write its bases below it, or take it out", "no bases")

    for number, line in lines:
        if line is None:
            sound = False
            continue
        text = line.strip()
        if text.startswith(">"):
            yield from done()
            start, header, parts, sound = number, text[1:].strip(), [], True
        elif text.startswith(";"):
            found.comments.append(number)
        elif text and not start:
            way_out = "Write a header above it: >name label=NAME"
            problems.add(number, "bases without a header: no line begins with '>' so far", way_out, "no header")
            return
        elif text:
            first = line.index(text[0]) + 1
            bases = checked_bases(text, number, problems, found, first=first)
            sound = sound and bases is not None
            parts.append(bases or "")
    # Where the file broke off, the last record is not whole.
    sound = sound and not any((problem.line or 0) >= start for problem in problems.found[-1:])
    yield from done()


def fastq_records(lines: Lines, problems: Problems, found: Found) -> Iterator[Record]:
    """Yield the sound records of FASTQ; after a record whose lines are not as they should be, no more."""
    while True:
        number, line = _next_filled(lines)
        if not number:
            return
        if line is None or not line.startswith("@"):
            way_out = "Write four lines a record: @name, bases, +, quality"
            problems.add(number, "the record does not begin with '@'", way_out, "FASTQ out of step")
            return
        rest = [next(lines, (0, "")) for _ in range(3)]
        (at, text), (_, plus), (at_quality, quality) = rest
        if not at_quality:
            problems.add(number, "the record ends early", "Copy the file again, or take it out", "records cut short")
            return
        if plus is None or not plus.startswith("+"):
            way_out = "Write four lines a record: @name, bases, +, quality"
            problems.add(rest[1][0], "the third line of the record is not '+'", way_out, "FASTQ out of step")
            return
        if text is None or quality is None:
            continue
        if len(quality.rstrip()) != len(text.rstrip()):
            found_here = f"{len(quality.rstrip())} marks of quality for {len(text.rstrip())} bases"
            problems.add(at_quality, found_here, "Give each base one, or take the record out", "qualities too short")
            continue
        bases = checked_bases(text.rstrip(), at, problems, found)
        if bases:
            yield Record(number, line[1:].strip(), bases)
        elif bases is not None:
            problems.add(number, "a header without a sequence", "Write its bases below it, or take it out", "no bases")


def _next_filled(lines: Lines) -> Row:
    return next(((number, line) for number, line in lines if line is None or line.strip()), (0, None))
