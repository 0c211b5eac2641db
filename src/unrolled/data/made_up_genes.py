"""Whole genes that are made up, on either strand, with what every base is; nothing in it was ever in a living thing.

    locus    → stretch (gene stretch)+
    gene     → as `made_up_dna` has it: UTR exon (intron exon){2,4} UTR, with the weights of sites squared; half of them
               on the other strand
    UTR      → of the beginning: TATAAGTC, bases, GCCACC; of the end: bases, AATAAATG; each of these letters has twelve
               times the weight of another
    stretch  → bases that are neither, each after the one before it: 100 to 100 + 2·spacing of them

As GFF3 a gene has the features gene, mRNA, exon (with the untranslated ends) and CDS with its phase. Every number is
drawn by `random.Random(seed).random()`, which is the same on every machine.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from unrolled.data.bases import other_strand
from unrolled.data.made_up_dna import CLEAR, Gene, made_up_gene, made_up_stretch

__all__ = ["Locus", "fasta_of_loci", "gff3_of_loci", "made_up_loci", "made_up_locus"]

WIDTH = 60


@dataclass(frozen=True)
class Locus:
    """A stretch of bases with genes.

    Attributes:
        bases: of the first strand.
        genes: where each begins, whether it is on the other strand, and its regions, (start, end, kind) on the first
            strand from left to right, kind "exon", "intron" or "utr".
    """

    bases: str
    genes: tuple[tuple[bool, tuple[tuple[int, int, str], ...]], ...]

    def labels(self) -> list[str]:
        """Return "exon", "intron", "utr" or "intergenic" for every base."""
        found = ["intergenic"] * len(self.bases)
        for _, regions in self.genes:
            for start, end, kind in regions:
                found[start:end] = [kind] * (end - start)
        return found


def made_up_locus(chance: random.Random, num_genes: int, spacing: int = 100) -> Locus:
    """Return a locus with so many genes.

    >>> locus = made_up_locus(random.Random(1), 2)
    >>> len(locus.bases) == len(locus.labels()), sorted(set(locus.labels()))
    (True, ['exon', 'intergenic', 'intron', 'utr'])

    Args:
        chance: what all is drawn from.
        num_genes: how many.
        spacing: how long the stretches between them are: 100 + `spacing` bases on average, and those that genes bring.
    """
    parts = [made_up_stretch(chance, _stretch(chance, spacing))]
    place = len(parts[0])
    genes: list[tuple[bool, tuple[tuple[int, int, str], ...]]] = []
    for _ in range(num_genes):
        gene, minus = made_up_gene(chance, CLEAR), chance.random() < 0.5
        parts.append(other_strand(gene.bases) if minus else gene.bases)
        genes.append((minus, tuple(_on_first(gene, place, minus=minus))))
        parts.append(made_up_stretch(chance, _stretch(chance, spacing)))
        place += len(parts[-2]) + len(parts[-1])
    return Locus("".join(parts), tuple(genes))


def made_up_loci(number: int, seed: int) -> list[Locus]:
    """Return loci of one to three genes."""
    chance = random.Random(seed)
    return [made_up_locus(chance, 1 + int(chance.random() * 3)) for _ in range(number)]


def fasta_of_loci(loci: Sequence[Locus], part: str) -> str:
    """Return loci as FASTA, 60 bases a line."""
    lines: list[str] = []
    for number, locus in enumerate(loci, 1):
        lines.append(f">made_up_{part}_{number}")
        lines += [locus.bases[i : i + WIDTH] for i in range(0, len(locus.bases), WIDTH)]
    return "\n".join(lines) + "\n"


def gff3_of_loci(loci: Sequence[Locus], part: str) -> str:
    """Return the genes of loci as GFF3: from 1, the end inside."""
    rows = ["##gff-version 3", "# made up by a grammar, unrolled.data.made_up_genes: never in any living thing"]
    for number, locus in enumerate(loci, 1):
        name = f"made_up_{part}_{number}"
        rows.append(f"##sequence-region {name} 1 {len(locus.bases)}")
        for i, (minus, regions) in enumerate(locus.genes, 1):
            rows += [f"{name}\tmade_up\t{row}" for row in _rows(regions, f"{name}.{i}", minus=minus)]
    return "\n".join(rows) + "\n"


def _rows(regions: Sequence[tuple[int, int, str]], gene: str, *, minus: bool) -> Iterator[str]:
    start, end, strand = regions[0][0] + 1, regions[-1][1], "-" if minus else "+"
    yield f"gene\t{start}\t{end}\t.\t{strand}\t.\tID={gene}"
    yield f"mRNA\t{start}\t{end}\t.\t{strand}\t.\tID={gene}.t;Parent={gene}"
    for a, b in _exons(regions):
        yield f"exon\t{a + 1}\t{b}\t.\t{strand}\t.\tParent={gene}.t"
    coding = [(a, b) for a, b, kind in regions if kind == "exon"]
    read = 0
    for a, b in coding[::-1] if minus else coding:
        yield f"CDS\t{a + 1}\t{b}\t.\t{strand}\t{-read % 3}\tParent={gene}.t"
        read += b - a


def _exons(regions: Sequence[tuple[int, int, str]]) -> list[tuple[int, int]]:
    """Return what is no intron: coding parts with the untranslated ones that they touch."""
    found: list[tuple[int, int]] = []
    for start, end, kind in regions:
        if kind != "intron" and found and found[-1][1] == start:
            found[-1] = (found[-1][0], end)
        elif kind != "intron":
            found.append((start, end))
    return found


def _on_first(gene: Gene, place: int, *, minus: bool) -> list[tuple[int, int, str]]:
    T = len(gene.bases)
    regions = [region for region in gene.regions if region[2] != "none"]
    if minus:
        regions = [(T - end, T - start, kind) for start, end, kind in reversed(regions)]
    return [(place + start, place + end, kind) for start, end, kind in regions]


def _stretch(chance: random.Random, spacing: int) -> int:
    return 100 + int(chance.random() * 2 * spacing)
