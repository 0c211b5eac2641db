"""Which sequences of words and of characters a text holds: the features of linear models of text.

A phrase is kept as a 64-bit number that stands for it, so that no list of texts is needed and a batch is looked up by
NumPy at once. Two phrases that share a number are taken for one; among a million phrases the chance that any two do is
below 10⁻⁷.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from itertools import chain

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from unrolled.data.recent import Recent
from unrolled.data.spelling import normal_form
from unrolled.errors import DataError

__all__ = ["Bag", "Phrases"]

Numbers = NDArray[np.uint64]
Places = NDArray[np.int64]

SHORTEST = 2
"""Of the sequences of characters."""

MAX_CACHE = 2**16
"""Words whose numbers are kept: some 16 MiB, however many distinct words come."""

_ODD = np.uint64(0x9E3779B97F4A7C15)
_MIX = np.uint64(0xBF58476D1CE4E5B9)


@dataclass(frozen=True)
class Bag:
    """The distinct phrases of each of N texts, as indices.

    Attributes:
        indices: (F,) int64.
        offsets: (N+1,) int64: text n has `indices[offsets[n]:offsets[n + 1]]`, which may be none.
    """

    indices: Tensor
    offsets: Tensor


@dataclass(frozen=True)
class Phrases:
    """The phrases that are features: sequences of up to `words` words, and of 2 to `characters` characters.

    Characters are those of the words' normal forms with a space before, between and after them. `known` holds, for each
    of the two kinds, the sorted numbers of the phrases that are kept.

    >>> phrases = Phrases.fitted([("a", "film"), ("a", "bad", "film"), ("bad", "film")], words=2, characters=0)
    >>> [len(numbers) for numbers in phrases.known], phrases.bags([("bad", "film"), ("ugly",)])[0].offsets.tolist()
    ([4, 0], [0, 3, 3])
    """

    words: int
    characters: int
    known: tuple[Numbers, Numbers]
    _seen: Recent[str, np.uint64] = field(
        default_factory=lambda: Recent[str, np.uint64](MAX_CACHE), init=False, repr=False, compare=False
    )

    @classmethod
    def fitted(
        cls, texts: Iterable[Sequence[str]], *, words: int = 3, characters: int = 6, min_count: int = 2
    ) -> "Phrases":
        """Return the phrases that at least `min_count` of the training texts hold."""
        empty = np.zeros(0, np.uint64)
        every = cls(words, characters, (empty, empty))
        kept: list[Numbers] = []
        for numbers, rows, *_ in every._found(list(texts)):
            kept.append(_frequent(numbers, rows, min_count))
        return cls(words, characters, (kept[0], kept[1]))

    def grown(self, texts: Iterable[Sequence[str]], min_count: int = 2) -> "Phrases":
        """Return these phrases and those that at least `min_count` of some new texts hold; the numbers rise as ever."""
        found = zip(self._found(list(texts)), self.known, strict=True)
        first, second = (np.union1d(known, _frequent(numbers, rows, min_count)) for (numbers, rows, *_), known in found)
        return Phrases(self.words, self.characters, (first, second))

    def origins(self, earlier: "Phrases") -> Places:
        """Return for each phrase, those of words before those of characters, its index in `earlier`, or -1."""
        found: list[Places] = []
        offset = 0
        for numbers, known in zip(self.known, earlier.known, strict=True):
            places, rows = _looked_up(numbers, np.arange(len(numbers)), known)
            found.append(np.full(len(numbers), -1, np.int64))
            found[-1][rows] = places + offset
            offset += len(known)
        return np.concatenate(found)

    @property
    def sizes(self) -> tuple[int, int]:
        """How many phrases of words and of characters there are."""
        return len(self.known[0]), len(self.known[1])

    def bags(self, texts: Sequence[Sequence[str]]) -> tuple[Bag, Bag]:
        """Return the phrases of words and of characters that each text holds."""
        first, second = (
            _bag(*_looked_up(numbers, rows, known), len(texts))
            for (numbers, rows, *_), known in zip(self._found(texts), self.known, strict=True)
        )
        return first, second

    def arrivals(self, text: Sequence[str], before: int) -> tuple[Bag, Bag]:
        """Return, for each word of a text after the first `before`, the phrases that it completes and none before."""
        found: list[Bag] = []
        for (numbers, _, _, ends), known in zip(self._found([text]), self.known, strict=True):
            indices, places = _looked_up(numbers, ends, known)
            order = np.lexsort((places, indices))
            indices, places = indices[order], places[order]
            first = np.ones(len(indices), bool)
            first[1:] = indices[1:] != indices[:-1]
            late = first & (places >= before)
            found.append(_bag(indices[late], places[late] - before, len(text) - before))
        return found[0], found[1]

    def places(self, text: Sequence[str]) -> tuple[tuple[Places, Places, Places], ...]:
        """Return for each kind the phrases of a text wherever they stand: index, first and last word, (P,) each."""
        found: list[tuple[Places, Places, Places]] = []
        for (numbers, _, starts, ends), known in zip(self._found([text]), self.known, strict=True):
            indices, first = _looked_up(numbers, starts, known)
            found.append((indices, first, _looked_up(numbers, ends, known)[1]))
        return tuple(found)

    def tensors(self) -> dict[str, Tensor]:
        """Return what `known` is, for a file."""
        return {
            name: torch.as_tensor(numbers.view(np.int64).copy())
            for name, numbers in zip(("word_phrases", "character_phrases"), self.known, strict=True)
        }

    @classmethod
    def of_tensors(cls, words: int, characters: int, tensors: dict[str, Tensor]) -> "Phrases":
        """Return the phrases of what `tensors` gave.

        Raises:
            DataError: a tensor is missing, or is no rising row of int64.
        """
        known: list[Numbers] = []
        for name in ("word_phrases", "character_phrases"):
            tensor = tensors.get(name)
            if tensor is None or tensor.dtype != torch.int64 or tensor.ndim != 1:
                raise DataError(f"There is no row of int64 called {name}. Copy the whole model directory.")
            numbers = tensor.numpy().view(np.uint64)
            if bool((numbers[1:] <= numbers[:-1]).any()):
                raise DataError(f"The numbers of {name} do not rise. Copy the whole model directory.")
            known.append(numbers)
        return cls(words, characters, (known[0], known[1]))

    def _found(self, texts: Sequence[Sequence[str]]) -> tuple[tuple[Numbers, Places, Places, Places], ...]:
        """Return for each kind the numbers of all phrases, the text of each, and its first and last word."""
        forms = [[normal_form(word) for word in text] for text in texts]
        lengths = np.array([len(text) for text in forms], np.int64)
        rows = np.repeat(np.arange(len(forms)), lengths)
        ends = np.arange(len(rows)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
        words = np.fromiter((self._number(form) for text in forms for form in text), np.uint64, len(rows))
        of_words = _sequences(words, rows, ends, 1, self.words)
        if not self.characters:
            nothing = np.zeros(0, np.int64)
            return of_words, (np.zeros(0, np.uint64), nothing, nothing, nothing)
        spelt = ["".join(chain((" ",), (form + " " for form in text))) for text in forms]
        points = np.frombuffer("".join(spelt).encode("utf-32-le", "surrogatepass"), np.uint32).astype(np.uint64)
        sizes = np.array([len(text) for text in spelt], np.int64)
        owners = np.repeat(np.arange(len(spelt)), sizes)
        # A character belongs to the word that it is of; the space before a text to its first, one after a word to it.
        within = [np.fromiter((len(form) + 1 for form in text), np.int64, len(text)) for text in forms]
        for each in within:
            each[:1] += 1
        of = np.concatenate([np.repeat(np.arange(len(each)), each) for each in within]) if within else owners
        return of_words, _sequences((points + np.uint64(1)) * _MIX, owners, of, SHORTEST, self.characters)

    def _number(self, form: str) -> np.uint64:
        found = self._seen.get(form)
        if found is None:
            digest = blake2b(form.encode("utf-8", "surrogatepass"), digest_size=8).digest()
            found = np.frombuffer(digest, np.uint64)[0]
            self._seen.keep(form, found)
        return found


def _sequences(
    items: Numbers, rows: Places, ends: Places, shortest: int, longest: int
) -> tuple[Numbers, Places, Places, Places]:
    """Return a number for each run of `shortest` to `longest` items of one row, its row, where it begins and ends."""
    found: list[tuple[Numbers, Places, Places, Places]] = []
    runs = items
    with np.errstate(over="ignore"):
        for length in range(1, longest + 1):
            if length > 1:
                runs = (runs[:-1] ^ (runs[:-1] >> np.uint64(29))) * _ODD + items[length - 1 :]
            if length >= shortest and len(runs) > 0:
                whole = rows[: len(runs)] == rows[length - 1 :]
                numbers = (runs[whole] + np.uint64(length)) * _MIX
                numbers ^= numbers >> np.uint64(32)
                found.append((numbers, rows[: len(runs)][whole], ends[: len(runs)][whole], ends[length - 1 :][whole]))
            if len(runs) < 2:
                break
    if not found:
        nothing = np.zeros(0, np.int64)
        return np.zeros(0, np.uint64), nothing, nothing, nothing
    numbers, of, first, last = zip(*found, strict=True)
    return np.concatenate(numbers), np.concatenate(of), np.concatenate(first), np.concatenate(last)


def _frequent(numbers: Numbers, rows: Places, min_count: int) -> Numbers:
    """Return the numbers that at least so many rows have, sorted."""
    if not len(numbers):
        return numbers
    order = np.argsort(numbers, kind="stable")  # rows rise within a number, so that equal ones stand together
    numbers, rows = numbers[order], rows[order]
    another = np.ones(len(numbers), bool)
    another[1:] = numbers[1:] != numbers[:-1]
    begins = another.nonzero()[0]
    another[1:] |= rows[1:] != rows[:-1]
    return numbers[begins][np.add.reduceat(another, begins, dtype=np.int64) >= min_count]


def _looked_up(numbers: Numbers, rows: Places, known: Numbers) -> tuple[Places, Places]:
    """Return the index of each number that is known, and its row."""
    if not len(known) or not len(numbers):
        nothing = np.zeros(0, np.int64)
        return nothing, nothing
    places = np.searchsorted(known, numbers)
    places[places == len(known)] = 0
    there = known[places] == numbers
    return places[there].astype(np.int64), rows[there]


def _bag(indices: Places, rows: Places, num_rows: int) -> Bag:
    """Return each index once for each row that has it."""
    if len(indices):
        width = int(indices.max()) + 1
        keys = np.sort(rows * width + indices)  # np.unique would build a table of hashes, ten times as slow
        keys = keys[np.append(True, keys[1:] != keys[:-1])]
        rows, indices = keys // width, keys % width
    offsets = np.zeros(num_rows + 1, np.int64)
    offsets[1:] = np.cumsum(np.bincount(rows, minlength=num_rows))
    return Bag(torch.as_tensor(indices), torch.as_tensor(offsets))
