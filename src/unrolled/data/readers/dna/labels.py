"""Labels of sequences: in a header, and what looks wrong in all of them."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from unrolled.data.pair import Pair
from unrolled.data.readers.dna.fasta import Found, Record
from unrolled.data.readers.doubt import Doubt
from unrolled.data.readers.source import counted

__all__ = ["SEQUENCE", "dna_doubts", "group_in", "label_in"]

FEW = 2
"""Examples of a label from which nothing is learnt."""
UNKNOWN = 0.5
UNEQUAL = 0.2


def label_in(header: str, key: str) -> str | None:
    """Return the label that stands behind `key=` in a header, in quotation marks or up to a blank, ; | or comma.

    >>> label_in("chr1:20-80 label=donor site=3", "label"), label_in('x|label="no site"', "label")
    ('donor', 'no site')
    """
    found = re.search(rf'(?:^|[\s;|,\[]){re.escape(key)}=(?:"([^"]*)"|([^\s;|,\]]+))', header)
    return None if found is None else (found[1] or found[2] or "").strip() or None


SEQUENCE = "sequence"
"""As the name of the group: the sequence itself, of which several examples are cut."""


def group_in(record: Record, key: object) -> str:
    """Return whom or what a record is from: what stands behind `key=` in its header; of "sequence" its name."""
    return record.name if key == SEQUENCE else label_in(record.header, str(key)) or ""


def dna_doubts(pairs: Sequence[Pair[str, str]], lines: Sequence[int], found: Found) -> Iterator[Doubt]:
    """Yield what looks wrong in sequences that can be read."""
    if not pairs:
        return
    counts = Counter(pair.y for pair in pairs)
    if len(counts) == 1:
        told = f"every sequence has the label {pairs[0].y!r}"
        yield Doubt("one_label", "in training", told, "Add sequences with other labels")
    first = {pair.y: line for pair, line in zip(reversed(pairs), reversed(lines), strict=True)}
    rare = [label for label, times in counts.items() if times < FEW]
    if rare and len(pairs) > FEW * len(counts):
        told = f"{counted(len(rare), 'label')} of one sequence alone, such as {rare[0]!r}"
        yield Doubt("rare_labels", "never", told, "Add sequences of it, or correct it", first[rare[0]])
    if found.num_unknown > UNKNOWN * found.num_bases:
        told = f"{found.num_unknown:,} of {found.num_bases:,} bases are N"
        yield Doubt("unknown_bases", "in training", told, "Check that the sequences are not masked")
    seen: dict[str, str] = {}
    again = [i for i, pair in enumerate(pairs) if seen.setdefault(pair.x, pair.y) != pair.y]
    if len(again) > UNEQUAL * len(pairs):
        told = f"{counted(len(again), 'sequence')} of {len(pairs):,} with another label than the same one before"
        yield Doubt("unequal_labels", "in training", told, "Give each sequence one label", lines[again[0]])
