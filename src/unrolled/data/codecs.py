"""Codecs: from raw sentences and labels to indices, and back."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from typing import Any, TypeAlias, cast

import numpy as np
import torch
from torch import Tensor

from unrolled.data.ragged import Ragged
from unrolled.data.spelling import AFFIXES, affixes, normal_form
from unrolled.data.vocabulary import UnknownReport, Vocabulary
from unrolled.errors import DataError

__all__ = ["EncodedWords", "LabelsCodec", "WordsCodec", "check_sentences", "may_follow"]

MAX_CHARACTERS = 40
"""A longer word is encoded by its first and last characters, this many in all."""

MAX_CACHE = 1_000_000


_Spelling: TypeAlias = tuple[int, np.ndarray[Any, np.dtype[np.int64]], tuple[int, ...]]
"""Of a word: its index, those of its affixes (F,) and those of its characters."""


@dataclass(frozen=True)
class EncodedWords:
    """A ragged batch of sentences, as the input layers take it; spelling is stored once for each distinct word.

    Attributes:
        indices: Ragged, rows (M,) int64: each word's index in the vocabulary.
        distinct: (M,) int64: which of the U distinct spellings each row has.
        affixes: (U, F) int64: indices of the affixes and shapes of each distinct word.
        spellings: the indices of the characters of each distinct word.
    """

    indices: Ragged
    distinct: Tensor
    affixes: Tensor
    spellings: tuple[tuple[int, ...], ...]

    @cached_property
    def characters(self) -> Ragged:
        """Ragged of U sequences, rows int64: the characters of each distinct word; made where they are read."""
        return Ragged(
            _int64([index for spelling in self.spellings for index in spelling]),
            _int64([len(spelling) for spelling in self.spellings]),
        )


@dataclass(frozen=True)
class WordsCodec:
    """Sentences of words as indices of words, of affixes and of characters; each vocabulary has `<unk>` at index 0.

    >>> codec = WordsCodec.fitted([["Teddy", "sat", "."], ["Teddy", "ran", "."]])
    >>> codec.encode([["Teddy", "slept"]]).indices.rows.tolist() == [codec.words.index("teddy"), 0]
    True
    """

    words: Vocabulary
    affixes: Vocabulary
    characters: Vocabulary
    _seen: dict[str, _Spelling] = field(default_factory=dict[str, _Spelling], init=False, repr=False, compare=False)

    @classmethod
    def fitted(
        cls,
        sentences: Iterable[Sequence[str]],
        *,
        min_count: int = 1,
        max_vocabulary: int | None = None,
        known: Iterable[str] = (),
    ) -> "WordsCodec":
        """Return the codec of the training sentences.

        Args:
            sentences: the training sentences, each a sequence of words.
            min_count: a word seen less often is `<unk>`. Affixes and characters are kept from the second time on.
            max_vocabulary: the most words of the vocabulary, `<unk>` included: the most frequent; None for all.
            known: further words of the vocabulary, such as those that have pre-trained vectors.
        """
        counts = Counter(word for sentence in sentences for word in sentence)
        normal: Counter[str] = Counter()
        affix: Counter[str] = Counter()
        character: Counter[str] = Counter()
        for word, count in counts.items():
            normal[normal_form(word)] += count
            for value in affixes(word):
                affix[value] += count
            for value in word:
                character[value] += count
        words = Vocabulary.from_counts(normal, min_count=min_count, max_size=max_vocabulary)
        return cls(
            Vocabulary(dict.fromkeys((*words.tokens, *map(normal_form, known)))),
            Vocabulary.from_counts(affix, min_count=2),
            Vocabulary.from_counts(character, min_count=2),
        )

    def encode(self, sentences: Sequence[Sequence[str]]) -> EncodedWords:
        """Encode a batch of sentences.

        Raises:
            DataError: what `check_sentences` refuses.
        """
        check_sentences(sentences)
        position: dict[str, int] = {}
        distinct = [position.setdefault(word, len(position)) for sentence in sentences for word in sentence]
        indices, affixes, characters = zip(*map(self._spelling, position), strict=True)
        rows = _int64(distinct)
        return EncodedWords(
            indices=Ragged(_int64(indices)[rows], _int64([len(sentence) for sentence in sentences])),
            distinct=rows,
            affixes=torch.as_tensor(np.concatenate(affixes).reshape(len(affixes), -1)),
            spellings=characters,
        )

    def counts(self, sentences: Iterable[Sequence[str]]) -> list[int]:
        """Return how often each word of the vocabulary, `<unk>` included, occurs in the sentences."""
        counts = [0] * len(self.words)
        for word, count in Counter(word for sentence in sentences for word in sentence).items():
            counts[self._spelling(word)[0]] += count
        return counts

    def unknown_rate(self, words: Iterable[str]) -> UnknownReport:
        """Count the words that are `<unk>` to this codec."""
        return self.words.unknown_rate(normal_form(word) for word in words)

    def texts(self) -> dict[str, str]:
        """Return the codec as the text files of a model directory."""
        return {
            "vocabulary.txt": self.words.dumps(),
            "affixes.txt": self.affixes.dumps(),
            "characters.txt": self.characters.dumps(),
        }

    @classmethod
    def from_texts(cls, texts: Mapping[str, str]) -> "WordsCodec":
        """Return the codec that `texts` described.

        Raises:
            DataError: a text that is missing or is no vocabulary.
        """
        names = ("vocabulary.txt", "affixes.txt", "characters.txt")
        for name in names:
            if name not in texts:
                raise DataError(f"There is no {name}. Copy the whole model directory.")
        words, affixes, characters = (Vocabulary.loads(texts[name], name=name) for name in names)
        return cls(words, affixes, characters)

    @property
    def num_affixes(self) -> int:
        """F, the number of affix features of a word."""
        return len(AFFIXES)

    def _spelling(self, word: str) -> _Spelling:
        found = self._seen.get(word)
        if found is None:
            cut = word if len(word) <= MAX_CHARACTERS else word[: MAX_CHARACTERS // 2] + word[-MAX_CHARACTERS // 2 :]
            found = (
                self.words.index(normal_form(word)),
                np.array(self.affixes.indices(affixes(word)), np.int64),
                tuple(self.characters.indices(cut)),
            )
            if len(self._seen) >= MAX_CACHE:
                self._seen.clear()
            self._seen[word] = found
        return found


@dataclass(frozen=True)
class LabelsCodec:
    """A label at every step, as indices; there is no unknown label.

    >>> codec = LabelsCodec.fitted([["O", "B-PER"], ["O"]])
    >>> codec.decode(codec.encode([["B-PER"], ["O", "O"]]))
    [['B-PER'], ['O', 'O']]
    """

    labels: Vocabulary

    @classmethod
    def fitted(cls, sequences: Iterable[Sequence[str]]) -> "LabelsCodec":
        """Return the codec of the training labels, in alphabetical order."""
        counts = Counter(label for sequence in sequences for label in sequence)
        return cls(Vocabulary.from_counts(counts, order="alphabetical", unk=None))

    @classmethod
    def from_labels(cls, labels: Sequence[str]) -> "LabelsCodec":
        """Return the codec of these labels, in this order."""
        return cls(Vocabulary(labels, unk=None))

    def encode(self, sequences: Sequence[Sequence[str]]) -> Ragged:
        """Encode a batch of label sequences as Ragged, rows (M,) int64.

        Raises:
            DataError: a label that the training data did not have; the message names the nearest.
        """
        rows = self.labels.indices([label for sequence in sequences for label in sequence])
        return Ragged(_int64(rows), _int64([len(sequence) for sequence in sequences]))

    def decode(self, indices: Ragged) -> list[list[str]]:
        """Return the labels of each sequence."""
        tokens = self.labels.tokens
        labels: list[str] = [tokens[i] for i in cast(Any, indices.rows).tolist()]
        ends: list[int] = cast(Any, indices.offsets).tolist()
        return [labels[start:end] for start, end in pairwise(ends)]


def check_sentences(sentences: Sequence[Sequence[str]]) -> None:
    """Refuse what is no sentence of words.

    Raises:
        DataError: a text instead of words, a sentence without words, or an empty word; with the sentence's number.
    """
    for number, sentence in enumerate(sentences, 1):
        if isinstance(sentence, str):
            raise DataError(
                f"Sentence {number} is the text {sentence[:40]!r}. Give a sequence of words, as from split()."
            )
        if not sentence or not all(sentence):
            raise DataError(
                f"Sentence {number} of {len(sentences)} has no words or an empty word. "
                "Give sequences of words with at least one character each."
            )


def may_follow(label: str, previous: str) -> bool:
    """Return whether a label may follow another in IOB2; the start of a sentence is as O. Other labels may follow any.

    >>> may_follow("I-PER", "B-PER"), may_follow("I-PER", "B-LOC"), may_follow("I-PER", "O")
    (True, False, False)
    """
    if label[:1] != "I" or label[1:2] not in {"", "-"}:
        return True
    return previous in {"B" + label[1:], label}


def _int64(numbers: Sequence[int]) -> Tensor:
    """A tensor (n,); torch.tensor takes five times as long over a list."""
    return torch.as_tensor(np.array(numbers, np.int64))
