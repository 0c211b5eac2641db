"""What the spelling of a word says: its normal form, its affixes and its shape.

These are the features that a conditional random field for entities has long been given (Ratinov & Roth 2009, "Design
challenges and misconceptions in named entity recognition"); here each one is an index, and so a one-hot vector.
"""

import re
from functools import lru_cache
from itertools import repeat

__all__ = ["AFFIXES", "affixes", "normal_form", "shape"]

AFFIXES = ("p1", "p2", "p3", "p4", "s1", "s2", "s3", "s4", "shape", "outline")
"""The features of `affixes`, in order: prefixes and suffixes of 1 to 4 characters, two degrees of shape."""

MAX_SHAPE = 12
REPEATS = re.compile(r"(.)\1{2,}")
RUNS = re.compile(r"(.)\1+")
DIGIT = re.compile(r"\d")
ADDRESS = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)
HANDLE = re.compile(r"@\w+")


def normal_form(word: str) -> str:
    """Return the form under which a word is looked up: lower case, digits as 0, one form for addresses and handles.

    >>> [normal_form(word) for word in ("Paris", "1998", "@teddy", "https://example.org/a")]
    ['paris', '0000', '<handle>', '<address>']
    """
    if HANDLE.fullmatch(word):
        return "<handle>"
    if ADDRESS.fullmatch(word):
        return "<address>"
    return DIGIT.sub("0", word.lower())


def shape(word: str) -> str:
    """Return the word with letters as X or x and digits as d, runs of more than two cut to two.

    >>> [shape(word) for word in ("McDonald", "iPhone", "1998", "U.S.", "don't")]
    ['XxXxx', 'xXxx', 'dd', 'X.X.', "xx'x"]
    """
    return REPEATS.sub(r"\1\1", "".join(map(_kind, word, word)))[:MAX_SHAPE]


def affixes(word: str) -> tuple[str, ...]:
    """Return the word's features, one for each name in `AFFIXES`.

    >>> affixes("Teddy")
    ('p1=t', 'p2=te', 'p3=ted', 'p4=tedd', 's1=y', 's2=dy', 's3=ddy', 's4=eddy', 'shape=Xxx', 'outline=Xx')
    """
    lower = word.lower()
    outline = RUNS.sub(r"\1", "".join(map(_kind, word, repeat("."))))[: MAX_SHAPE // 2]
    values = [*(lower[:n] for n in range(1, 5)), *(lower[-n:] for n in range(1, 5)), shape(word), outline]
    return tuple(f"{name}={value}" for name, value in zip(AFFIXES, values, strict=True))


@lru_cache(maxsize=4096)
def _kind(character: str, other: str) -> str:
    if character.isupper():
        return "X"
    if character.islower():
        return "x"
    return "d" if character.isdigit() else other
