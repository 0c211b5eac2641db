"""Labelled sequences of DNA: one sequence and one label an example; all files may be packed by gzip.

FASTA       >name label=donor      the label in the header, the bases below it
FASTQ       @name label=donor      likewise; the quality is not used
CSV, TSV    sequence,label         with a header or without one
FASTA + intervals                  BED or GFF3: an example is cut out for each interval
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import chain
from pathlib import Path

from unrolled.data.labels import in_order
from unrolled.data.pair import Pair
from unrolled.data.readers.dna.columns import rows_of_dna
from unrolled.data.readers.dna.fasta import Found, Record, fasta_records, fastq_records
from unrolled.data.readers.dna.labels import SEQUENCE, dna_doubts, group_in, label_in
from unrolled.data.readers.dna.settings import SequencesSettings
from unrolled.data.readers.dna.windows import windows_of
from unrolled.data.readers.doubt import Doubt
from unrolled.data.readers.groups import note_no_group
from unrolled.data.readers.reading import Reading, verdict
from unrolled.data.readers.source import OTHER_FORMAT, Problems, counted, numbered_lines

__all__ = ["read_dna"]

_TABLES = {".csv", ".tsv", ".tab"}


class Sequences:
    """The labelled sequences of one file, on their way to pairs."""

    def __init__(self, problems: Problems, settings: SequencesSettings) -> None:
        self.problems, self.settings = problems, settings
        self.found = Found()
        self.taken: dict[str, str] = {}
        self.notes: list[str] = []
        self.pairs: list[Pair[str, str]] = []
        self.lines: list[int] = []
        self.files: list[str] = []
        self.groups: list[str] = []

    def add(self, bases: str, label: str, line: int, file: str = "", group: str = "") -> None:
        """Add an example of a line, or of a line of another file; `group` is whom or what it is from."""
        self.pairs.append(Pair(bases, label))
        self.lines.append(line)
        if file:
            self.files.append(f"{file}:{line}")
        if group:
            self.groups.append(group)

    def reading(self) -> Reading[str, str]:
        """Return the pairs, once they have been looked at together."""
        path, found, accepted = self.problems.path, self.found, self.settings.accepted()
        doubts: list[Doubt] = [
            doubt for doubt in dna_doubts(self.pairs, self.lines, found) if doubt.name not in accepted
        ]
        labels, lengths = in_order({pair.y for pair in self.pairs}), {len(pair.x) for pair in self.pairs}
        facts: dict[str, str] = {}
        if self.pairs:
            shown = f"{min(lengths):,}" if len(lengths) == 1 else f"{min(lengths):,} to {max(lengths):,}"
            facts = {"labels": ", ".join(labels[:8]) + (", …" if len(labels) > 8 else ""), "bases each": shown}
            if len(lengths) == 1 and len(self.pairs) > 1:
                self.taken["places"] = f"compared, as all have {shown} bases; not with --set aligned=no"
            if found.num_soft:
                self.notes.append(f"{_share(found.num_soft, found)} are in lower case, as repeats are; read as others.")
            if found.num_codes:
                self.notes.append(
                    f"{_share(found.num_codes, found)} are codes of several bases ({found.num_unknown:,} of them N), "
                    "read as the mean of those."
                )
        notes = tuple(f"{path}: {note}" for note in self.notes)
        reading = Reading(
            path,
            self.pairs,
            self.lines,
            taken=self.taken,
            facts=facts,
            notes=notes,
            doubts=tuple(doubts),
            files=tuple(self.files),
            groups=tuple(self.groups) if len(self.groups) == len(self.pairs) else (),
            besides=() if self.settings.intervals is None else (str(self.settings.intervals),),
        )
        if not self.pairs and self.problems.found:  # they say why there is nothing
            return replace(reading, problems=self.problems.in_order())
        return verdict(reading, self.problems, noun="labelled sequence")


def read_dna(path: str | Path, settings: SequencesSettings | None = None) -> Reading[str, str]:
    """Read sequences, in capitals with U as T, with a label each; the format is found by suffix and content.

    Nothing in a file raises: what is wrong stands in the reading, with file, line and column.
    """
    settings = settings or SequencesSettings()
    problems = Problems(path, settings.encoding, unpack=True)
    sequences = Sequences(problems, settings)
    if _is_table(Path(path)):
        rows_of_dna(path, sequences.add, problems, settings, sequences.found, sequences.taken)
        return sequences.reading()
    lines = numbered_lines(path, problems)
    first = next((row for row in lines if row[1] is None or row[1].strip()), None)
    if first is None:
        return sequences.reading()
    mark = (first[1] or "").lstrip()[:1]
    if mark not in {">", "@", ";"}:
        _tell_no_dna(first[1] or "", first[0], problems)
        return sequences.reading()
    records = (fastq_records if mark == "@" else fasta_records)(chain([first], lines), problems, sequences.found)
    _take_records(records, sequences, "FASTQ" if mark == "@" else "FASTA")
    return sequences.reading()


def _take_records(records: Iterator[Record], sequences: Sequences, kind: str) -> None:
    settings, problems = sequences.settings, sequences.problems
    if settings.intervals is not None:
        windows_of(records, sequences.add, problems, settings, sequences.taken, sequences.notes)
    else:
        _take_headers(list(records), sequences.add, problems, settings)
        sequences.taken |= {
            "sequences": f"the records of {kind}",
            "labels": f'"{settings.label_key}=" in their headers',
        }
    if settings.group is not None:
        name = "the names of the sequences" if settings.group == SEQUENCE else f'"{settings.group}=" in the headers'
        sequences.taken["groups"] = name
    comments = sequences.found.comments
    if comments and settings.strict:
        way_out = "Take it out, or give --set strict=false"
        problems.add(comments[0], "a comment, which not every program knows in FASTA", way_out, "comments")
    elif comments:
        sequences.notes.append(f"{counted(len(comments), 'line')} that begins with ';' is taken for a comment.")


def _take_headers(
    records: list[Record],
    add: Callable[[str, str, int, str, str], None],
    problems: Problems,
    settings: SequencesSettings,
) -> None:
    labels = [label_in(record.header, settings.label_key) for record in records]
    if records and not any(labels):
        problems.add(
            records[0].line,
            f"none of the {counted(len(records), 'header')} has {settings.label_key}=",
            f"Write a label into each, >{records[0].name or 'name'} {settings.label_key}=NAME; name what stands before "
            "it with --set label_key=NAME; or give --set intervals=FILE, BED or GFF3",
            "no labels",
        )
        return
    for record, label in zip(records, labels, strict=True):
        group = "" if settings.group is None else group_in(record, settings.group)
        if label and settings.group is not None and not group:
            note_no_group(record.line, "a sequence", settings.group, problems)
        elif label:
            add(record.bases, label, record.line, "", group)
        else:
            way_out = f"Write {settings.label_key}=NAME into its header, or take it out"
            problems.add(record.line, "a sequence without a label", way_out, "sequences without a label")


def _is_table(path: Path) -> bool:
    suffixes = [suffix.lower() for suffix in path.suffixes]
    return bool(suffixes) and (suffixes[-1] in _TABLES or (suffixes[-1] == ".gz" and bool({*suffixes} & _TABLES)))


def _tell_no_dna(line: str, number: int, problems: Problems) -> None:
    problems.add(
        number,
        f"the file begins with {line.strip()[:30]!r}: neither '>', as FASTA does, nor '@', as FASTQ",
        "Give FASTA or FASTQ; name a table FILE.csv or FILE.tsv",
        OTHER_FORMAT,
    )


def _share(number: int, found: Found) -> str:
    return f"{number:,} of {found.num_bases:,} bases ({number / max(found.num_bases, 1):.2%})"
