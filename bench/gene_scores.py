"""How well the labels of bases are found: base by base, and whole exons."""

import math
from collections.abc import Sequence

import numpy as np
from gene_data import EXON, LABELS, Interval, Locus
from numpy.typing import NDArray

Labels = NDArray[np.uint8]

METRIC_RULE = (
    "MCC: Gorodkin's, of three labels, and base accuracy: over all bases together; exon F1: coding exons found with\n"
    "  both ends exact"
)


def scores(gold: Sequence[Locus], predictions: Sequence[Labels]) -> dict[str, float]:
    """`predictions` are (T,) for each locus: INTERGENIC, EXON or INTRON; both strands alike."""
    truths = [locus.labels for locus in gold]
    table = confusion(np.concatenate(truths), np.concatenate(list(predictions)))
    pairs = [(intervals(truth), intervals(found)) for truth, found in zip(truths, predictions, strict=True)]
    return {"MCC": mcc(table), "base accuracy": float(np.trace(table) / table.sum()), "exon F1": exon_f1(pairs)}


def confusion(truth: Labels, found: Labels) -> NDArray[np.int64]:
    """(3, 3): bases by their label and by what was found."""
    number = len(LABELS)
    return np.bincount(truth.astype(np.int64) * number + found, minlength=number**2).reshape(number, number)


def mcc(table: NDArray[np.int64]) -> float:
    """The correlation of two labellings (Gorodkin 2004), from how often each pair of labels meets; 0 of a constant."""
    total, right = int(table.sum()), int(np.trace(table))
    truth, found = (table.sum(axis=axis).astype(float) for axis in (1, 0))
    spread = math.sqrt(total**2 - float(truth @ truth)) * math.sqrt(total**2 - float(found @ found))
    return float((total * right - truth @ found) / spread) if spread else 0.0


def intervals(labels: Labels, label: int = EXON) -> list[Interval]:
    """The runs of a label."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], labels == label, [False]]).astype(np.int8)))
    return [(int(start), int(end)) for start, end in edges.reshape(-1, 2)]


def exon_f1(pairs: Sequence[tuple[Sequence[Interval], Sequence[Interval]]]) -> float:
    """Of the exons and those that were found, a pair a locus: 2 right / (there + found)."""
    right = sum(len(set(truth) & set(found)) for truth, found in pairs)
    return 2 * right / max(1, sum(len(truth) + len(found) for truth, found in pairs))
