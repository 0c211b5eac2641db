"""From intervals to a label for every base, by a rule for those that overlap."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from unrolled.data.readers.dna.intervals import Interval
from unrolled.data.step_labels import StepLabels

__all__ = ["GENE_MODEL", "Painted", "paint", "usual_labels"]

GENE_MODEL: Mapping[str, str] = {
    "CDS": "exon",
    **dict.fromkeys(("five_prime_UTR", "three_prime_UTR", "UTR", "exon"), "utr"),
    **dict.fromkeys(("intron", "mRNA", "transcript"), "intron"),
}
"""The labels of the features of a gene model with coding exons, those that win first."""

_STRUCTURE = frozenset({*GENE_MODEL, "gene", "start_codon", "stop_codon"})

Overlap = Literal["shorter", "first", "last", "refuse"]


def usual_labels(intervals: Sequence[Interval]) -> Mapping[str, str] | None:
    """Return the labels of the features of gene models; None where the features are of another kind.

    >>> of = [Interval(1, "x", 0, 9, False, label) for label in ("mRNA", "exon")]
    >>> usual_labels(of)["exon"], usual_labels([*of, Interval(1, "x", 0, 9, False, "CDS")])["exon"]
    ('exon', 'utr')
    """
    labels = {interval.label for interval in intervals}
    if "CDS" in labels and labels <= _STRUCTURE:
        return GENE_MODEL
    if "exon" in labels and labels & {"mRNA", "transcript"} and labels <= _STRUCTURE:
        return {**GENE_MODEL, "exon": "exon"}
    return None


@dataclass
class Painted:
    """The labels of the bases of one sequence.

    Attributes:
        labels: one for each base.
        num_covered_twice: bases that features of different labels cover, so that the rule for overlaps decided.
        clashes: of "refuse": the features that cover bases of others with another label.
    """

    labels: StepLabels
    num_covered_twice: int = 0
    clashes: list[Interval] = field(default_factory=list[Interval])


def paint(
    T: int,
    intervals: Sequence[Interval],
    *,
    background: str,
    labels: Mapping[str, str] | None = None,
    overlap: Overlap = "shorter",
    apart: bool = False,
) -> Painted:
    """Return the label of every base of a sequence.

    >>> of = [Interval(1, "x", 0, 4, False, "mRNA"), Interval(2, "x", 1, 3, True, "CDS")]
    >>> list(paint(5, of, background="none").labels)
    ['mRNA', 'CDS', 'CDS', 'mRNA', 'none']

    Args:
        T: how many bases it has.
        intervals: in the order of the file; none ends past T.
        background: the label of bases that none covers.
        labels: by the features' types, those that win first; features of other types are left out. None for all.
        overlap: which wins where `labels` does not tell.
        apart: whether a label has its strand, + or -, at its end.
    """
    rank = {} if labels is None else {name: i for i, name in enumerate(labels)}
    kept = [interval for interval in intervals if labels is None or interval.label in labels]
    # Painted from the least to the one that wins.
    order = sorted(range(len(kept)), key=lambda i: (-rank.get(kept[i].label, 0), *_weakness(kept[i], i, overlap)))
    names = {background: 0}
    codes, ranks, twice = np.zeros(T, np.uint16), np.zeros(T, np.uint16), np.zeros(T, np.bool_)
    clashes: list[Interval] = []
    for i in order:
        one = kept[i]
        own = rank.get(one.label, 0)
        name = one.label if labels is None else labels[one.label]
        code = names.setdefault(f"{name}{'-' if one.minus else '+'}" if apart else name, len(names))
        under = codes[one.start : one.end]
        other = (under != 0) & (under != code)
        if other.any():
            if labels is not None:  # one label inside another is what the order of features is for
                other &= ranks[one.start : one.end] == own
            if overlap == "refuse" and (ranks[one.start : one.end][other] == own).any():
                clashes.append(one)
            twice[one.start : one.end] |= other
        codes[one.start : one.end] = code
        ranks[one.start : one.end] = own
    return Painted(StepLabels(tuple(names), codes), int(twice.sum()), clashes)


def _weakness(interval: Interval, place: int, overlap: Overlap) -> tuple[int, int]:
    if overlap == "shorter":
        return interval.start - interval.end, -place
    return 0, place if overlap in ("last", "refuse") else -place
