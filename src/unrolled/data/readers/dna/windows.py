"""Windows cut out of sequences, one for each interval of a BED or GFF3 file.

Each interval is an example of its own, whether or not it overlaps others: where two overlap, their bases stand in both.
One on the minus strand is read on the other strand. With `interval_length` the window has its middle where the interval
has its own, or half a base before it in the direction of reading; what of it lies beyond the sequence is N.
"""

from collections.abc import Callable, Iterator, Sequence

from unrolled.data.bases import other_strand
from unrolled.data.readers.dna.fasta import Record
from unrolled.data.readers.dna.intervals import Interval, read_intervals
from unrolled.data.readers.dna.labels import group_in
from unrolled.data.readers.dna.settings import SequencesSettings
from unrolled.data.readers.groups import note_no_group
from unrolled.data.readers.source import Problems, counted

__all__ = ["cut_window", "windows_of"]


def cut_window(bases: str, interval: Interval, length: int | None = None) -> str:
    """Return the bases of an interval, or `length` of them round its middle, read on its strand.

    >>> [cut_window("AACCGGTT", Interval(1, "x", 2, 5, minus, "y")) for minus in (False, True)]
    ['CCG', 'CGG']
    >>> cut_window("AACCGGTT", Interval(1, "x", 0, 1, minus=False, label="y"), 4)
    'NNAA'
    """
    start, end = interval.start, interval.end
    if length is not None:
        odd = (end - start + length) % 2  # half a base before the middle, in the direction of reading
        start += (end - start - length - (odd if not interval.minus else -odd)) // 2
        end = start + length
    inside = bases[max(start, 0) : max(end, 0)]
    window = "N" * min(max(-start, 0), end - start) + inside
    window += "N" * (end - start - len(window))
    return other_strand(window) if interval.minus else window


def windows_of(
    records: Iterator[Record],
    add: Callable[[str, str, int, str, str], None],
    problems: Problems,
    settings: SequencesSettings,
    taken: dict[str, str],
    notes: list[str],
) -> None:
    """Add a window for each interval of the file that the settings name."""
    path = str(settings.intervals)
    beside = Problems(path, settings.encoding, unpack=True)
    sequences: dict[str, str] = {}
    groups: dict[str, str] = {}
    for record in records:
        if record.name in sequences:
            way_out = "Give each sequence a name of its own"
            problems.add(record.line, f"the sequence {record.name!r} again", way_out, "names that stand twice")
        sequences.setdefault(record.name, record.bases)
        if settings.group is not None:
            groups[record.name] = group_in(record, settings.group)
            if not groups[record.name]:
                note_no_group(record.line, "a sequence", settings.group, problems)
    intervals = list(read_intervals(path, beside, settings.label_key))
    others = [interval for interval in intervals if interval.name not in sequences]
    _tell_others(others, intervals, sequences, beside, settings, notes)
    for interval in intervals:
        bases = sequences.get(interval.name)
        if bases is None:
            continue
        if interval.end > len(bases):
            beside.add(
                interval.line,
                f"the interval ends at {interval.end:,}, past the end of {interval.name} ({len(bases):,} bases)",
                "Give the sequences that the intervals were made for",
                "intervals past the end",
            )
            continue
        window = cut_window(bases, interval, settings.interval_length)
        add(window, interval.label, interval.line, path, groups.get(interval.name, ""))
    if not intervals and not beside.found:
        beside.add(None, "there is no interval in this file", "Check that it is the right file and not empty")
    problems.found += beside.found
    taken |= {"sequences": f"cut by the intervals of {path}", "labels": "those of the intervals"}


def _tell_others(
    others: Sequence[Interval],
    intervals: Sequence[Interval],
    sequences: dict[str, str],
    beside: Problems,
    settings: SequencesSettings,
    notes: list[str],
) -> None:
    if not others:
        return
    names = ", ".join(list(dict.fromkeys(interval.name for interval in others))[:3])
    if len(others) == len(intervals) or settings.strict:
        known = ", ".join(list(sequences)[:3]) or "none"
        beside.add(
            others[0].line,
            f"{counted(len(others), 'interval')} of {names}, and the sequences are {known}",
            "Use the same names in both files",
            "intervals of other sequences",
        )
    else:
        notes.append(f"{counted(len(others), 'interval')} of sequences that are not in this file ({names}), left out.")
