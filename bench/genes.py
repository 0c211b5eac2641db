"""Genes, a label per base: a hidden Markov model, a plain PyTorch BiLSTM on windows, and `unrolled` (see README.md)."""

import sys
from pathlib import Path

from contest import OURS, Contest, Corpus, main
from gene_data import parts_of
from gene_scores import METRIC_RULE, scores

CORPORA = {"genes": ("train", "test"), "genes-dev": ("train_part", "dev")}


def load(name: str, folder: Path) -> Corpus:
    """`genes` is the package's own split; `genes-dev` what settings are chosen on, both halves out of its train."""
    parts = parts_of(folder)
    train, dev = CORPORA[name]
    return Corpus(f"{train} / {dev}, by locus", parts[train], parts[dev])


CONTEST = Contest(
    title="Genes",
    script=Path(__file__),
    systems={
        "hmm": ("peers.genes_hmm", "train"),
        "bilstm": ("peers.genes_bilstm", "train"),
        OURS: ("peers.our_genes", "train"),
    },
    packages=("unrolled", "torch", "numpy"),
    corpora=tuple(CORPORA),
    load=load,
    scores=scores,
    notes=(
        f"Metric: {METRIC_RULE}",
        "The stop codon is no part of the last coding exon, as in the data. Networks choose their epoch on loci that\n"
        "  they set aside. `bilstm` reads windows of 1,000 bases, the others whole loci. `unrolled` has its defaults,\n"
        "  but for `coding=exon`, by which it counts words, sites and frames as `hmm` does, and 4 epochs.",
    ),
    seedless=("hmm",),
)

if __name__ == "__main__":
    sys.exit(main(CONTEST))
