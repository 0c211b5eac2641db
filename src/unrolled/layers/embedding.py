"""From words to vectors: the word itself, its affixes and its characters, side by side."""

import math
from typing import Literal

import torch
from torch import Tensor, nn

from unrolled.data.codecs import EncodedWords
from unrolled.data.ragged import Ragged
from unrolled.layers.characters import CharacterEncoder
from unrolled.layers.dropout import word_dropout
from unrolled.layers.initialise import generator_or_default

__all__ = ["WordEmbedding"]


class WordEmbedding(nn.Module):
    """x⟨t⟩ of each word: [word vector | vectors of its affixes and shapes | character encoding].

    A word index stands for its one-hot vector: row i of `words` is the product with it. Affixes and characters are
    encoded once for each distinct word of the batch.

    Args:
        num_words, num_affixes, num_characters: sizes of the three vocabularies; `<unk>` is index 0 in each.
        word_size, affix_size, character_size: length of the word vector, of each affix vector and of the character
            encoding; 0 leaves the part out.
        num_affix_features: F, the number of affixes and shapes of a word.
        character_encoder: "convolutional" or "recurrent".
        generator: where the initial values come from: uniform with variance 1/size (He et al. 2015, arXiv:1502.01852v1,
            keep the variance of a sum over inputs; here of a product with Wax).
    """

    def __init__(
        self,
        num_words: int,
        num_affixes: int,
        num_characters: int,
        *,
        word_size: int,
        affix_size: int,
        num_affix_features: int,
        character_size: int,
        character_encoder: Literal["convolutional", "recurrent"],
        generator: torch.Generator | None = None,
    ) -> None:
        super().__init__()
        generator = generator_or_default(generator)
        self.words = _table(num_words, word_size, generator) if word_size else None
        self.affixes = _table(num_affixes, affix_size, generator) if affix_size else None
        self.characters = (
            CharacterEncoder(num_characters, character_size, kind=character_encoder, generator=generator)
            if character_size
            else None
        )
        self.size = word_size + affix_size * num_affix_features + character_size

    def forward(self, x: EncodedWords, forget: Tensor | float = 0.0, noise: torch.Generator | None = None) -> Ragged:
        """Return Ragged rows (M, size).

        Args:
            x: the encoded sentences.
            forget: the probability that a word is replaced by `<unk>` in training, one number or one for each row (M,).
            noise: the source of that chance; None for none.
        """
        parts: list[Tensor] = []
        if self.words is not None:
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


def _table(num_rows: int, size: int, generator: torch.Generator) -> nn.Parameter:
    bound = math.sqrt(3.0 / size)
    return nn.Parameter((2 * torch.rand(num_rows, size, generator=generator) - 1) * bound)
