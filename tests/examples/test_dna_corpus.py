"""The bundled windows are made by the grammar that they say, byte for byte, and cannot be taken for real ones."""

import random
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

import unrolled
from unrolled.data.bases import BASES
from unrolled.data.made_up_dna import HALF, fasta_of, made_up_gene, made_up_windows
from unrolled.data.readers import read_dna

EXAMPLES = Path(unrolled.__file__).parent / "examples"
PARTS = {"train": ("dna.fasta", 800, 1), "dev": ("dna_dev.fasta", 200, 2), "test": ("dna_test.fasta", 400, 3)}


@pytest.mark.parametrize("part", PARTS)
def test_the_file_is_what_the_generator_writes(part: str) -> None:
    name, number, seed = PARTS[part]
    assert (EXAMPLES / name).read_bytes() == fasta_of(made_up_windows(number, seed), part).encode("ascii")


@pytest.mark.parametrize("part", PARTS)
def test_every_header_says_that_it_is_made_up(part: str) -> None:
    name, number, _ = PARTS[part]
    headers = [line for line in (EXAMPLES / name).read_text().splitlines() if line.startswith(">")]
    assert len(headers) == number
    assert all(header.startswith(">made_up_") for header in headers)


def test_the_labels_are_a_quarter_a_quarter_and_half_and_no_window_is_in_two_parts() -> None:
    seen: set[str] = set()
    for name, number, _ in PARTS.values():
        pairs = read_dna(EXAMPLES / name).checked(training=True).pairs
        assert Counter(pair.y for pair in pairs) == {"acceptor": number // 4, "donor": number // 4, "none": number // 2}
        own = {pair.x for pair in pairs}
        assert len(own) == number
        assert not own & seen
        seen |= own


def test_sites_have_their_two_bases_and_so_have_many_that_are_none() -> None:
    windows = made_up_windows(2000, 9)
    donors = [bases for bases, label in windows if label == "donor"]
    acceptors = [bases for bases, label in windows if label == "acceptor"]
    others = [bases for bases, label in windows if label == "none"]
    assert {bases[HALF : HALF + 2] for bases in donors} == {"GT"}
    assert {bases[HALF - 2 : HALF] for bases in acceptors} == {"AG"}
    share = sum(b[HALF : HALF + 2] == "GT" or b[HALF - 2 : HALF] == "AG" for b in others) / len(others)
    assert 0.5 < share < 0.7


def test_genes_are_as_the_grammar_says() -> None:
    chance, codons = random.Random(4), Counter[str]()
    for _ in range(60):
        gene = made_up_gene(chance)
        assert set(gene.bases) == set(BASES)
        kinds = [kind for *_, kind in gene.regions]
        assert kinds[:2] == ["none", "utr"]
        assert kinds[-2:] == ["utr", "none"]
        assert kinds[2:-2] == ["exon", "intron"] * (len(kinds[2:-2]) // 2) + ["exon"]
        assert [end for _, end, _ in gene.regions] == [*(start for start, *_ in gene.regions[1:]), len(gene.bases)]
        coding = "".join(gene.bases[start:end] for start, end, kind in gene.regions if kind == "exon")
        assert coding.startswith("ATG")
        assert len(coding) % 3 == 0
        assert coding[-3:] in {"TAA", "TAG", "TGA"}
        codons.update(coding[i : i + 3] for i in range(0, len(coding), 3))
    assert codons["CTT"] + codons["TTT"] > 2 * (codons["CTC"] + codons["TTC"])


def test_the_first_base_of_a_codon_leans_as_weights_and_not_as_another_chance_does() -> None:
    """`random()` alone is used, which is the same in every version of Python."""
    before = random.getstate()
    assert made_up_windows(4, 1) == made_up_windows(4, 1)
    assert made_up_windows(4, 1) != made_up_windows(4, 2)
    assert random.getstate() == before
    assert np.isfinite([len(bases) for bases, _ in made_up_windows(4, 1)]).all()
