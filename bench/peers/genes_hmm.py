"""A hidden Markov model of genes: states of codons and introns on both strands, counted on labelled loci.

After Burge and Karlin 1997 (GENSCAN) and Stanke and Waack 2003 (AUGUSTUS), but a plain hidden Markov model: the length
of an exon is geometric, that of an intron a mixture of a chain of states (short ones) and a geometric one.

Of each strand: some bases before the start codon; the start codon; codons, by frame, each base by those before it; the
last three bases of an exon, by the intron's phase; the donor site, GT or GC and some bases; a short or a long intron's
inside, each base by those before it; the acceptor site, which ends in AG; the stop codon. The reverse strand has the
same states, walked backwards. A stop codon within the frame, and any start but ATG, has no path.
"""

import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from contest import Epoch, Outcome
from gene_data import EXON, INTERGENIC, INTRON, Locus, reverse_complement
from gene_scores import confusion, mcc
from numpy.typing import NDArray
from peers.viterbi import Chain, Floats, chain_of, viterbi

ORDER, SITE_ORDER, PRIOR = 5, 1, 8.0
BEFORE_START, EXON_END, DONOR, ACCEPTOR, CODON = 6, 3, 6, 20, 3
SHORT, SHORT_STATES, SHORTEST = 130, 10, DONOR + ACCEPTOR + 12  # lengths of introns
STOPS = ("TAA", "TAG", "TGA")

SITE_BASES = {"donor.0": "G", "donor.1": "TC", f"acceptor.{ACCEPTOR - 2}": "A", f"acceptor.{ACCEPTOR - 1}": "G"}
CODON_BASES = {"start0": "A", "start1": "T", "start2": "G", "stop0": "T", "stop1": "AG", "stop2": "AG"}
ALLOWED = SITE_BASES | CODON_BASES

CODES = np.full(128, -1, np.int64)
CODES[[ord(base) for base in "ACGT"]] = range(4)


def chains() -> dict[str, list[str]]:
    """The states of one strand that follow one another without choice, by the name of their site."""
    sites = {"start": [f"before{i}" for i in range(BEFORE_START)] + [f"start{i}" for i in range(CODON)]}
    for phase in range(CODON):
        ends = [f"end{phase}.{i}" for i in range(EXON_END)]
        sites[f"donor{phase}"] = ends + [f"donor{phase}.{i}" for i in range(DONOR)]
        sites[f"short{phase}"] = [f"short{phase}.{i}" for i in range(SHORT_STATES)]
        sites[f"acceptor{phase}"] = [f"acceptor{phase}.{i}" for i in range(ACCEPTOR)]
    return sites | {"stop": [f"stop{i}" for i in range(CODON)]}


SITES = chains()
STATES = [
    "between",
    *(state for of in SITES.values() for state in of),
    *(f"{kind}{i}" for kind in ("frame", "long") for i in range(CODON)),
]


def emission_of(state: str) -> str:
    """Its table: those of introns and of their sites are the same for all phases."""
    kind = state.rstrip("0123456789.")
    if kind in ("short", "long"):
        return kind
    return f"{kind}.{state.partition('.')[2]}" if kind in ("donor", "acceptor") else state


TABLES = list(dict.fromkeys(map(emission_of, STATES)))


def label_of(state: str) -> int:
    if state.startswith(("frame", "end", "start")):
        return EXON
    return INTRON if state.startswith(("donor", "short", "long", "acceptor")) else INTERGENIC


def choices() -> dict[str, list[str]]:
    """What may follow the states whose next one is a choice; of the inside of short introns, see `arcs_of`."""
    found = {"between": ["between", "before0"]}
    for frame in range(CODON):
        following = (frame + 1) % CODON
        found[f"frame{frame}"] = [f"frame{following}", f"end{following}.0"]
        found[f"donor{frame}.{DONOR - 1}"] = [f"short{frame}.0", f"long{frame}"]
        found[f"long{frame}"] = [f"long{frame}", f"acceptor{frame}.0"]
        found[f"acceptor{frame}.{ACCEPTOR - 1}"] = [f"frame{frame}", f"end{frame}.0"]
    found["frame2"].append("stop0")
    return found | {f"start{CODON - 1}": ["frame0", "end0.0"], f"stop{CODON - 1}": ["between"]}


def path_of(locus: Locus) -> list[str] | None:
    """The states of a locus on the forward strand; None where a part is too short for them or a site is another."""
    path = ["between"] * len(locus.bases)
    first, last = locus.exons[0][0], locus.exons[-1][1]
    if first < BEFORE_START or last + CODON > len(path) or locus.bases[last : last + CODON] not in STOPS:
        return None
    coded = 0
    for number, (start, end) in enumerate(locus.exons):
        final = number == len(locus.exons) - 1
        path[start:end] = [f"frame{(coded + i) % CODON}" for i in range(end - start)]
        coded += end - start
        if end - start < (CODON + 1) * (number == 0) + EXON_END * (not final):
            return None
        if not final:
            phase, following = coded % CODON, locus.exons[number + 1][0]
            path[end - EXON_END : end] = [f"end{phase}.{i}" for i in range(EXON_END)]
            if not intron(path, locus.bases, end, following, phase):
                return None
    path[first - BEFORE_START : first + CODON] = SITES["start"]
    path[last : last + CODON] = SITES["stop"]
    return path if locus.bases[first : first + CODON] == "ATG" else None


def intron(path: list[str], bases: str, start: int, end: int, phase: int) -> bool:
    """Write the states of an intron, if it has those of a site at either end."""
    if end - start < SHORTEST or bases[start : start + 2] not in ("GT", "GC") or bases[end - 2 : end] != "AG":
        return False
    inside = f"short{phase}.0" if end - start <= SHORT else f"long{phase}"
    path[start:end] = [inside] * (end - start)
    path[start : start + DONOR] = [f"donor{phase}.{i}" for i in range(DONOR)]
    path[end - ACCEPTOR : end] = SITES[f"acceptor{phase}"]
    return True


@dataclass(frozen=True, slots=True)
class Model:
    chain: Chain  # of both strands
    labels: NDArray[np.uint8]  # of each state
    tables: tuple[Floats, ...]  # of each emission (4,) * (order + 1): log p of a base, the last one, by those before it


def words(codes: NDArray[np.int64], order: int) -> NDArray[np.int64]:
    """(T,) the number of the word of `order` + 1 bases that ends at each base; -1 where one is unknown or outside."""
    padded = np.concatenate([np.full(order, -1), codes])
    parts = [padded[i : i + len(codes)] for i in range(order + 1)]
    number = sum((part * 4 ** (order - i) for i, part in enumerate(parts)), np.zeros(len(codes), np.int64))
    return np.where(np.min(parts, axis=0) < 0, -1, number)


def order_of(table: str) -> int:
    return ORDER if table in ("between", "short", "long", "frame0", "frame1", "frame2") else SITE_ORDER


def fit(loci: Sequence[Locus]) -> tuple[Model, int]:
    """Count on the loci that have a path; return how many those are, too."""
    counts = {table: [np.zeros(4 ** (n + 1)) for n in range(order_of(table) + 1)] for table in TABLES}
    follows: Counter[tuple[str, str]] = Counter()
    insides: list[int] = []
    used = 0
    for locus in (locus.forwards for locus in loci):
        path = path_of(locus)
        if path is None:
            continue
        used += 1
        follows.update(pairwise(path))
        insides += [b - a - DONOR - ACCEPTOR for a, b in locus.introns if b - a <= SHORT]
        codes = CODES[np.frombuffer(locus.bases.encode(), np.uint8)]
        emitted = np.array([TABLES.index(emission_of(state)) for state in path])
        for order in range(ORDER + 1):
            found = words(codes, order)
            for number, table in enumerate(TABLES):
                if order < len(counts[table]):
                    mine = found[emitted == number]
                    counts[table][order] += np.bincount(mine[mine >= 0], minlength=4 ** (order + 1))
    tables = tuple(np.log(smoothed(counts[table], table)).astype(np.float32) for table in TABLES)
    return Model(
        both_strands(arcs_of(follows, insides)), np.array([label_of(s) for s in walked()], np.uint8), tables
    ), used


def smoothed(counts: Sequence[NDArray[np.float64]], table: str) -> NDArray[np.float64]:
    """Each order drawn towards the one below it by `PRIOR` bases; what a site forbids is 0 for good."""
    p = np.full((1, 4), 0.25)
    for found in counts:
        by_context = found.reshape(-1, 4)
        p = np.tile(p, (len(by_context) // len(p), 1))  # whatever base stands one further back
        p = (by_context + PRIOR * p) / (by_context.sum(1, keepdims=True) + PRIOR)
    allowed = ALLOWED.get(table)
    if allowed is not None:
        p = p * np.array([base in allowed for base in "ACGT"])
    if table == "frame2":
        p = p.reshape(-1, 4, 4, 4)
        for a, b, c in STOPS:
            p[:, "ACGT".index(a), "ACGT".index(b), "ACGT".index(c)] = 0.0
    if table == "stop2":
        p.reshape(-1, 4, 4)[:, "ACGT".index("G"), "ACGT".index("G")] = 0.0  # TGG
    with np.errstate(invalid="ignore"):
        p = p.reshape(-1, 4) / p.reshape(-1, 4).sum(1, keepdims=True)
    return np.maximum(np.nan_to_num(p), 1e-30).ravel()


def arcs_of(follows: Counter[tuple[str, str]], insides: Sequence[int]) -> list[tuple[str, str, float]]:
    """Logs of what follows what on one strand."""
    sites = [of for of in SITES.values() if not of[0].startswith("short")]
    found = [(a, b, 0.0) for of in sites for a, b in pairwise(of)]
    for state, following in choices().items():
        counts = np.array([follows[state, other] + 1.0 for other in following])
        found += [(state, other, float(np.log(c / counts.sum()))) for other, c in zip(following, counts, strict=True)]
    leave = SHORT_STATES / float(np.mean(insides))
    for phase in range(CODON):
        states = SITES[f"short{phase}"]
        found += [(state, state, float(np.log(1 - leave))) for state in states]
        onward = zip(states, [*states[1:], f"acceptor{phase}.0"], strict=True)
        found += [(a, b, float(np.log(leave))) for a, b in onward]
    return found


def walked() -> Iterator[str]:
    """The states of both strands: those of the forward one, then those of the reverse one but the one between genes."""
    yield from STATES
    yield from STATES[1:]


def both_strands(arcs: Sequence[tuple[str, str, float]]) -> Chain:
    """The reverse strand's arcs lead backwards; a gene is as likely on either strand."""
    forward = {state: number for number, state in enumerate(STATES)}
    reverse = {state: number + len(STATES) - 1 for state, number in forward.items() if number} | {"between": 0}
    both = [(forward[a], forward[b], log - np.log(2) * (b == "before0")) for a, b, log in arcs]
    both += [
        (reverse[b], reverse[a], log - np.log(2) * (b == "before0")) for a, b, log in arcs if (a, b) != ("between",) * 2
    ]
    place = {table: number for number, table in enumerate(TABLES)}
    table = [place[emission_of(state)] for state in STATES]
    table += [len(TABLES) + column for column in table[1:]]
    return chain_of(both, table, {0: 0.0})


def emissions(model: Model, bases: str) -> Floats:
    """(T, 2 * tables): of the forward strand, then of the reverse one; an unknown base says nothing."""
    halves: list[Floats] = []
    for strand in (bases, reverse_complement(bases)):
        codes = CODES[np.frombuffer(strand.encode(), np.uint8)]
        by_order = {order: words(codes, order) for order in (SITE_ORDER, ORDER)}
        columns: list[Floats] = []
        for name, table in zip(TABLES, model.tables, strict=True):
            found = by_order[order_of(name)]
            columns.append(np.where(found < 0, np.float32(np.log(0.25)), table[found]))
        halves.append(np.stack(columns, 1))
    return np.concatenate([halves[0], halves[1][::-1]], 1)


def predict(model: Model, bases: str) -> NDArray[np.uint8]:
    return model.labels[viterbi(model.chain, emissions(model, bases))]


def train(train: Sequence[Locus], dev: Sequence[Locus], seed: int) -> Outcome:
    """Counting has no epochs, and chance no part in it."""
    start = time.perf_counter()
    model, _ = fit(train)
    found = [predict(model, locus.bases) for locus in dev]
    score = mcc(confusion(np.concatenate([locus.labels for locus in dev]), np.concatenate(found)))
    return Outcome(found, [Epoch(1, None, time.perf_counter() - start, score)])
