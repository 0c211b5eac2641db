"""A whole text: its words with their spelling, and the phrases that it holds."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar, TypeAlias, cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from unrolled.data.codecs.codec import Fault, Saved
from unrolled.data.codecs.encoded import EncodedWords
from unrolled.data.codecs.kept import Found, Kept, key_of
from unrolled.data.codecs.words import WordsCodec, WordsSettings, check_sentences
from unrolled.data.phrases import Bag, Phrases
from unrolled.data.spaces import Spelled
from unrolled.data.vocabulary import UnknownReport, Vocabulary
from unrolled.errors import DataError
from unrolled.settings import setting

__all__ = ["TextCodec", "TextSettings"]

Words: TypeAlias = Sequence[str]


@dataclass(frozen=True, kw_only=True)
class TextSettings(WordsSettings):
    """Which words and phrases are known; what is not said here is as in `WordsSettings`.

    Attributes:
        phrase_words: sequences of up to that many words are features of a text; 0 for none.
        phrase_characters: sequences of 2 to that many characters, spaces among them, are features, too; 0 for none.
        phrase_min_count: how many training texts hold a phrase that is kept.
    """

    title: ClassVar[str] = "setting of the text"

    phrase_words: int = setting(3, most=8)
    phrase_characters: int = setting(6, most=12)
    phrase_min_count: int = setting(2, least=1)


@dataclass(frozen=True)
class TextCodec:
    """Texts as words with their spelling, and as the phrases that they hold.

    >>> codec = TextCodec.fitted([("so", "good"), ("so", "bad"), ("so", "good", "!")])
    >>> [len(bag.indices) > 0 for bag in codec.encode([("so", "good")]).phrases]
    [True, True]
    """

    kind: ClassVar[str] = "text"

    spelling: WordsCodec
    phrases: Phrases
    settings: TextSettings = field(default_factory=TextSettings)
    _kept: Kept = field(default_factory=Kept, init=False, repr=False, compare=False)

    @classmethod
    def fitted(cls, raws: Iterable[Words], settings: TextSettings | None = None) -> "TextCodec":
        """Return the codec of the training texts.

        Raises:
            DataError: what `check_sentences` refuses, or a file of vectors that cannot be read.
        """
        settings, texts = settings or TextSettings(), check_sentences(raws)
        phrases = Phrases.fitted(
            texts,
            words=settings.phrase_words,
            characters=settings.phrase_characters,
            min_count=settings.phrase_min_count,
        )
        spelling = WordsCodec.fitted(texts, settings)
        if settings.tokenizer == "detect":
            # Texts come whole, and their Latin words and numbers are never cut up unless that is asked for.
            words = spelling.settings.tokenizer == "words"
            settings = replace(settings, tokenizer="words" if words else "characters")
        codec = cls(spelling, phrases, settings)
        codec._kept.fitted_on = frozenset(map(key_of, texts))
        return codec

    def grown(self, raws: Iterable[Words], settings: TextSettings) -> "TextCodec":
        """Return the codec that also knows the words, affixes, characters and phrases of new texts.

        Phrases are as long as those that it has; a codec without phrases gets none.

        Raises:
            DataError: what `check_sentences` refuses, or a file of vectors that cannot be read.
        """
        texts, earlier = check_sentences(raws), self.settings
        settings = replace(settings, phrase_words=earlier.phrase_words, phrase_characters=earlier.phrase_characters)
        phrases = self.phrases.grown(texts, settings.phrase_min_count) if any(self.phrases.sizes) else self.phrases
        codec = TextCodec(self.spelling.grown(texts, settings), phrases, settings)
        codec._kept.fitted_on = frozenset(map(key_of, texts))
        return codec

    def origins(self, earlier: "TextCodec") -> dict[str, Tensor]:
        """Return where the weights of each word, affix, character and phrase come from."""
        return {
            **self.spelling.origins(earlier.spelling),
            "phrases": torch.as_tensor(self.phrases.origins(earlier.phrases)),
        }

    @property
    def words(self) -> Vocabulary:
        """The words."""
        return self.spelling.words

    @property
    def space(self) -> Spelled:
        """The sizes of the vocabularies, and how many phrases there are."""
        return replace(self.spelling.space, phrases=self.phrases.sizes if any(self.phrases.sizes) else ())

    def length(self, raw: Words, /) -> int:
        """Return T_x, the number of words."""
        return len(raw)

    def accepted(self, raw: Any, /) -> Words | Fault:
        """Return the words of a text, or what is wrong with it."""
        return self.spelling.accepted(raw)

    def check(self, raw: Any, /) -> Fault | None:
        """Return what is wrong with a text."""
        return self.spelling.check(raw)

    def encode(self, raws: Sequence[Words], /, noise: torch.Generator | None = None) -> EncodedWords:
        """Encode a batch of texts.

        Raises:
            DataError: a text without words, or with an empty one.
        """
        texts = check_sentences(raws)
        encoded = self.spelling.encode(texts, noise)
        return (
            replace(encoded, phrases=self._bags(texts, training=noise is not None)) if self.space.phrases else encoded
        )

    def chunks(self) -> "TextChunks":
        """Return what encodes one text while it arrives."""
        return TextChunks(self)

    def decode(self, sequences: Sequence[Tensor], /) -> list[Words]:
        """Return the normal forms of words by their indices; the spelling itself is not kept."""
        return self.spelling.decode(sequences)

    def counts(self, raws: Iterable[Words]) -> Tensor:
        """Return how often each word of the vocabulary, `<unk>` included, occurs, (V,)."""
        return self.spelling.counts(raws)

    def unknown(self, raws: Iterable[Words]) -> UnknownReport:
        """Count the words of texts that are `<unk>`."""
        return self.spelling.unknown(raws)

    @property
    def sizes(self) -> dict[str, int]:
        """The sizes of the vocabularies, `<unk>` included, and of the phrases."""
        words, characters = self.phrases.sizes
        return {**self.spelling.sizes, "phrases of words": words, "phrases of characters": characters}

    def save(self) -> Saved:
        """Return the settings, the vocabularies and the numbers of the phrases."""
        saved = self.spelling.save()
        return Saved(self.settings.to_dict(), saved.texts, self.phrases.tensors())

    @classmethod
    def load(cls, saved: Saved, /) -> "TextCodec":
        """Return the codec that was saved.

        Raises:
            DataError: a text or a tensor that is missing or cannot be.
            SettingsError: a setting that cannot be.
        """
        settings = TextSettings.from_dict({"tokenizer": "words", **saved.settings})
        words = WordsSettings.from_dict({name: getattr(settings, name) for name in WordsSettings.names()})
        spelling = WordsCodec.load(Saved(words.to_dict(), saved.texts))
        phrases = Phrases.of_tensors(settings.phrase_words, settings.phrase_characters, dict(saved.tensors))
        return cls(spelling, phrases, settings)

    def _bags(self, texts: Sequence[Words], *, training: bool) -> tuple[Bag, Bag]:
        """Texts come again every epoch: what they hold is looked up once."""
        keys = list(map(key_of, texts))
        found: dict[bytes, Found] = {}
        new: dict[bytes, Words] = {}
        for key, text in zip(keys, texts, strict=True):
            if key not in found and key not in new:
                known = self._kept.get(key)
                if known is None:
                    new[key] = text
                else:
                    found[key] = known
        if new:
            bags = self.phrases.bags(list(new.values()))
            split = [np.split(bag.indices.numpy().astype(np.int32), bag.offsets.numpy()[1:-1]) for bag in bags]
            for key, first, second in zip(new, *split, strict=True):
                found[key] = first.copy(), second.copy()  # else a part would keep the whole
                self._kept.keep(key, found[key], training=training)
        first, second = zip(*(found[key] for key in keys), strict=True)
        return _joined(first), _joined(second)


class TextChunks:
    """One text while it arrives: each word comes with the phrases that it completes and that did not stand before."""

    def __init__(self, codec: TextCodec) -> None:
        self._codec = codec
        self._words: list[str] = []

    def feed(self, chunk: Words, /) -> EncodedWords:
        """Return the words of a chunk, as one sequence."""
        before = len(self._words)
        self._words += chunk
        encoded = self._codec.spelling.encode([chunk])
        if not self._codec.space.phrases:
            return encoded
        return replace(encoded, phrases=self._codec.phrases.arrivals(self._words, before))

    def reset(self) -> None:
        """Begin another text."""
        self._words = []

    @property
    def state(self) -> dict[str, Tensor]:
        """The words so far, as bytes: phrases reach over the borders of chunks, and count once."""
        if not self._codec.space.phrases:
            return {}
        return {"words": torch.frombuffer(bytearray(json.dumps(self._words).encode()), dtype=torch.uint8)}

    @state.setter
    def state(self, state: Mapping[str, Tensor]) -> None:
        if not self._codec.space.phrases and not state:
            return
        if set(state) != {"words"} or state["words"].dtype != torch.uint8:
            raise DataError("The state of the text is not one that a stream of this model gave.")
        try:
            words: object = json.loads(bytes(cast(Any, state["words"]).tolist()))
        except ValueError as error:
            raise DataError("The state of the text is not one that a stream of this model gave.") from error
        if not isinstance(words, list) or not all(
            isinstance(word, str) and word for word in cast("list[object]", words)
        ):
            raise DataError("The state of the text is not one that a stream of this model gave.")
        self._words = cast("list[str]", words)


def _joined(each: Sequence[NDArray[np.int32]]) -> Bag:
    offsets = np.zeros(len(each) + 1, np.int64)
    offsets[1:] = np.cumsum([len(indices) for indices in each])
    return Bag(torch.as_tensor(np.concatenate(each).astype(np.int64)), torch.as_tensor(offsets))
