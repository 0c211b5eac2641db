"""Sequences of DNA with a label for every base; all files may be packed by gzip.

FASTA + intervals   BED or GFF3 beside it: what covers a base is its label
CSV, TSV            sequence,labels: a letter for each base, or names between blanks
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import TypeAlias

from unrolled.data.labels import in_order
from unrolled.data.pair import Pair
from unrolled.data.readers.dna.bases_settings import BaseLabelsSettings
from unrolled.data.readers.dna.columns import rows_of_dna
from unrolled.data.readers.dna.fasta import Found, Record, fasta_records
from unrolled.data.readers.dna.intervals import Interval, read_intervals
from unrolled.data.readers.dna.labels import group_in
from unrolled.data.readers.dna.painting import paint, usual_labels
from unrolled.data.readers.doubt import Doubt
from unrolled.data.readers.groups import note_no_group
from unrolled.data.readers.reading import Reading, verdict
from unrolled.data.readers.source import OTHER_FORMAT, Problems, counted, numbered_lines
from unrolled.data.step_labels import StepLabels, distinct_labels, label_counts

__all__ = ["intervals_beside", "read_bases"]

Labelled: TypeAlias = Pair[str, StepLabels]

_TABLES = {".csv", ".tsv", ".tab"}
_INTERVALS = (".gff3", ".gff", ".bed")
UNKNOWN = 0.5


def read_bases(path: str | Path, settings: BaseLabelsSettings | None = None) -> Reading[str, StepLabels]:
    """Read sequences, in capitals with U as T, with a label for every base.

    Nothing in a file raises: what is wrong stands in the reading, with file, line and column.
    """
    settings = settings or BaseLabelsSettings()
    path = Path(path)
    problems, found = Problems(path, settings.encoding, unpack=True), Found()
    if {suffix.lower() for suffix in path.suffixes[-2:]} & _TABLES:
        return _read_table(path, settings, problems, found)
    lines = numbered_lines(path, problems)
    first = next((row for row in lines if row[1] is None or row[1].strip()), None)
    if first is None:
        return _finished(path, [], [], settings, problems, found)
    mark = (first[1] or "").lstrip()[:1]
    if mark not in {">", ";"}:
        shown = (first[1] or "").strip()[:30]
        way_out = "Give FASTA with BED or GFF3 beside it; name a table FILE.csv or FILE.tsv"
        problems.add(first[0], f"the file begins with {shown!r}, and FASTA with '>'", way_out, OTHER_FORMAT)
        return _finished(path, [], [], settings, problems, found)
    beside = settings.intervals or intervals_beside(path)
    if beside is None:
        stem = path.name.removesuffix(".gz").rpartition(".")[0] or path.name
        problems.add(
            None,
            f"there are no intervals beside these sequences: no {stem}.gff3 and no {stem}.bed",
            "Name the file: --set intervals=FILE",
            OTHER_FORMAT,
        )
        return _finished(path, [], [], settings, problems, found)
    records = list(fasta_records(chain([first], lines), problems, found))
    return _of_intervals(path, records, str(beside), settings, problems, found)


def intervals_beside(path: Path) -> Path | None:
    """Return the BED or GFF3 file that has the name of a FASTA file, where there is one."""
    name = path.name.removesuffix(".gz")
    stem = name.rpartition(".")[0] or name
    places = (path.with_name(f"{stem}{suffix}{packed}") for suffix in _INTERVALS for packed in ("", ".gz"))
    return next((place for place in places if place.is_file()), None)


def _of_intervals(
    path: Path, records: Sequence[Record], beside: str, settings: BaseLabelsSettings, problems: Problems, found: Found
) -> Reading[str, StepLabels]:
    of_intervals = Problems(beside, settings.encoding, unpack=True)
    sequences = _by_name(records, problems)
    intervals = list(read_intervals(beside, of_intervals, settings.label_key))
    given = settings.labels_of_features()
    labels = usual_labels(intervals) if given is None else given
    by_name, others = _by_sequence(intervals, sequences, of_intervals)
    # Where sequences could not be read, that is told, and not that they are not there.
    notes = [] if problems.found else _tell_others(others, intervals, sequences, of_intervals, settings)
    if not intervals and not of_intervals.found:
        of_intervals.add(None, "there is no interval in this file", "Check that it is the right file and not empty")
    elif labels is not None and not any(interval.label in labels for interval in intervals) and intervals:
        seen = ", ".join(sorted({interval.label for interval in intervals})[:5])
        told = f"none of the features {', '.join(labels)}: the types here are {seen}"
        of_intervals.add(None, told, "Name those that are labels: --set features=TYPE=LABEL,…")
    pairs: list[Labelled] = []
    num_twice = 0
    for name, record in sequences.items():
        painted = paint(
            len(record.bases),
            by_name[name],
            background=settings.background,
            labels=labels,
            overlap=settings.overlap,
            apart=settings.strands == "apart",
        )
        for clash in painted.clashes:
            told = f"{clash.label!r} covers bases of {name} that another label covers, too"
            way_out = "Correct it, or say which wins: --set overlap=shorter"
            of_intervals.add(clash.line, told, way_out, "features that overlap")
        num_twice += painted.num_covered_twice
        pairs.append(Pair(record.bases, painted.labels))
    used = [interval for interval in intervals if labels is None or interval.label in labels]
    bare_strands = [interval for interval in used if not interval.stranded]
    if settings.strands == "apart" and bare_strands:
        told = f"{counted(len(bare_strands), 'feature')} without a strand, the first at {beside}:{bare_strands[0].line}"
        notes.append(f"{told}: taken for +.")
    if num_twice:
        told = f"{_share(num_twice, found)} are covered by features of several labels"
        notes.append(f"{told}; overlap={settings.overlap} decides.")
    bare = sum(not own for own in by_name.values())
    if bare:
        notes.append(f"{counted(bare, 'sequence')} without any feature: all {settings.background!r}.")
    problems.found += of_intervals.found
    there = {interval.label for interval in intervals}
    known = "every one as it stands" if labels is None else ""
    shown = known or ", ".join(f"{a} as {b}" for a, b in (labels or {}).items() if a in there)
    taken = {"sequences": "the records of FASTA", "labels": f"the features of {beside}", "features": shown}
    taken["background"] = settings.background
    lines = [record.line for record in sequences.values()]
    groups = _groups_of(sequences.values(), settings, problems)
    read = _finished(path, pairs, lines, settings, problems, found, taken=taken, notes=notes, groups=groups)
    return replace(read, besides=(beside,))


def _by_name(records: Sequence[Record], problems: Problems) -> dict[str, Record]:
    sequences: dict[str, Record] = {}
    for record in records:
        if record.name in sequences:
            way_out = "Give each sequence a name of its own"
            problems.add(record.line, f"the sequence {record.name!r} again", way_out, "names that stand twice")
        sequences.setdefault(record.name, record)
    return sequences


def _by_sequence(
    intervals: Sequence[Interval], sequences: Mapping[str, Record], problems: Problems
) -> tuple[dict[str, list[Interval]], list[Interval]]:
    """Return the intervals of each sequence, and those of sequences that are not there."""
    by_name: dict[str, list[Interval]] = {name: [] for name in sequences}
    others: list[Interval] = []
    for interval in intervals:
        record = sequences.get(interval.name)
        if record is None:
            others.append(interval)
        elif interval.end > len(record.bases):
            end = f"past the end of {interval.name} ({len(record.bases):,} bases)"
            told = f"the interval ends at {interval.end:,}, {end}"
            way_out = "Give the sequences that the intervals were made for"
            problems.add(interval.line, told, way_out, "intervals past the end")
        else:
            by_name[interval.name].append(interval)
    return by_name, others


def _groups_of(records: Iterable[Record], settings: BaseLabelsSettings, problems: Problems) -> list[str]:
    """Return whom or what each sequence is from, as its header says; none where nobody asks."""
    groups: list[str] = []
    if settings.group is None:
        return groups
    for record in records:
        groups.append(group_in(record, settings.group))
        if not groups[-1]:
            note_no_group(record.line, "a sequence", settings.group, problems)
    return groups


def _read_table(path: Path, settings: BaseLabelsSettings, problems: Problems, found: Found) -> Reading[str, StepLabels]:
    pairs: list[Labelled] = []
    lines: list[int] = []
    groups: list[str] = []

    def add(bases: str, cell: str, line: int, file: str, group: str) -> None:
        names = cell.split() if len(cell.split()) > 1 or len(bases) == 1 else list(cell)
        if len(names) != len(bases):
            told = f"{counted(len(names), 'label')} for {counted(len(bases), 'base')}"
            way_out = "Give each base one letter, or names between blanks"
            problems.add(line, told, way_out, "another number of labels than of bases")
            return
        pairs.append(Pair(bases, StepLabels.of(names)))
        lines.append(line)
        groups.append(group)

    taken: dict[str, str] = {}
    rows_of_dna(path, add, problems, settings, found, taken)
    return _finished(path, pairs, lines, settings, problems, found, taken=taken, groups=groups)


def _finished(
    path: Path,
    pairs: list[Labelled],
    lines: list[int],
    settings: BaseLabelsSettings,
    problems: Problems,
    found: Found,
    *,
    taken: dict[str, str] | None = None,
    notes: Sequence[str] = (),
    groups: Sequence[str] = (),
) -> Reading[str, StepLabels]:
    if found.comments and settings.strict:
        way_out = "Take it out, or give --set strict=false"
        problems.add(found.comments[0], "a comment, which not every program knows in FASTA", way_out, "comments")
    facts: dict[str, str] = {}
    told = list(notes)
    if pairs:
        labels = in_order(set[str]().union(*(distinct_labels(pair.y) for pair in pairs)))
        lengths = [len(pair.x) for pair in pairs]
        span = f"{min(lengths):,} to {max(lengths):,}" if min(lengths) < max(lengths) else f"{lengths[0]:,}"
        facts = {"labels": ", ".join(labels[:8]) + (", …" if len(labels) > 8 else ""), "bases each": span}
        if found.num_soft:
            told.append(f"{_share(found.num_soft, found)} are in lower case, as repeats are; read as others.")
        if found.num_codes:
            told.append(
                f"{_share(found.num_codes, found)} are codes of several bases ({found.num_unknown:,} of them N), "
                "read as the mean of those."
            )
        if found.comments and not settings.strict:
            told.append(f"{counted(len(found.comments), 'line')} that begins with ';' is taken for a comment.")
    doubts = tuple(doubt for doubt in _doubts(pairs, found) if doubt.name not in settings.accepted())
    reading: Reading[str, StepLabels] = Reading(
        str(path),
        pairs,
        lines,
        taken=taken or {},
        facts=facts,
        notes=tuple(f"{path}: {note}" for note in told),
        doubts=doubts,
        groups=tuple(groups) if all(groups) else (),
    )
    if not pairs and problems.found:  # they say why there is nothing
        return replace(reading, problems=problems.in_order())
    return verdict(reading, problems, noun="labelled sequence")


def _doubts(pairs: Sequence[Labelled], found: Found) -> list[Doubt]:
    if not pairs:
        return []
    doubts: list[Doubt] = []
    counts = sum((label_counts(pair.y) for pair in pairs), label_counts(()))
    if len(counts) == 1:
        told = f"every base has the label {next(iter(counts))!r}"
        doubts.append(Doubt("one_label", "in training", told, "Add features of other labels"))
    if found.num_unknown > UNKNOWN * found.num_bases:
        told = f"{found.num_unknown:,} of {found.num_bases:,} bases are N"
        doubts.append(Doubt("unknown_bases", "in training", told, "Check that the sequences are not masked"))
    return doubts


def _tell_others(
    others: Sequence[Interval],
    intervals: Sequence[Interval],
    sequences: dict[str, Record],
    beside: Problems,
    settings: BaseLabelsSettings,
) -> list[str]:
    if not others:
        return []
    names = ", ".join(list(dict.fromkeys(interval.name for interval in others))[:3])
    if len(others) < len(intervals) and not settings.strict:
        told = f"{counted(len(others), 'interval')} of sequences that are not in this file ({names})"
        return [f"{told}, the first at {beside.path}:{others[0].line}: left out."]
    known = ", ".join(list(sequences)[:3]) or "none"
    told = f"{counted(len(others), 'interval')} of {names}, and the sequences are {known}"
    beside.add(others[0].line, told, "Use the same names in both files", "intervals of other sequences")
    return []


def _share(number: int, found: Found) -> str:
    return f"{number:,} of {found.num_bases:,} bases ({number / max(found.num_bases, 1):.2%})"
