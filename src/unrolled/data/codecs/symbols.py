"""A text as a sequence of symbols of one vocabulary, with an end: words, characters or subwords."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any, ClassVar, Literal, cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from unrolled.data.codecs.chunks import EachStep
from unrolled.data.codecs.codec import Fault, Saved
from unrolled.data.codecs.encoded import int64
from unrolled.data.given import described, own
from unrolled.data.ragged import Ragged
from unrolled.data.recent import Recent
from unrolled.data.spaces import Classes
from unrolled.data.subwords import END, LEAST_SUBWORDS, UNKNOWN, Subwords
from unrolled.data.tokenizer.reversible import JOINER, joined, split_reversibly, surface
from unrolled.data.vocabulary import UnknownReport, Vocabulary
from unrolled.errors import DataError
from unrolled.settings import Settings, setting

__all__ = ["SymbolsCodec", "SymbolsSettings"]

MAX_CACHE = 2**21
"""Symbols of the texts that are kept encoded: some 16 MiB."""

WORDS_A_PIECE = 8
"""Of fewer words there are fewer subwords: a piece that is hardly ever seen is not learnt."""

_UNKNOWN, _END = 0, 1


@dataclass(frozen=True, kw_only=True)
class SymbolsSettings(Settings):
    """What the symbols of a text are.

    Attributes:
        units: "subwords" of sentencepiece, which lose nothing (pip install 'unrolled[translation]'); "characters"; or
            "words", of which those outside the vocabulary are `<unk>`.
        num_subwords: the most subwords, of both sides together where the vocabulary is shared; there are no more than
            one for eight words of the training texts.
        vocabulary: "shared", one for both sides, or one for each, "apart".
        min_count: of words and characters: one seen less often is `<unk>`.
        max_vocabulary: of words and characters: the most of each vocabulary, the most frequent; None for all.
    """

    title: ClassVar[str] = "setting of the symbols"

    units: Literal["subwords", "characters", "words"] = setting("subwords")
    num_subwords: int = setting(6000, least=LEAST_SUBWORDS, most=1_000_000, when=("units", "subwords"))
    vocabulary: Literal["shared", "apart"] = setting("apart")
    min_count: int = setting(1, least=1, when=("units", ("words", "characters")))
    max_vocabulary: int | None = setting(None, least=2, when=("units", ("words", "characters")))


@dataclass(frozen=True)
class SymbolsCodec:
    """Texts as indices of symbols; 0 is `<unk>`, and 1 ends every text.

    >>> codec = SymbolsCodec.fitted(["l'eau est là", "l'air"], SymbolsSettings(units="words"))
    >>> codec.encode(["l'eau"]).rows.tolist(), codec.decode(codec.encode(["l'eau est"]).to_list())
    ([2, 3, 7, 1], ["l'eau est"])

    Args:
        symbols: the vocabulary of words or characters, or the subwords.
        settings: what they are.
    """

    kind: ClassVar[str] = "symbols"

    symbols: Vocabulary | Subwords
    settings: SymbolsSettings = field(default_factory=SymbolsSettings)
    _seen: Recent[str, list[int]] = field(
        default_factory=lambda: Recent[str, list[int]](MAX_CACHE), init=False, repr=False, compare=False
    )

    @classmethod
    def fitted(cls, raws: Iterable[str], settings: SymbolsSettings | None = None) -> "SymbolsCodec":
        """Return the codec of the training texts.

        Raises:
            DataError: a value that is no text, with its number; or no sentencepiece for subwords.
            SettingsError: too few subwords for these texts.
        """
        settings = settings or SymbolsSettings()
        texts = list(_checked(raws))
        if settings.units == "subwords":
            characters, words = set[str]().union(*texts), sum(len(text.split()) for text in texts)
            num = min(settings.num_subwords, max(LEAST_SUBWORDS + len(characters), words // WORDS_A_PIECE))
            return cls(Subwords.trained(texts, num), settings)
        counts = Counter(chain.from_iterable(map(_split(settings), texts)))
        for name in (UNKNOWN, END):
            counts.pop(name, None)
        most = settings.max_vocabulary
        found = Vocabulary.from_counts(
            counts, min_count=settings.min_count, max_size=None if most is None else most - 1, unk=UNKNOWN
        )
        return cls(Vocabulary((UNKNOWN, END, *found.tokens[1:])), settings)

    def grown(self, raws: Iterable[str], settings: SymbolsSettings) -> "SymbolsCodec":
        """Return the codec that also knows the words or characters of new texts; subwords spell everything as it is."""
        if isinstance(self.symbols, Subwords):
            return SymbolsCodec(self.symbols, settings)
        most = settings.max_vocabulary
        counts = Counter(chain.from_iterable(map(_split(settings), _checked(raws))))
        new = Vocabulary.from_counts(
            {token: count for token, count in counts.items() if token not in self.symbols},
            min_count=settings.min_count,
            max_size=None if most is None else max(most - len(self.symbols), 0) + 1,  # and <unk>
        )
        return SymbolsCodec(self.symbols.grown(new.tokens[1:]), settings)

    def origins(self, earlier: "SymbolsCodec") -> dict[str, Tensor]:
        """Return where the weights of each symbol come from: those of a new one from `<unk>`'s."""
        if isinstance(self.symbols, Subwords) or isinstance(earlier.symbols, Subwords):
            return {"labels": torch.arange(len(self.symbols))}
        return {"labels": int64(self.symbols.origins(earlier.symbols))}

    @property
    def space(self) -> Classes:
        """How many symbols there are, and which is the end."""
        return Classes(len(self.symbols), end=_END)

    @property
    def copies(self) -> bool:
        """Whether a symbol may be `<unk>`, in whose place that of x stands which it looks at."""
        return not isinstance(self.symbols, Subwords)

    def length(self, raw: str, /) -> int:
        """Return the number of symbols, the end among them."""
        return len(self._indices(raw)) + 1

    def accepted(self, raw: Any, /) -> str | Fault:
        """Return a text, or what is wrong with it."""
        value = own(raw)
        if not isinstance(value, str):
            return Fault(f"{described(raw).rstrip(',')} where a text is expected", "Give a text")
        if not value.strip():
            return Fault("an empty text", "Give one with something in it, or leave the example out")
        try:
            value.encode()
        except UnicodeEncodeError:
            return Fault(f"half of a surrogate pair in {value[:40]!r}", "Give text that UTF-8 can write")
        return str.__str__(value)

    def check(self, raw: Any, /) -> Fault | None:
        """Return what is wrong with a text."""
        found = self.accepted(raw)
        return found if isinstance(found, Fault) else None

    def encode(self, raws: Sequence[str], /, noise: torch.Generator | None = None) -> Ragged:
        """Encode a batch of texts as Ragged, rows (M,) int64, the end as the last of each.

        Raises:
            DataError: a value that is no text, with its number.
        """
        found = [[*self._indices(raw), _END] for raw in _checked(raws)]
        return Ragged(int64(list(chain.from_iterable(found))), int64(list(map(len, found))))

    def chunks(self) -> EachStep[Any]:
        """Return what encodes one x while it arrives."""
        return EachStep(self.encode)

    def pieces(self, raw: str, /) -> list[str]:
        """Return the symbols of a text as people read them, the end as the last."""
        return [*(self.symbols.shown(raw) if isinstance(self.symbols, Subwords) else _split(self.settings)(raw)), END]

    def decode(self, sequences: Sequence[Tensor], /) -> list[str]:
        """Return the text of each sequence up to its end."""
        return [self._text(_whole(sequence)) for sequence in sequences]

    def decode_copying(
        self, sequences: Sequence[Tensor], pieces: Sequence[Sequence[str]], alignments: Sequence[NDArray[np.float32]]
    ) -> list[str]:
        """Return the text of each sequence, and for each `<unk>` the piece of x that it looks at most.

        Args:
            sequences: (T_y,) each.
            pieces: of each x.
            alignments: (T_y, T_x) each.
        """
        found: list[str] = []
        for sequence, names, alignment in zip(sequences, pieces, alignments, strict=True):
            most = alignment[:, : max(1, len(names) - 1)].argmax(1)  # the end is nothing to copy
            indices = _whole(sequence)
            found.append(self._text(indices, [names[int(most[t])] for t in range(len(indices))]))
        return found

    def symbols_of(self, sequence: Tensor) -> list[str]:
        """Return the symbols of a sequence as people read them."""
        names = self.symbols.pieces if isinstance(self.symbols, Subwords) else self.symbols.tokens
        return [names[index] for index in cast(list[int], cast(Any, sequence).tolist())]

    def counts(self, raws: Iterable[str]) -> Tensor:
        """Return how often each symbol occurs in the texts, (V,)."""
        found = list(chain.from_iterable([*self._indices(raw), _END] for raw in raws))
        return torch.bincount(int64(found), minlength=len(self.symbols))

    def unknown(self, raws: Iterable[str]) -> UnknownReport:
        """Count the symbols of texts that are `<unk>`."""
        texts = list(raws)
        if isinstance(self.symbols, Subwords):
            return UnknownReport(sum(len(self._indices(text)) for text in texts), 0, 0.0, ())
        return self.symbols.unknown_rate(chain.from_iterable(map(_split(self.settings), texts)))

    def save(self) -> Saved:
        """Return the symbols, in order, and of subwords their scores."""
        settings = self.settings.to_dict()
        if isinstance(self.symbols, Subwords):
            pieces = Vocabulary(self.symbols.pieces, UNKNOWN)
            scores = torch.tensor(self.symbols.scores, dtype=torch.float32)
            return Saved(settings, {"symbols.txt": pieces.dumps()}, {"scores": scores})
        return Saved(settings, {"symbols.txt": self.symbols.dumps()})

    @classmethod
    def load(cls, saved: Saved, /) -> "SymbolsCodec":
        """Return the codec that was saved.

        Raises:
            DataError: symbols that cannot be, or no sentencepiece for subwords.
        """
        settings = SymbolsSettings.from_dict(saved.settings)
        symbols = Vocabulary.loads(saved.text("symbols.txt"), UNKNOWN, name="symbols.txt")
        if symbols.tokens[1:2] != (END,):
            raise DataError(f"symbols.txt does not have {END} on its second line. Copy the whole model directory.")
        if settings.units != "subwords":
            return cls(symbols, settings)
        scores = saved.tensors.get("scores")
        if scores is None or scores.dtype != torch.float32 or scores.shape != (len(symbols),):
            raise DataError("The subwords have no score each. Copy the whole model directory.")
        return cls(Subwords(symbols.tokens, tuple(cast(list[float], cast(Any, scores).tolist()))), settings)

    def _indices(self, raw: str) -> list[int]:
        """Return the indices of a text, without the end."""
        found = self._seen.get(raw)
        if found is None:
            if isinstance(self.symbols, Subwords):
                found = self.symbols.indices(raw)
            else:
                found = self.symbols.indices(_split(self.settings)(raw))
                # A text may spell out what ends texts.
                found = [_UNKNOWN if index == _END else index for index in found]
            self._seen.keep(raw, found, len(found) + 8)
        return found

    def _text(self, indices: Sequence[int], instead: Sequence[str] = ()) -> str:
        if isinstance(self.symbols, Subwords):
            return self.symbols.text(indices)
        tokens = [self.symbols.tokens[index] for index in indices]
        if self.settings.units == "characters":
            return "".join(instead[t] if instead and not i else tokens[t] for t, i in enumerate(indices))
        if instead:
            tokens = [_taken(instead[t]) if not i else tokens[t] for t, i in enumerate(indices)]
        return joined(tokens)


def _taken(token: str) -> str:
    """Return a token of x for y: a word stands for itself, a mark touches what it follows, as it did in x."""
    return token if not surface(token)[:1].isalnum() else token.removeprefix(JOINER) or token


def _split(settings: SymbolsSettings) -> Any:
    return list if settings.units == "characters" else split_reversibly


def _whole(sequence: Tensor) -> list[int]:
    """Return the indices before the end."""
    indices: list[int] = cast(Any, sequence).tolist()
    return indices[: indices.index(_END)] if _END in indices else indices


def _checked(raws: Iterable[Any]) -> Iterable[str]:
    for number, raw in enumerate(raws, 1):
        if not isinstance(raw, str):
            raise DataError(f"Example {number} has {described(raw).rstrip(',')} where a text is expected. Give a text.")
        yield raw
