"""Every tokenizer by its name."""

import re
from collections.abc import Callable

from unrolled.data.tokenizer.characters import characters, every_character
from unrolled.data.tokenizer.words import tokenize
from unrolled.errors import SettingsError

__all__ = ["TOKENIZERS", "tokenizer_of"]

_PIECE = re.compile(r"[^ \t\r\n\f\v]+")


def _whitespace(text: str) -> list[str]:
    """Split at ASCII white space only: a no-break or ideographic space may be part of a token."""
    return _PIECE.findall(text)


TOKENIZERS: dict[str, Callable[[str], list[str]]] = {
    "words": tokenize,
    "characters": characters,
    "every_character": every_character,
    "whitespace": _whitespace,
}


def tokenizer_of(name: str) -> Callable[[str], list[str]]:
    """Return the tokenizer of that name.

    >>> tokenizer_of("whitespace")("can't stop"), tokenizer_of("characters")("东京 2024")
    (["can't", 'stop'], ['东', '京', '2024'])

    Raises:
        SettingsError: there is none of that name.
    """
    if name not in TOKENIZERS:
        raise SettingsError(f"There is no tokenizer {name!r}. Give one of {', '.join(TOKENIZERS)}.")
    return TOKENIZERS[name]
