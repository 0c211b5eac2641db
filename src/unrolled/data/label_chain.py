"""What a hidden Markov model that is counted on labelled sequences says of each base: of labels, frames and their ends.

States, words and sites are those of gene finders (Burge & Karlin 1997, J. Mol. Biol. 268(1); Stanke & Waack 2003,
Bioinformatics 19 Suppl. 2), but for lengths, which are geometric here.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from itertools import pairwise
from typing import Any, TypeAlias

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from unrolled.data.bases import other_strand
from unrolled.data.codons import Codons
from unrolled.data.words_of_labels import FOLDS, LabelWords, part_of, words_ending
from unrolled.errors import DataError

__all__ = ["LabelChain"]

Floats: TypeAlias = NDArray[np.float64]
Codes: TypeAlias = NDArray[np.int64]

CODING_SIDE, OTHER_SIDE = 3, 20
"""Bases of a site on either side of it."""
SITE = 2 * OTHER_SIDE
SITE_PRIOR = 2.0
LEAST = 1e-4
"""Of a posterior: less is taken for that."""


@dataclass(frozen=True)
class LabelChain:
    """A hidden Markov model: the states of `codons`, and for each a first one of a stretch after another label.

    A state emits a base by its word, and a first one also by the bases round it: the site where two labels meet, each
    base by the one before it. All are counted on both strands.

    Attributes:
        words: log-ratios of words by class.
        codons: the states.
        firsts: for each first state, its state and the label before it.
        meetings: which labels meet, (a, b).
        sites: (FOLDS + 1, meetings, 40, 16) log-ratios, of the pair of bases that ends i - 20 bases after the site.
        follows: (F, F) how probably which state follows which; those of `codons` come first.
        starts: (F,) how probably each is the first one.
    """

    words: LabelWords
    codons: Codons
    firsts: tuple[tuple[int, int], ...]
    meetings: tuple[tuple[int, int], ...]
    sites: NDArray[np.float32] = field(repr=False)
    follows: Floats = field(repr=False)
    starts: Floats = field(repr=False)

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, LabelChain)
            and (self.words, self.codons, self.firsts) == (other.words, other.codons, other.firsts)
            and np.array_equal(self.sites, other.sites)
            and np.array_equal(self.follows, other.follows)
            and np.array_equal(self.starts, other.starts)
        )

    def __hash__(self) -> int:
        return hash((self.words, self.codons, self.firsts))

    @classmethod
    def counted(
        cls, sequences: Sequence[tuple[str, Codes]], partners: Sequence[int], codons: Codons, words: LabelWords
    ) -> "LabelChain":
        """Count on sequences in capitals, given with the state of each base; `partners` are those of the states."""
        others, labels = np.array(partners), np.array(codons.labels)
        S = len(labels)
        both = [
            (part_of(text), strand, own)
            for text, states in sequences
            for strand, own in ((text, states), (other_strand(text), others[states[::-1]]))
        ]
        seen: set[tuple[int, int]] = set()
        for _, _, states in both:
            of = labels[states]
            seen.update((int(states[t]), int(of[t - 1])) for t in np.nonzero(of[1:] != of[:-1])[0] + 1)
        firsts = tuple(sorted(seen))
        meetings = _meetings(firsts, codons)
        place = {first: S + i for i, first in enumerate(firsts)}
        follows: Counter[tuple[int, int]] = Counter()
        starts = np.zeros(S + len(firsts))
        starts[:S] = 1e-6
        sites = np.zeros((FOLDS, len(meetings), SITE, 16))
        every = np.zeros((FOLDS, 16))
        for part, strand, states in both:
            of, path = labels[states], states.copy()
            pairs = words_ending(strand, 2)
            every[part] += np.bincount(pairs[pairs >= 0], minlength=16)
            for t in np.nonzero(of[1:] != of[:-1])[0] + 1:
                path[t] = place[int(states[t]), int(of[t - 1])]
                meeting = meetings.index((int(of[t - 1]), int(of[t])))
                for i in range(SITE):
                    if 0 <= (u := t + i - OTHER_SIDE) < len(pairs) and pairs[u] >= 0:
                        sites[part, meeting, i, pairs[u]] += 1
            starts[path[0]] += 1
            follows.update(pairwise(path.tolist()))
        table = np.zeros((len(starts), len(starts)))
        for (a, b), count in follows.items():
            table[a, b] = count
        table /= np.maximum(table.sum(1, keepdims=True), 1)
        held = [(sites.sum(0) - sites[part], every.sum(0) - every[part]) for part in range(FOLDS)]
        found = np.stack([_site_ratios(*each) for each in (*held, (sites.sum(0), every.sum(0)))])
        for number, (a, b) in enumerate(meetings):  # what is no part of the site says nothing
            found[:, number, : OTHER_SIDE - _side(codons, a)] = 0
            found[:, number, OTHER_SIDE + _side(codons, b) :] = 0
        return cls(words, codons, firsts, meetings, found.astype(np.float32), table, starts / starts.sum())

    def saved(self) -> tuple[dict[str, Any], dict[str, Tensor]]:
        """Return what `loaded` reads: values of JSON, and numbers."""
        codons = asdict(self.codons)
        values = {"codons": codons, "firsts": [*map(list, self.firsts)], "windows": [*self.words.windows]}
        arrays = {"words": self.words.tables, "sites": self.sites, "follows": self.follows, "starts": self.starts}
        return values, {name: torch.as_tensor(array) for name, array in arrays.items()}

    @classmethod
    def loaded(cls, values: Mapping[str, Any], tensors: Mapping[str, Tensor], bases: int) -> "LabelChain":
        """Return what was saved.

        Raises:
            DataError: something is missing or cannot be.
        """
        try:
            given = values["codons"]
            lists = {name: tuple(map(int, given[name])) for name in ("labels", "classes", "phases")}
            flags = {name: tuple(map(bool, given[name])) for name in ("coding", "backward")}
            background = given["background"]
            codons = Codons(**lists, **flags, background=None if background is None else int(background))
            firsts = tuple((int(state), int(label)) for state, label in values["firsts"])
            meetings = _meetings(firsts, codons)
            tables, sites, follows, starts = (tensors[name].numpy() for name in ("words", "sites", "follows", "starts"))
            F, C = len(codons.labels) + len(firsts), max(codons.classes) + 1
            shapes = [(FOLDS + 1, C, 4**bases), (FOLDS + 1, len(meetings), SITE, 16), (F, F), (F,)]
            arrays = (tables, sites, follows, starts)
            if [array.shape for array in arrays] != shapes or not all(np.isfinite(array).all() for array in arrays):
                raise ValueError
            words = LabelWords(tables, codons.frames, tuple(map(int, values["windows"])))
        except (KeyError, TypeError, ValueError, IndexError, AttributeError):
            raise DataError(
                "The states of the labels are not as they were saved. Copy the whole model directory."
            ) from None
        return cls(words, codons, firsts, meetings, sites, follows, starts)

    @property
    def size(self) -> int:
        """How many numbers a base has: for each class and each meeting one."""
        return self.words.tables.shape[1] + len(self.meetings)

    def emissions(self, text: str, part: int | None = None) -> Floats:
        """Return (T, F), the logs of what each state says of each base; `part` is that of a training sequence."""
        fold, T = FOLDS if part is None else part, len(text)
        words, pairs = words_ending(text, self.words.bases), words_ending(text, 2)
        ratios = np.where(words < 0, np.float32(0), self.words.tables[fold][:, np.maximum(words, 0)]).astype(np.float64)
        sums = np.concatenate([np.zeros((len(ratios), 1)), np.cumsum(ratios, 1)], 1)
        places = np.arange(T)
        scores = np.zeros((len(self.meetings), T))
        for number, (a, b) in enumerate(self.meetings):
            for i in range(OTHER_SIDE - _side(self.codons, a), OTHER_SIDE + _side(self.codons, b)):
                at = places + i - OTHER_SIDE
                inside = (at >= 0) & (at < T)
                pair = np.where(inside, pairs[np.clip(at, 0, T - 1)], -1)
                scores[number] += np.where(pair < 0, 0, self.sites[fold, number, i][np.maximum(pair, 0)])
            for label, low, high in ((a, -OTHER_SIDE, 0), (b, 0, OTHER_SIDE)):  # the site stands for the words there
                if not self.codons.coding[label]:
                    line = sums[self.codons.classes[self.codons.labels.index(label)]]
                    scores[number] -= line[np.clip(places + high, 0, T)] - line[np.clip(places + low, 0, T)]
        own = ratios[list(self.codons.classes)]
        lines = [
            own[state] + scores[self.meetings.index((label, self.codons.labels[state]))] for state, label in self.firsts
        ]
        return np.concatenate([own, np.array(lines).reshape(-1, T)]).T

    def posteriors(self, texts: Sequence[str], parts: Sequence[int | None]) -> list[Floats]:
        """Return P(state | all bases) of each text, (T, F): forward and backward, scaled at each base."""
        order = sorted(range(len(texts)), key=lambda i: -len(texts[i]))
        lengths = [len(texts[i]) for i in order]
        T, F = lengths[0], len(self.starts)
        likely = np.ones((T, len(texts), F))
        for n, i in enumerate(order):
            scores = self.emissions(texts[i], parts[i])
            likely[: lengths[n], n] = np.exp(np.maximum(scores - scores.max(1, keepdims=True), -60))
        active = [sum(length > t for length in lengths) for t in range(T)]
        forward = np.empty_like(likely)
        now = self.starts * likely[0]
        forward[0] = now / now.sum(1, keepdims=True)
        for t in range(1, T):
            n = active[t]
            now = (forward[t - 1, :n] @ self.follows) * likely[t, :n]
            forward[t, :n] = now / np.maximum(now.sum(1, keepdims=True), 1e-300)
        back = np.ones((len(texts), F))
        turned = np.ascontiguousarray(self.follows.T)
        for t in range(T - 1, -1, -1):
            n = active[t]
            both = forward[t, :n] * back[:n]
            message = (likely[t, :n] * back[:n]) @ turned
            forward[t, :n] = both / np.maximum(both.sum(1, keepdims=True), 1e-300)
            back[:n] = message / np.maximum(message.sum(1, keepdims=True), 1e-300)
        found = {i: forward[: lengths[n], n].copy() for n, i in enumerate(order)}
        return [found[i] for i in range(len(texts))]

    def rows(self, texts: Sequence[str], parts: Sequence[int | None]) -> list[NDArray[np.float16]]:
        """Return (T, size) of each: half the log-odds of each class, and logs of each meeting from -1 to 1."""
        found: list[NDArray[np.float16]] = []
        S = len(self.codons.labels)
        to_class = np.zeros((len(self.starts), self.words.tables.shape[1]))
        to_meeting = np.zeros((len(self.starts), len(self.meetings)))
        for state, kind in enumerate(self.codons.classes):
            to_class[state, kind] = 1
        for i, (state, label) in enumerate(self.firsts, S):
            to_class[i, self.codons.classes[state]] = 1
            to_meeting[i, self.meetings.index((label, self.codons.labels[state]))] = 1
        for each in self.posteriors(texts, parts):
            p = np.clip(each @ to_class, LEAST, 1 - LEAST)
            ends = np.log(np.clip(each @ to_meeting, LEAST, 1)) * (-2 / np.log(LEAST)) + 1
            found.append(np.concatenate([np.log(p / (1 - p)) / 2, ends], 1).astype(np.float16))
        return found


def _meetings(firsts: Sequence[tuple[int, int]], codons: Codons) -> tuple[tuple[int, int], ...]:
    return tuple(sorted({(label, codons.labels[state]) for state, label in firsts}))


def _side(codons: Codons, label: int) -> int:
    return CODING_SIDE if codons.coding[label] else OTHER_SIDE


def _site_ratios(sites: Floats, every: Floats) -> Floats:
    """Return (meetings, 40, 16): log P(base | the one before it, site) - log P(base | the one before it)."""
    alone = (every.reshape(4, 4) + 1) / (every.reshape(4, 4) + 1).sum(1, keepdims=True)
    pairs = sites.reshape(len(sites), SITE, 4, 4)
    single = pairs.sum(2, keepdims=True)
    single = (single + SITE_PRIOR * 0.25) / (single.sum(3, keepdims=True) + SITE_PRIOR)
    by_pair = (pairs + 4 * SITE_PRIOR * single) / (pairs.sum(3, keepdims=True) + 4 * SITE_PRIOR)
    return np.log(by_pair / alone).reshape(len(sites), SITE, 16)
