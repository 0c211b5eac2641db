"""DNA that is made up: genes by a small grammar, for examples and tests. Nothing in it was ever in a living thing.

    gene     → UTR exon (intron exon){2,4} UTR, between stretches of neither
    coding   → ATG codon* stop; a codon by its bias: for each amino acid one codon stands four times as often as others;
               exons are pieces of it, cut anywhere in the frame
    intron   → donor, bases, branch point, tract of pyrimidines, acceptor
    donor    → 3 bases of the exon and 6 of the intron, each by the weights of its place; always GT in the intron
    acceptor → 14 bases of the intron and 1 of the exon, likewise; always AG in the intron
    UTR      → bases with more A and T
    else     → bases, each after the one before it: C is seldom before G

The windows are 60 bases round the first base after a site, or round a place that is none; of these half have a GT or an
AG there, as sites do. Every number is drawn by `random.Random(seed).random()`, which is the same on every machine.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product

from unrolled.data.bases import BASES

__all__ = [
    "CLEAR",
    "KINDS",
    "PLAIN",
    "Gene",
    "Grammar",
    "fasta_of",
    "made_up_gene",
    "made_up_stretch",
    "made_up_windows",
]

KINDS = ("acceptor", "donor", "none")
HALF = 30
"""The bases of a window before the site, and after it."""

_AMINO = "FFLLSSSSYY**CC*WLLLLPPPPHHQQRRRRIIIMTTTTNNKKSSRRVVVVAAAADDEEGGGG"
"""The standard genetic code, codons in the order of TCAG."""
_CODONS = {"".join(bases): amino for bases, amino in zip(product("TCAG", repeat=3), _AMINO, strict=True)}
_STOPS = ("TAA", "TAG", "TGA")
_DONOR = ((3, 4, 1, 2), (6, 1, 1, 2), (1, 1, 7, 1), "G", "T", (6, 1, 3, 1), (7, 1, 1, 1), (1, 1, 7, 1), (2, 2, 2, 4))
_ACCEPTOR = (*((1, 4, 1, 4),) * 11, (2, 5, 1, 3), "A", "G", (2, 1, 5, 1))
_EXON_OF_DONOR, _EXON_OF_ACCEPTOR = 3, 1
_PLAIN = {"A": (3, 2, 3, 2), "C": (3, 3, 1, 3), "G": (3, 2, 3, 2), "T": (2, 2, 3, 3)}
_UTR = (4, 2, 2, 4)


@dataclass(frozen=True)
class Grammar:
    """What a gene is drawn by.

    Attributes:
        donor, acceptor: the weights of A, C, G and T at each place of a site, or the base that stands there.
        begins, starts, ends: of the UTR before the coding part: its first bases and its last; of that after it, its
            last.
    """

    donor: tuple[str | tuple[int, ...], ...] = _DONOR
    acceptor: tuple[str | tuple[int, ...], ...] = _ACCEPTOR
    begins: tuple[str | tuple[int, ...], ...] = ()
    starts: tuple[str | tuple[int, ...], ...] = ()
    ends: tuple[str | tuple[int, ...], ...] = ()


def _sharp(places: Sequence[str | tuple[int, ...]], power: int) -> tuple[str | tuple[int, ...], ...]:
    return tuple(place if isinstance(place, str) else tuple(weight**power for weight in place) for place in places)


def _leaning(bases: str) -> tuple[tuple[int, ...], ...]:
    return tuple(tuple(12 if base == wanted else 1 for base in BASES) for wanted in bases)


PLAIN = Grammar()
CLEAR = Grammar(_sharp(_DONOR, 2), _sharp(_ACCEPTOR, 2), _leaning("TATAAGTC"), _leaning("GCCACC"), _leaning("AATAAATG"))
"""The same with its weights squared, and with signs of where a gene begins, where coding starts, and of its end."""


@dataclass(frozen=True)
class Gene:
    """A stretch of bases.

    Attributes:
        bases: the strand that the gene is on.
        regions: (start, end, kind) one after another, kind "exon", "intron", "utr" or "none".
    """

    bases: str
    regions: tuple[tuple[int, int, str], ...]

    def sites(self, kind: str) -> list[int]:
        """Return the first base after each "donor" or "acceptor"."""
        of = {"donor": ("exon", "intron"), "acceptor": ("intron", "exon")}[kind]
        pairs = zip(self.regions, self.regions[1:], strict=False)
        return [second[0] for first, second in pairs if (first[2], second[2]) == of]


def made_up_gene(chance: random.Random, grammar: Grammar = PLAIN) -> Gene:
    """Return a gene between stretches of neither.

    >>> gene = made_up_gene(random.Random(1))
    >>> {gene.bases[site : site + 2] for site in gene.sites("donor")}
    {'GT'}
    """
    introns = 2 + _below(chance, 3)
    coding = _coding(chance, 40 * (introns + 1) + _below(chance, 60))
    cuts = [len(coding) * (i + 1) // (introns + 1) + _below(chance, 30) - 15 for i in range(introns)]
    exons = [coding[a:b] for a, b in zip([0, *cuts], [*cuts, None], strict=True)]
    first = [*grammar.begins, *[_UTR] * (60 - len(grammar.begins) - len(grammar.starts)), *grammar.starts]
    parts = [(_plain(chance, 120), "none"), (_weighted(chance, first), "utr")]
    for i, exon in enumerate(exons):
        if i:
            donor, acceptor = _weighted(chance, grammar.donor), _weighted(chance, grammar.acceptor)
            before, intron = parts[-1][0], _intron(chance, donor, acceptor)
            parts[-1] = (before[:-_EXON_OF_DONOR] + donor[:_EXON_OF_DONOR], "exon")
            parts.append((intron, "intron"))
            exon = acceptor[-_EXON_OF_ACCEPTOR:] + exon[_EXON_OF_ACCEPTOR:]  # noqa: PLW2901
        parts.append((exon, "exon"))
    last = [*[_UTR] * (60 - len(grammar.ends)), *grammar.ends]
    parts += [(_weighted(chance, last), "utr"), (_plain(chance, 120), "none")]
    regions: list[tuple[int, int, str]] = []
    place = 0
    for bases, kind in parts:
        regions.append((place, place + len(bases), kind))
        place += len(bases)
    return Gene("".join(bases for bases, _ in parts), tuple(regions))


def made_up_windows(number: int, seed: int) -> list[tuple[str, str]]:
    """Return windows and their labels: a quarter acceptors, a quarter donors, half of them neither."""
    chance, found = random.Random(seed), list[tuple[str, str]]()
    while len(found) < number:
        gene = made_up_gene(chance)
        wanted = ("acceptor", "donor", "none", "none")[len(found) % 4]
        places = list(_places(chance, gene)) if wanted == "none" else gene.sites(wanted)
        if places:
            place = places[_below(chance, len(places))]
            found.append((gene.bases[place - HALF : place + HALF], wanted))
    return found


def made_up_stretch(chance: random.Random, number: int) -> str:
    """Return so many bases that are in no gene."""
    return _plain(chance, number)


def fasta_of(windows: Sequence[tuple[str, str]], part: str) -> str:
    """Return windows as FASTA, whose headers say what they are.

    >>> print(fasta_of([("ACGT", "none")], "train"), end="")
    >made_up_train_1 label=none
    ACGT
    """
    return "".join(f">made_up_{part}_{i} label={label}\n{bases}\n" for i, (bases, label) in enumerate(windows, 1))


def _places(chance: random.Random, gene: Gene) -> Iterator[int]:
    """Yield places far from sites; half of the time only those that look like one."""
    sites = [*gene.sites("donor"), *gene.sites("acceptor")]
    alike = chance.random() < 0.5
    for place in range(HALF, len(gene.bases) - HALF):
        looks = gene.bases[place : place + 2] == "GT" or gene.bases[place - 2 : place] == "AG"
        if all(abs(place - site) > 5 for site in sites) and (looks or not alike):
            yield place


def _intron(chance: random.Random, donor: str, acceptor: str) -> str:
    middle = _plain(chance, 60 + _below(chance, 60))
    branch = _weighted(chance, ["C", "T", (3, 1, 3, 1), "A", (1, 4, 1, 3)])
    tract = _weighted(chance, [(1, 3, 1, 5)] * (6 + _below(chance, 8)))
    return donor[_EXON_OF_DONOR:] + middle + branch + tract + acceptor[:-_EXON_OF_ACCEPTOR]


def _coding(chance: random.Random, num_codons: int) -> str:
    """Return a coding sequence: codons by their bias, between a start and a stop."""
    first = {amino: next(codon for codon in _CODONS if _CODONS[codon] == amino) for amino in set(_AMINO)}
    codons = [codon for codon in _CODONS if codon not in _STOPS]
    weights = [4 if first[_CODONS[codon]] == codon else 1 for codon in codons]
    inside = [codons[_drawn(chance, weights)] for _ in range(num_codons)]
    return "".join(["ATG", *inside, _STOPS[_below(chance, 3)]])


def _plain(chance: random.Random, number: int) -> str:
    bases = "A"
    for _ in range(number):
        bases += BASES[_drawn(chance, _PLAIN[bases[-1]])]
    return bases[1:]


def _weighted(chance: random.Random, places: Sequence[str | tuple[int, ...]]) -> str:
    return "".join(place if isinstance(place, str) else BASES[_drawn(chance, place)] for place in places)


def _drawn(chance: random.Random, weights: Sequence[int]) -> int:
    rest = chance.random() * sum(weights)
    for i, weight in enumerate(weights):
        rest -= weight
        if rest < 0:
            return i
    return len(weights) - 1


def _below(chance: random.Random, number: int) -> int:
    return int(chance.random() * number)
