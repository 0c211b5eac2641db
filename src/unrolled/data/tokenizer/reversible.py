"""Words and marks from which the text can be put together again, whatever the script and its direction."""

import unicodedata
from collections.abc import Iterable

__all__ = ["JOINER", "joined", "split_reversibly", "surface"]

JOINER = "￭"
"""Stands before a token that follows the one before it without a space."""


def split_reversibly(text: str) -> list[str]:
    """Return the words and marks of a text; one that touches the token before it begins with the joiner.

    A run of letters, digits and their marks is a token, every other character is one. White space is one space.

    >>> split_reversibly("L'eau, dit-il")
    ['L', "￭'", '￭eau', '￭,', 'dit', '￭-', '￭il']
    """
    tokens: list[str] = []
    for piece in text.split():
        start, end = 0, 0
        while start < len(piece):
            end = start + 1
            while _in_word(piece[start]) and end < len(piece) and _in_word(piece[end]):
                end += 1
            tokens.append((JOINER if start else "") + piece[start:end])
            start = end
    return tokens


def joined(tokens: Iterable[str]) -> str:
    """Return the text of tokens.

    >>> joined(split_reversibly("L'eau, dit-il"))
    "L'eau, dit-il"
    """
    text = ""
    for token in tokens:
        touches = len(token) > 1 and token.startswith(JOINER)
        text += token[1:] if touches else (" " + token if text else token)
    return text


def surface(token: str) -> str:
    """Return a token as it stands in the text.

    >>> surface("￭eau"), surface("eau")
    ('eau', 'eau')
    """
    return token[1:] if len(token) > 1 and token.startswith(JOINER) else token


def _in_word(character: str) -> bool:
    return character.isalnum() or unicodedata.category(character).startswith("M")
