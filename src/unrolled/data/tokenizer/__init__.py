"""Raw text as tokens: four ways, and how one of them is found."""

from unrolled.data.tokenizer.characters import characters, every_character
from unrolled.data.tokenizer.detect import detect_tokenizer, detect_tokenizer_of_tokens, spaceless_share
from unrolled.data.tokenizer.places import places
from unrolled.data.tokenizer.table import TOKENIZERS, tokenizer_of
from unrolled.data.tokenizer.words import tokenize

__all__ = [
    "TOKENIZERS",
    "characters",
    "detect_tokenizer",
    "detect_tokenizer_of_tokens",
    "every_character",
    "places",
    "spaceless_share",
    "tokenize",
    "tokenizer_of",
]
