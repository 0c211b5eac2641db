"""Gene models of the fruit fly, out of Debian's augustus-doc: from GenBank flat files to FASTA and GFF3.

    apt-get download augustus-doc && dpkg -x augustus-doc_*.deb augustus-doc
    python bench/gene_data.py --data augustus-doc --out DIR

writes train, dev, train_part and test, each as .fa and .gff3. train and test are the package's own split, by locus; dev
is set aside from train, train_part is what remains. The data are never part of this project.
"""

import argparse
import re
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

INTERGENIC, EXON, INTRON = range(3)
LABELS = ("intergenic", "CDS", "intron")
DEV, SEED = 60, 0
COMPLEMENT = str.maketrans("ACGTRYSWKMBDHVN", "TGCAYRSWMKVHDBN")

Interval = tuple[int, int]  # 0-based, its end outside


@dataclass(frozen=True, slots=True)
class Locus:
    """A stretch of a chromosome with one gene, whose coding exons are known; the stop codon is outside of them."""

    name: str
    bases: str  # upper case
    strand: str  # "+" or "-"
    exons: tuple[Interval, ...]  # in the order of `bases`, whatever the strand

    @property
    def num_tokens(self) -> int:
        return len(self.bases)

    @property
    def introns(self) -> tuple[Interval, ...]:
        return tuple((a[1], b[0]) for a, b in zip(self.exons, self.exons[1:], strict=False))

    @property
    def labels(self) -> NDArray[np.uint8]:
        """(T,): INTERGENIC, EXON or INTRON."""
        labels = np.full(len(self.bases), INTERGENIC, np.uint8)
        for kind, intervals in ((EXON, self.exons), (INTRON, self.introns)):
            for start, end in intervals:
                labels[start:end] = kind
        return labels

    @property
    def forwards(self) -> "Locus":
        """The same gene, read from its start codon on: the reverse complement where it is on the other strand."""
        if self.strand == "+":
            return self
        size = len(self.bases)
        exons = tuple((size - end, size - start) for start, end in reversed(self.exons))
        return Locus(self.name, reverse_complement(self.bases), "+", exons)


def reverse_complement(bases: str) -> str:
    return bases.translate(COMPLEMENT)[::-1]


def read_genbank(path: Path) -> list[Locus]:
    """The loci of a flat file whose records have one CDS each."""
    records = re.split(r"^//\s*$", path.read_text(encoding="ascii"), flags=re.MULTILINE)
    return [locus_of(record, path) for record in records if record.strip()]


def locus_of(record: str, path: Path) -> Locus:
    head, _, tail = record.partition("ORIGIN")
    found = re.search(r"^LOCUS +(\S+) +(\d+) bp", head, re.MULTILINE)
    places = re.findall(r"^ {5}CDS +([^/]*?)(?=\s*(?:/|^\S|\Z))", head, re.MULTILINE)
    if found is None or len(places) != 1:
        raise ValueError(f"{path}: a record has no LOCUS or {len(places)} CDS, not one: {record[:60]!r}")
    bases = re.sub(r"[\s\d]", "", tail).upper()
    if len(bases) != int(found[2]):
        raise ValueError(f"{path}: {found[1]} has {len(bases)} bases, its LOCUS says {found[2]}")
    place = re.sub(r"\s", "", places[0])
    exons = tuple((int(start) - 1, int(end)) for start, end in re.findall(r"(\d+)\.\.(\d+)", place))
    if not re.fullmatch(r"(complement\()?(join\()?(\d+\.\.\d+,?)+\)*", place):
        raise ValueError(f"{path}: {found[1]} has a CDS that is not understood: {place}")
    return Locus(found[1], bases, "-" if place.startswith("complement") else "+", exons)


def write_fasta(loci: Iterable[Locus], path: Path) -> None:
    with path.open("w", encoding="ascii", newline="\n") as file:
        for locus in loci:
            file.write(f">{locus.name}\n")
            file.writelines(f"{locus.bases[i : i + 60]}\n" for i in range(0, len(locus.bases), 60))


def write_gff3(loci: Iterable[Locus], path: Path) -> None:
    """A row for each CDS exon, with its phase, and for each intron; what no row covers is intergenic."""
    with path.open("w", encoding="ascii", newline="\n") as file:
        file.write("##gff-version 3\n")
        for locus in loci:
            file.write(f"##sequence-region {locus.name} 1 {len(locus.bases)}\n")
            rows = [(start, end, "CDS", phase) for (start, end), phase in zip(locus.exons, phases(locus), strict=True)]
            rows += [(start, end, "intron", ".") for start, end in locus.introns]
            for start, end, kind, phase in sorted(rows):
                cells = (locus.name, "augustus-doc", kind, start + 1, end, ".", locus.strand, phase, ".")
                file.write("\t".join(map(str, cells)) + "\n")


def phases(locus: Locus) -> list[str]:
    """Of each exon the number of its first bases, in the gene's direction, that end a codon begun before it."""
    sizes = [end - start for start, end in locus.exons]
    if locus.strand == "-":
        sizes.reverse()
    found = [str(-sum(sizes[:number]) % 3) for number in range(len(sizes))]
    return found if locus.strand == "+" else found[::-1]


def set_aside(loci: Sequence[Locus], number: int = DEV, seed: int = SEED) -> tuple[list[Locus], list[Locus]]:
    """The loci that remain and `number` of them drawn for dev, both in their order."""
    drawn = set(np.random.default_rng(seed).permutation(len(loci))[:number].tolist())
    return [x for i, x in enumerate(loci) if i not in drawn], [x for i, x in enumerate(loci) if i in drawn]


def parts_of(folder: Path) -> dict[str, list[Locus]]:
    """train, train_part, dev and test of an unpacked augustus-doc."""
    train, test = (read_genbank(next(folder.rglob(f"genes.gb.{part}"))) for part in ("train", "test"))
    train_part, dev = set_aside(train)
    return {"train": train, "train_part": train_part, "dev": dev, "test": test}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="the folder of the unpacked package")
    parser.add_argument("--out", type=Path, required=True)
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    for part, loci in parts_of(given.data).items():
        write_fasta(loci, given.out / f"{part}.fa")
        write_gff3(loci, given.out / f"{part}.gff3")
        print(f"{part}: {len(loci)} loci, {sum(len(locus.bases) for locus in loci):,} bases")
    return 0


if __name__ == "__main__":
    sys.exit(main())
