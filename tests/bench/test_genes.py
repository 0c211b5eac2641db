"""Genes: GenBank becomes FASTA and GFF3, bases and exons are scored, the hidden Markov model finds the best path."""

import itertools
from pathlib import Path

import numpy as np
import pytest
from gene_data import (
    EXON,
    INTERGENIC,
    INTRON,
    Locus,
    read_genbank,
    reverse_complement,
    set_aside,
    write_fasta,
    write_gff3,
)
from gene_scores import exon_f1, intervals, mcc, scores
from peers import genes_hmm
from peers.viterbi import chain_of, viterbi
from sklearn.metrics import accuracy_score, matthews_corrcoef

RECORDS = """\
LOCUS       chr1_5-44   40 bp  DNA
FEATURES             Location/Qualifiers
     source          1..40
     CDS             complement(join(3..8,13..17,
                     30..33))
                     /gene="7"
BASE COUNT     10 a   10 c  10 g   10 t
ORIGIN
        1 acgtacgtac gtacgtacgt acgtacgtac gtnrtacgt
       40 g
//
LOCUS       chr1_90-101   12 bp  DNA
FEATURES             Location/Qualifiers
     source          1..12
     CDS             2..10
BASE COUNT     12 a
ORIGIN
        1 aaaaaaaaaa aa
//
"""


@pytest.fixture
def loci(tmp_path: Path) -> list[Locus]:
    path = tmp_path / "genes.gb"
    path.write_text(RECORDS, encoding="ascii")
    return read_genbank(path)


def test_records_of_genbank_are_read(loci: list[Locus]) -> None:
    first, second = loci
    assert (first.name, first.strand, first.exons) == ("chr1_5-44", "-", ((2, 8), (12, 17), (29, 33)))
    assert first.bases == "ACGT" * 8 + "NRTACGTG"
    assert "".join("-EI"[label] for label in first.labels) == "--EEEEEEIIIIEEEEEIIIIIIIIIIIIEEEE-------"
    assert (second.strand, second.exons, second.introns) == ("+", ((1, 10),), ())


def test_the_other_strand_reads_from_the_start_codon_on(loci: list[Locus]) -> None:
    first, second = loci
    there = first.forwards
    assert (there.strand, there.exons) == ("+", ((7, 11), (23, 28), (32, 38)))
    assert there.bases == "CACGTAYN" + "ACGT" * 8
    assert there.labels.tolist() == first.labels.tolist()[::-1]
    assert second.forwards is second


def test_features_have_one_based_ends_and_phases_from_the_start_codon_on(loci: list[Locus], tmp_path: Path) -> None:
    write_gff3(loci, tmp_path / "genes.gff3")
    rows = [line.split("\t") for line in (tmp_path / "genes.gff3").read_text().splitlines() if line[0] != "#"]
    # Of 4 bases 1 begins a codon, so that 2 of the next 5 end it; those end on a whole codon.
    assert [(*row[2:5], row[6], row[7]) for row in rows] == [
        ("CDS", "3", "8", "-", "0"),
        ("intron", "9", "12", "-", "."),
        ("CDS", "13", "17", "-", "2"),
        ("intron", "18", "29", "-", "."),
        ("CDS", "30", "33", "-", "0"),
        ("CDS", "2", "10", "+", "0"),
    ]
    write_fasta(loci, tmp_path / "genes.fa")
    assert (tmp_path / "genes.fa").read_text().split(">")[2] == "chr1_90-101\nAAAAAAAAAAAA\n"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("12 bp", "13 bp", "has 12 bases, its LOCUS says 13"),
        ("CDS             2..10", "gene            2..10", "0 CDS, not one"),
        ("CDS             2..10", "CDS             order(2..10)", "not understood"),
    ],
)
def test_a_record_that_is_not_understood_is_told(tmp_path: Path, old: str, new: str, said: str) -> None:
    path = tmp_path / "genes.gb"
    path.write_text(RECORDS.replace(old, new), encoding="ascii")
    with pytest.raises(ValueError, match=said):
        read_genbank(path)


def test_dev_is_drawn_by_its_seed(loci: list[Locus]) -> None:
    many = loci * 10
    train, dev = set_aside(many, number=4, seed=1)
    assert (len(train), len(dev)) == (16, 4)
    assert set_aside(many, number=4, seed=1)[1] == dev


def test_exons_count_where_both_ends_are_exact() -> None:
    labels = np.array([EXON, EXON, INTRON, EXON, INTERGENIC, EXON], np.uint8)
    assert intervals(labels) == [(0, 2), (3, 4), (5, 6)]
    assert intervals(labels, INTRON) == [(2, 3)]
    assert exon_f1([([(0, 2), (3, 4)], [(0, 2), (3, 5), (7, 8)]), ([(0, 2)], [])]) == 2 * 1 / (3 + 3)


def test_scores_of_bases_are_those_of_scikit_learn() -> None:
    rng = np.random.default_rng(3)
    gold = Locus("x", "A" * 60, "+", ((5, 20), (30, 50)))
    found = np.where(rng.random(60) < 0.3, rng.integers(0, 3, 60), gold.labels).astype(np.uint8)
    figures = scores([gold], [found])
    assert figures["MCC"] == pytest.approx(matthews_corrcoef(gold.labels, found))
    assert figures["base accuracy"] == pytest.approx(accuracy_score(gold.labels, found))
    assert mcc(np.array([[3, 0, 0], [2, 0, 0], [1, 0, 0]])) == 0.0


def test_the_best_path_is_that_of_brute_force() -> None:
    rng = np.random.default_rng(4)
    for length in (1, 2, 5):
        arcs = [(a, b, float(rng.normal())) for a in range(4) for b in range(4) if rng.random() < 0.7 or a == b]
        log = {(a, b): value for a, b, value in arcs}
        chain = chain_of(arcs, [2, 0, 1, 0], {0: -0.5, 1: 0.3, 3: 0.1})
        emissions = rng.normal(size=(length, 3)).astype(np.float32)

        def score(path: tuple[int, ...], chain=chain, emissions=emissions, log=log) -> float:
            total = float(chain.ends[path[0]] + chain.ends[path[-1]])
            total += sum(float(emissions[t, chain.table[state]]) for t, state in enumerate(path))
            return total + sum(log.get(pair, -np.inf) for pair in itertools.pairwise(path))

        best = max(itertools.product(range(4), repeat=length), key=score)
        assert tuple(viterbi(chain, emissions).tolist()) == best


def test_a_path_that_no_arc_allows_is_told() -> None:
    with pytest.raises(ValueError, match="No path"):
        viterbi(chain_of([(0, 1, 0.0)], [0, 0], {0: 0.0}), np.zeros((3, 1), np.float32))


def made_up(number: int, seed: int) -> list[Locus]:
    """Genes of two exons round a short intron, whose codons prefer other bases than the rest, on either strand."""
    rng = np.random.default_rng(seed)
    found: list[Locus] = []
    for name in range(number):
        between = ["".join(rng.choice(list("AT"), 60)) for _ in range(2)]
        coding = "ATG" + "".join(f"G{rng.choice(list('CG'))}{rng.choice(list('AC'))}" for _ in range(30))
        cut = 40 + int(rng.integers(0, 3))
        inside = "GTAAGT" + "".join(rng.choice(list("AT"), 30)) + "T" * 18 + "AG"
        bases = between[0] + coding[:cut] + inside + coding[cut:] + "TAA" + between[1]
        second = 60 + cut + len(inside)
        locus = Locus(str(name), bases, "+", ((60, 60 + cut), (second, second + len(coding) - cut)))
        if name % 2:
            there = Locus(str(name), reverse_complement(bases), "+", locus.exons)
            size = len(bases)
            exons = tuple((size - end, size - start) for start, end in reversed(locus.exons))
            locus = Locus(str(name), there.bases, "-", exons)
        found.append(locus)
    return found


def test_genes_of_a_simple_grammar_are_found_on_both_strands() -> None:
    train, dev = made_up(30, seed=1), made_up(6, seed=2)
    model, used = genes_hmm.fit(train)
    assert used == len(train)
    found = [genes_hmm.predict(model, locus.bases) for locus in dev]
    assert scores(dev, found)["exon F1"] > 0.9
    turned = [genes_hmm.predict(model, reverse_complement(locus.bases))[::-1] for locus in dev]
    assert [labels.tolist() for labels in turned] == [labels.tolist() for labels in found]


def test_what_the_genetic_code_forbids_has_no_probability() -> None:
    model, _ = genes_hmm.fit(made_up(30, seed=1))
    tables = dict(zip(genes_hmm.TABLES, model.tables, strict=True))
    for table in tables.values():
        assert np.exp(table.reshape(-1, 4)).sum(1) == pytest.approx(1.0, abs=1e-4)
    third = np.exp(tables["frame2"]).reshape(-1, 4, 4, 4)
    assert third[:, 3, 0, 2].max() < 1e-20  # TAG within the frame
    assert third[:, 3, 0, 1].min() > 0  # TAC
    assert np.exp(tables["start1"]).reshape(-1, 4).argmax(1).tolist() == [3, 3, 3, 3]


def test_a_gene_without_its_sites_is_not_counted() -> None:
    locus = made_up(1, seed=5)[0]
    assert genes_hmm.path_of(locus) is not None
    start, (end, _) = locus.exons[0][0], locus.introns[0]
    for place, other in ((start, "C"), (end, "C")):
        bases = locus.bases[:place] + other + locus.bases[place + 1 :]
        assert genes_hmm.path_of(Locus("x", bases, "+", locus.exons)) is None
