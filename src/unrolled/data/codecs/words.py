"""Words with their spelling, as indices of words, of affixes and of characters."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Annotated, Any, ClassVar, Literal, TypeAlias, cast

import numpy as np
import torch
from torch import Tensor

from unrolled.data.codecs.chunks import EachStep
from unrolled.data.codecs.codec import Fault, Saved
from unrolled.data.codecs.encoded import EncodedWords, int64
from unrolled.data.given import texts_of
from unrolled.data.ragged import Ragged
from unrolled.data.recent import Recent
from unrolled.data.spaces import Spelled
from unrolled.data.spelling import AFFIXES, affixes, normal_form
from unrolled.data.tokenizer import detect_tokenizer_of_tokens
from unrolled.data.vectors import read_words
from unrolled.data.vocabulary import UnknownReport, Vocabulary
from unrolled.errors import DataError
from unrolled.settings import PATH, Settings, setting

__all__ = ["WordsCodec", "WordsSettings", "check_sentences"]

Sentence: TypeAlias = Sequence[str]

MAX_CHARACTERS = 40
"""A longer word is encoded by its first and last characters, this many in all."""

MAX_CACHE = 2**16
"""Words whose spelling is kept, half a KiB each: 32 MiB, however many distinct words come."""


_Spelling: TypeAlias = tuple[int, np.ndarray[Any, np.dtype[np.int64]], tuple[int, ...]]
"""Of a word: its index, those of its affixes (F,) and those of its characters."""


@dataclass(frozen=True, kw_only=True)
class WordsSettings(Settings):
    """Which words the vocabulary keeps.

    Attributes:
        min_count: a word seen less often is `<unk>`.
        max_vocabulary: the most words of the vocabulary, `<unk>` included: the most frequent; None for all.
        vectors: a GloVe, fastText or word2vec text file that the word vectors start from; None for random ones.
        vectors_words: the vocabulary also takes in that many words from the top of that file, so that words which only
            new text has keep their vectors.
        tokenizer: how raw text becomes tokens: "words" splits off punctuation and English clitics, as the Penn Treebank
            does; "characters" also makes each character of Chinese, Japanese, Thai, Lao, Khmer and Burmese a token;
            "every_character" makes that of all characters; "whitespace" splits at white space alone. "detect" takes
            what fits the training data, and keeps it with the model.
    """

    title: ClassVar[str] = "setting of the words"

    min_count: int = setting(1, least=1)
    max_vocabulary: int | None = setting(None, least=1)
    vectors: Annotated[str | None, PATH] = setting(None)
    vectors_words: int = setting(100_000, when=("vectors", bool))
    tokenizer: Literal["detect", "words", "characters", "every_character", "whitespace"] = setting("detect")


@dataclass(frozen=True)
class WordsCodec:
    """Sentences of words as indices of words, of affixes and of characters; each vocabulary has `<unk>` at index 0.

    >>> codec = WordsCodec.fitted([["Teddy", "sat", "."], ["Teddy", "ran", "."]])
    >>> codec.encode([["Teddy", "slept"]]).indices.rows.tolist() == [codec.words.index("teddy"), 0]
    True
    """

    kind: ClassVar[str] = "words"

    words: Vocabulary
    affixes: Vocabulary
    characters: Vocabulary
    settings: WordsSettings = field(default_factory=WordsSettings)
    _seen: Recent[str, _Spelling] = field(
        default_factory=lambda: Recent[str, _Spelling](MAX_CACHE), init=False, repr=False, compare=False
    )

    @classmethod
    def fitted(cls, raws: Iterable[Sentence], settings: WordsSettings | None = None) -> "WordsCodec":
        """Return the codec of the training sentences; affixes and characters are kept from the second time on.

        Raises:
            DataError: what `check_sentences` refuses, or a file of vectors that cannot be read.
        """
        settings = settings or WordsSettings()
        counts = Counter(word for sentence in _checked(raws) for word in sentence)
        normal, affix, character = _counted(counts)
        words = Vocabulary.from_counts(normal, min_count=settings.min_count, max_size=settings.max_vocabulary)
        if settings.tokenizer == "detect":
            settings = replace(settings, tokenizer=detect_tokenizer_of_tokens(counts))
        known = [] if settings.vectors is None else read_words(settings.vectors, settings.vectors_words)
        return cls(
            Vocabulary(dict.fromkeys((*words.tokens, *map(normal_form, known)))),
            Vocabulary.from_counts(affix, min_count=2),
            Vocabulary.from_counts(character, min_count=2),
            settings,
        )

    def grown(self, raws: Iterable[Sentence], settings: WordsSettings) -> "WordsCodec":
        """Return the codec that also knows the words, affixes and characters of new sentences.

        What is known keeps its index, and what is new comes after it, as `fitted` chooses it: the counts are those of
        the new sentences, and `max_vocabulary` counts all words.

        Raises:
            DataError: a file of vectors that cannot be read.
        """
        normal, affix, character = _counted(Counter(word for sentence in _checked(raws) for word in sentence))
        most = settings.max_vocabulary
        words = Vocabulary.from_counts(
            {word: count for word, count in normal.items() if word not in self.words},
            min_count=settings.min_count,
            max_size=None if most is None else max(most - len(self.words), 0) + 1,  # and <unk>
        )
        known = [] if settings.vectors is None else read_words(settings.vectors, settings.vectors_words)
        return WordsCodec(
            self.words.grown((*words.tokens[1:], *map(normal_form, known))),
            self.affixes.grown(Vocabulary.from_counts(affix, min_count=2).tokens),
            self.characters.grown(Vocabulary.from_counts(character, min_count=2).tokens),
            settings,
        )

    def origins(self, earlier: "WordsCodec") -> dict[str, Tensor]:
        """Return where the vectors of words, affixes and characters come from: those of a new one from `<unk>`'s."""
        return {
            "words": int64(self.words.origins(earlier.words)),
            "affixes": int64(self.affixes.origins(earlier.affixes)),
            "characters": int64(self.characters.origins(earlier.characters)),
        }

    @property
    def space(self) -> Spelled:
        """The sizes of the vocabularies."""
        return Spelled(len(self.words), len(self.affixes), len(self.characters), self.num_affixes)

    def length(self, raw: Sentence, /) -> int:
        """Return T_x, the number of words."""
        return len(raw)

    def accepted(self, raw: Any, /) -> Sentence | Fault:
        """Return the words of a sentence, or what is wrong with it."""
        return texts_of(raw)

    def check(self, raw: Any, /) -> Fault | None:
        """Return what is wrong with a sentence."""
        found = texts_of(raw)
        return found if isinstance(found, Fault) else None

    def encode(self, raws: Sequence[Sentence], /, noise: torch.Generator | None = None) -> EncodedWords:
        """Encode a batch of sentences.

        Raises:
            DataError: what `check_sentences` refuses.
        """
        sentences = check_sentences(raws)
        position: dict[str, int] = {}
        distinct = [position.setdefault(word, len(position)) for sentence in sentences for word in sentence]
        indices, affixes, characters = zip(*map(self._spelling, position), strict=True)
        rows = int64(distinct)
        return EncodedWords(
            indices=Ragged(int64(indices)[rows], int64([len(sentence) for sentence in sentences])),
            distinct=rows,
            affixes=torch.as_tensor(np.concatenate(affixes).reshape(len(affixes), -1)),
            spellings=characters,
        )

    def chunks(self) -> EachStep[Any]:
        """Return what encodes one x while it arrives."""
        return EachStep(self.encode)

    def decode(self, sequences: Sequence[Tensor], /) -> list[Sentence]:
        """Return the normal forms of words by their indices; the spelling itself is not kept."""
        indices: list[list[int]] = [cast(Any, sequence).tolist() for sequence in sequences]
        return [tuple(self.words.tokens[index] for index in row) for row in indices]

    def counts(self, raws: Iterable[Sentence]) -> Tensor:
        """Return how often each word of the vocabulary, `<unk>` included, occurs in the sentences, (V,)."""
        counts = [0] * len(self.words)
        for word, count in Counter(word for sentence in raws for word in sentence).items():
            counts[self._spelling(word)[0]] += count
        return torch.tensor(counts)

    def unknown(self, raws: Iterable[Sentence]) -> UnknownReport:
        """Count the words of sentences that are `<unk>`."""
        return self.words.unknown_rate(normal_form(word) for sentence in raws for word in sentence)

    def save(self) -> Saved:
        """Return the settings and the three vocabularies."""
        texts = {
            "vocabulary.txt": self.words.dumps(),
            "affixes.txt": self.affixes.dumps(),
            "characters.txt": self.characters.dumps(),
        }
        return Saved(self.settings.to_dict(), texts)

    @classmethod
    def load(cls, saved: Saved, /) -> "WordsCodec":
        """Return the codec that was saved.

        Raises:
            DataError: a text that is missing or is no vocabulary.
            SettingsError: a setting that cannot be.
        """
        names = ("vocabulary.txt", "affixes.txt", "characters.txt")
        words, affixes, characters = (Vocabulary.loads(saved.text(name), name=name) for name in names)
        # Before there was a choice, raw text was split into words.
        settings = WordsSettings.from_dict({"tokenizer": "words", **saved.settings})
        return cls(words, affixes, characters, settings)

    @property
    def sizes(self) -> dict[str, int]:
        """The sizes of the vocabularies, `<unk>` included."""
        return {"words": len(self.words), "affixes": len(self.affixes), "characters": len(self.characters)}

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
            self._seen.keep(word, found)
        return found


def _counted(words: Counter[str]) -> tuple[Counter[str], Counter[str], Counter[str]]:
    """Count the normal forms, the affixes and the characters of words."""
    normal: Counter[str] = Counter()
    affix: Counter[str] = Counter()
    character: Counter[str] = Counter()
    for word, count in words.items():
        normal[normal_form(word)] += count
        for value in affixes(word):
            affix[value] += count
        for value in word:
            character[value] += count
    return normal, affix, character


def check_sentences(sentences: Iterable[Any]) -> list[Sentence]:
    """Return the words of each sentence, and refuse what is none.

    Raises:
        DataError: a text instead of words, a sentence without words, an empty word, or one that is no text; with the
            numbers of sentence and word.
    """
    return list(_checked(sentences))


def _checked(sentences: Iterable[Any]) -> Iterator[Sentence]:
    for number, sentence in enumerate(sentences, 1):
        found = texts_of(sentence)
        if isinstance(found, Fault):
            verb = "is" if isinstance(sentence, str) else "has"
            raise DataError(f"Sentence {number} {verb} {found.found}. {found.way_out}.")
        yield found
