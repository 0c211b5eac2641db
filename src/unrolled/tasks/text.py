"""Lines of text as words, and words in fields and lines again: what tasks on text share."""

import re
from collections.abc import Sequence

from unrolled.data.readers.source import split_at_spaces
from unrolled.data.tokenizer import tokenize

__all__ = ["field", "places", "read_words_of"]

_UNSAFE_IN_A_FIELD = re.compile(r"[\s\x00-\x1f\x7f-\x9f]")


def read_words_of(line: str, split: bool) -> tuple[str, ...] | None:
    """Return the words of a line, None where it has none; `split` where white space alone separates them already.

    >>> read_words_of("He can't.", False), read_words_of("He can't.", True), read_words_of(" ", False)
    (('He', 'ca', "n't", '.'), ('He', "can't."), None)
    """
    words = split_at_spaces(line) if split else tokenize(line)
    return tuple(words) or None


def field(text: str) -> str:
    """Return a text that can be a field between tabs and spaces: white space and control characters are escaped.

    >>> field("B-NEW YORK")
    'B-NEW\\\\x20YORK'
    """
    return _UNSAFE_IN_A_FIELD.sub(lambda match: f"\\x{ord(match[0]):02x}", text)


def places(line: str, words: Sequence[str]) -> list[tuple[int, int]]:
    """Return where each word stands in the line that it was cut from.

    >>> places("so, so", ["so", ",", "so"])
    [(0, 2), (2, 3), (4, 6)]
    """
    found: list[tuple[int, int]] = []
    end = 0
    for word in words:
        start = line.index(word, end)
        end = start + len(word)
        found.append((start, end))
    return found
