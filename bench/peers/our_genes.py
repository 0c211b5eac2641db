"""`unrolled` on genes: the public estimator from FASTA and GFF3; strands and frames of codons are told apart."""

import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from contest import Outcome, epochs_of_history
from gene_data import EXON, INTERGENIC, INTRON, Locus, set_aside, write_fasta, write_gff3
from gene_scores import Labels

from unrolled import DnaTagger

FEATURES, STRANDS, CODING = "CDS=exon, intron", "apart", "exon"
EPOCHS = 4
"""Fewer than the default: the counted model of `coding` is there from the first step on."""


def train(train: Sequence[Locus], dev: Sequence[Locus], seed: int) -> Outcome:
    """The best epoch is chosen on the loci that every network sets aside."""
    tagger = DnaTagger(seed=seed, features=FEATURES, strands=STRANDS, coding=CODING, epochs=EPOCHS)
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder) / f"{part}.fasta" for part in ("train", "dev")]
        for path, loci in zip(paths, set_aside(train), strict=True):
            write_fasta(loci, path)
            write_gff3(loci, path.with_suffix(".gff3"))
        start = time.perf_counter()
        tagger.fit(paths[0], dev=paths[1])
        wall = time.perf_counter() - start
    found = [codes(labels) for labels in tagger.predict([locus.bases for locus in dev])]
    return Outcome(found, epochs_of_history(tagger.history_, wall, "mcc"))


def codes(labels: Sequence[str]) -> Labels:
    """Exons and introns of either strand."""
    kinds = {"exon": EXON, "intron": INTRON}
    return np.array([kinds.get(label.rstrip("+-"), INTERGENIC) for label in labels], np.uint8)
