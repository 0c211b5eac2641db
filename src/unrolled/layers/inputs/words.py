"""From words to vectors: the word itself, its affixes and its characters, side by side."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Literal

import torch
from torch import Tensor, nn

from unrolled.data.codecs.encoded import EncodedWords
from unrolled.data.ragged import Ragged
from unrolled.data.spaces import Spelled
from unrolled.errors import SettingsError
from unrolled.layers.characters import CharacterEncoder
from unrolled.layers.dropout import word_dropout
from unrolled.layers.initialise import generator_or_default
from unrolled.settings import LARGEST_SIZE, Settings, setting

__all__ = ["WordsInput", "WordsInputSettings"]


@dataclass(frozen=True, kw_only=True)
class WordsInputSettings(Settings):
    """What the vector of a word is made of.

    Attributes:
        word_size: length of the word vectors; 0 for none.
        affix_size: length of each affix and shape vector; 0 for none.
        character_encoder: what reads the characters of a word, "convolutional" or "recurrent".
        character_size: length of the character encoding; 0 for none.
        word_dropout: d: in training a word seen c times is replaced by `<unk>` with probability d / (d + c)
            (Kiperwasser & Goldberg 2016, arXiv:1603.04351v3).
    """

    title: ClassVar[str] = "setting of the input"

    word_size: int = setting(100, most=LARGEST_SIZE)
    affix_size: int = setting(25, most=LARGEST_SIZE)
    character_encoder: Literal["convolutional", "recurrent"] = setting("convolutional", when=("character_size", bool))
    character_size: int = setting(0, most=LARGEST_SIZE)
    word_dropout: float = setting(0.25, when=("word_size", bool))

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.word_size + self.affix_size + self.character_size:
            raise SettingsError("word_size, affix_size and character_size are all 0. Give at least one of them a size.")


class WordsInput(nn.Module):
    """x⟨t⟩ of each word: [word vector | vectors of its affixes and shapes | character encoding].

    A word index stands for its one-hot vector: row i of `words` is the product with it. Affixes and characters are
    encoded once for each distinct word of the batch.

    Args:
        space: sizes of the three vocabularies; `<unk>` is index 0 in each.
        settings: what the vector is made of.
        generator: where the initial values come from: uniform with variance 1/size (He et al. 2015, arXiv:1502.01852v1,
            keep the variance of a sum over inputs; here of a product with Wax).
    """

    def __init__(
        self, space: Spelled, settings: WordsInputSettings, *, generator: torch.Generator | None = None
    ) -> None:
        super().__init__()
        generator = generator_or_default(generator)
        self.space, self.settings = space, settings
        word_size, affix_size, character_size = settings.word_size, settings.affix_size, settings.character_size
        self.words = _table(space.words, word_size, generator) if word_size else None
        self.affixes = _table(space.affixes, affix_size, generator) if affix_size else None
        self.characters = (
            CharacterEncoder(space.characters, character_size, kind=settings.character_encoder, generator=generator)
            if character_size
            else None
        )
        self.size = word_size + affix_size * space.features + character_size
        self.forget: Tensor | None = None
        """(V,), how likely each word is replaced by `<unk>` in training: what training knows of its data."""

    def observe(self, x_counts: Tensor | None) -> None:
        """Take in how often each word occurs in the training data, (V,): for the word dropout."""
        d = self.settings.word_dropout
        if x_counts is None or not d:
            self.forget = None
        else:
            self.forget = d / (d + x_counts.clamp(min=1).to(torch.get_default_dtype()))

    def forward(self, x: EncodedWords, noise: torch.Generator | None = None) -> Ragged:
        """Return x⟨t⟩, Ragged rows (M, size); `noise` is the source of the word dropout, None for none."""
        parts: list[Tensor] = []
        if self.words is not None:
            forget = 0.0 if self.forget is None else self.forget.index_select(0, x.indices.rows)
            parts.append(nn.functional.embedding(word_dropout(x.indices.rows, forget, 0, noise), self.words))
        distinct: list[Tensor] = []
        if self.affixes is not None:
            distinct.append(nn.functional.embedding(x.affixes, self.affixes).flatten(1))
        if self.characters is not None:
            distinct.append(self.characters(x.characters))
        if distinct:
            # A look-up, since index_select's own gradient is three times as slow where it must be deterministic.
            parts.append(nn.functional.embedding(x.distinct, torch.cat(distinct, 1)))
        return x.indices.with_rows(torch.cat(parts, 1))

    def symbols(self) -> Mapping[str, tuple[str, int]]:
        """Return the letters of the shapes."""
        space, settings = self.space, self.settings
        found = {
            "D": ("length of x⟨t⟩: the vectors of a word, its affixes and its characters", self.size),
            "V": ("words of the vocabulary", space.words),
            "E": ("length of a word vector", settings.word_size),
        }
        if settings.affix_size:
            found |= {
                "F": ("affixes and shapes of a word", space.features),
                "Va": ("affixes and shapes of the vocabulary", space.affixes),
                "Ea": ("length of an affix vector", settings.affix_size),
            }
        if self.characters is not None:
            found |= {
                "Vc": ("characters of the vocabulary", space.characters),
                "Ec": ("length of a character vector", self.characters.embedding.shape[1]),
                "C": ("length of a word's character encoding", settings.character_size),
            }
        return found

    def shapes(self) -> Mapping[str, tuple[str, ...]]:
        """Return the shape of each parameter in symbols."""
        found: dict[str, tuple[str, ...]] = {"words": ("V", "E"), "affixes": ("Va", "Ea")}
        if self.characters is not None:
            found |= {f"characters.{name}": shape for name, shape in self.characters.shapes().items()}
        return found


def _table(num_rows: int, size: int, generator: torch.Generator) -> nn.Parameter:
    bound = math.sqrt(3.0 / size)
    return nn.Parameter((2 * torch.rand(num_rows, size, generator=generator) - 1) * bound)
