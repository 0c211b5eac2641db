"""The bundled genes are made by the grammar that they say, byte for byte, and cannot be taken for real ones."""

import random
from pathlib import Path

import pytest

import unrolled
from unrolled.data.bases import other_strand
from unrolled.data.made_up_genes import fasta_of_loci, gff3_of_loci, made_up_loci, made_up_locus
from unrolled.data.readers import read_bases

EXAMPLES = Path(unrolled.__file__).parent / "examples"
PARTS = {"train": ("bases", 60, 1), "dev": ("bases_dev", 12, 2), "test": ("bases_test", 24, 3)}


@pytest.mark.parametrize("part", PARTS)
def test_the_files_are_what_the_generator_writes(part: str) -> None:
    name, number, seed = PARTS[part]
    loci = made_up_loci(number, seed)
    assert (EXAMPLES / f"{name}.fasta").read_bytes() == fasta_of_loci(loci, part).encode("ascii")
    assert (EXAMPLES / f"{name}.gff3").read_bytes() == gff3_of_loci(loci, part).encode("ascii")


@pytest.mark.parametrize("part", PARTS)
def test_every_header_and_row_says_that_it_is_made_up(part: str) -> None:
    name, number, _ = PARTS[part]
    headers = [line for line in (EXAMPLES / f"{name}.fasta").read_text().splitlines() if line.startswith(">")]
    assert len(headers) == number
    assert all(header.startswith(">made_up_") for header in headers)
    rows = (EXAMPLES / f"{name}.gff3").read_text().splitlines()
    assert rows[1].startswith("# made up")
    assert all(row.split("\t")[1] == "made_up" for row in rows if not row.startswith("#"))


def test_what_is_read_is_what_was_drawn_and_no_sequence_is_in_two_parts() -> None:
    seen: set[str] = set()
    for name, number, seed in PARTS.values():
        pairs = read_bases(EXAMPLES / f"{name}.fasta").checked(training=True).pairs
        loci = made_up_loci(number, seed)
        assert [list(pair.y) for pair in pairs] == [locus.labels() for locus in loci]
        own = {pair.x for pair in pairs}
        assert len(own) == number
        assert not own & seen
        seen |= own


def test_genes_stand_on_either_strand_with_sites_and_frames_as_the_grammar_says() -> None:
    chance, on_other = random.Random(5), 0
    for _ in range(40):
        locus = made_up_locus(chance, 2)
        for minus, regions in locus.genes:
            on_other += minus
            assert [b for _, b, _ in regions[:-1]] == [a for a, _, _ in regions[1:]]
            read = regions[::-1] if minus else regions
            bases = [other_strand(locus.bases[a:b]) if minus else locus.bases[a:b] for a, b, _ in read]
            coding = "".join(part for part, (_, _, kind) in zip(bases, read, strict=True) if kind == "exon")
            assert coding.startswith("ATG")
            assert len(coding) % 3 == 0
            assert coding[-3:] in {"TAA", "TAG", "TGA"}
            introns = [part for part, (_, _, kind) in zip(bases, read, strict=True) if kind == "intron"]
            assert all(intron.startswith("GT") and intron.endswith("AG") for intron in introns)
            assert read[0][2] == read[-1][2] == "utr"
    assert 20 < on_other < 60


def test_the_phase_of_a_coding_part_is_how_many_bases_its_first_codon_lacks() -> None:
    loci = made_up_loci(6, 8)
    rows = [row.split("\t") for row in gff3_of_loci(loci, "x").splitlines() if not row.startswith("#")]
    for gene in {row[8].removeprefix("ID=") for row in rows if row[2] == "gene"}:
        own = [row for row in rows if row[2] == "CDS" and row[8] == f"Parent={gene}.t"]
        read = 0
        for row in own:
            assert (read + int(row[7])) % 3 == 0
            read += int(row[4]) - int(row[3]) + 1
        assert read % 3 == 0
        assert len({row[6] for row in own}) == 1
