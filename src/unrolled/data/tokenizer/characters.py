"""Characters of text that is written without spaces between words: Chinese, Japanese, Thai, Lao, Khmer, Burmese.

A character is what a reader takes for one: with its combining marks, an emoji with all that is joined to it, a flag.
"""

import itertools
import re
import unicodedata

from unrolled.data.tokenizer.words import tokenize

__all__ = ["SPACELESS", "characters", "every_character"]

SPACELESS = (
    "\u2e80-\u2fd5\u3005-\u3007\u3021-\u3029\u3038-\u303b\u3400-\u4dbf\u4e00-\u9fff"  # Han
    "\uf900-\ufaff\U00020000-\U0003fffd"
    "\u3041-\u309f\u30a0-\u30ff\u31f0-\u31ff\uff66-\uff9f\U0001b000-\U0001b16f"  # Hiragana, Katakana
    "\u3105-\u312f\u31a0-\u31bf"  # Bopomofo
    "\u0e01-\u0e3a\u0e40-\u0e4e"  # Thai, without its digits
    "\u0e81-\u0ece\u0edc-\u0edf"  # Lao
    "\u1000-\u103f\u1050-\u108f\u109a-\u109d"  # Burmese
    "\u1780-\u17d3\u17d7\u17dc-\u17dd"  # Khmer
)
"""The letters of scripts that are written without spaces, as a regular expression has them between brackets."""

_SPACELESS = re.compile(f"[{SPACELESS}]")
_ZERO_WIDTH_SPACE = "\u200b"
_STACKS_THE_NEXT = ("\u1039", "\u17d2")
"""Burmese and Khmer signs by which the next consonant is written below."""
_SPACING_MARKS = ("\u0e33", "\u0eb3", "\uff9e", "\uff9f")
"""Letters to Unicode's categories, but parts of the character before: am of Thai and Lao, halfwidth voicing marks."""


def characters(text: str) -> list[str]:
    """Return each character of a script without spaces as a token; all else is split as `tokenize` does.

    >>> characters("2023年GDP增长5.2%，不错👍🏽")
    ['2023', '年', 'GDP', '增', '长', '5.2', '%', '，', '不', '错', '👍🏽']
    """
    if text.isascii() or _SPACELESS.search(text) is None:
        return tokenize(text)
    tokens: list[str] = []
    begun = end = 0
    for start, end in _clusters(text):
        if _SPACELESS.match(text, start):
            tokens += _words(text[begun:start])
            tokens.append(text[start:end])
            begun = end
    return tokens + _words(text[begun:end])


def every_character(text: str) -> list[str]:
    """Return every character as a token but white space, letters of Latin words and digits of numbers, too.

    >>> every_character("GDP增长 5%")
    ['G', 'D', 'P', '增', '长', '5', '%']
    """
    return [text[start:end] for start, end in _clusters(text) if not _is_space(text[start])]


def _words(text: str) -> list[str]:
    """Return the words between characters; there a zero width space separates words as a space does."""
    return [word for piece in text.split(_ZERO_WIDTH_SPACE) for word in tokenize(piece)]


def _clusters(text: str) -> list[tuple[int, int]]:
    """Return where each character, with what belongs to it, begins and ends."""
    starts: list[int] = []
    for i in range(len(text)):
        if not starts or not _belongs(text, starts[-1], i):
            starts.append(i)
    return list(itertools.pairwise([*starts, len(text)]))


def _belongs(text: str, start: int, i: int) -> bool:
    """Return whether the code point at i is a part of the character that begins at start."""
    code, before = text[i], text[i - 1]
    if code.isascii() or _is_space(code) or _is_space(before):
        return False
    if before == "\u200d":  # emoji are joined by it; letters are not
        return not text[start].isalnum()
    return (
        unicodedata.category(code) in {"Mn", "Mc", "Me", "Cf"}
        or "\U0001f3fb" <= code <= "\U0001f3ff"  # the colour of skin
        or before in _STACKS_THE_NEXT
        or code in _SPACING_MARKS
        or (
            "\U0001f1e6" <= code <= "\U0001f1ff" and i - start == 1 and "\U0001f1e6" <= before <= "\U0001f1ff"
        )  # a flag
        or (
            "\u1160" <= code <= "\u11ff" and ("\u1100" <= before <= "\u11ff" or "\uac00" <= before <= "\ud7a3")
        )  # Korean
        or ("\udc00" <= code <= "\udfff" and "\ud800" <= before <= "\udbff")  # halves of a surrogate pair
    )


def _is_space(code: str) -> bool:
    return code.isspace() or code == _ZERO_WIDTH_SPACE
