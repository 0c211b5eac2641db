"""Which tokenizer texts want, and which one tokens came from."""

import re
from collections.abc import Mapping, Sequence

from unrolled.data.tokenizer.characters import SPACELESS, every_character

__all__ = ["detect_tokenizer", "detect_tokenizer_of_tokens", "spaceless_share"]

LEAST_SHARE = 0.3
"""From that share of letters of scripts without spaces on, texts are split by characters."""
LEAST_SHARE_OF_TOKENS = 0.1
"""Likewise of tokens, which have been split already: what is asked is only how."""
SEPARATED = 0.15
"""So many white spaces for each letter, and somebody has separated the words already."""
MANY = 10_000
"""Of more texts that many are looked at."""

_LETTER = re.compile(r"[^\W\d_]")
_SPACELESS = re.compile(f"[{SPACELESS}]")
_GAP = re.compile(f"[{SPACELESS}][^\\S\\n]+(?=[{SPACELESS}])")


def detect_tokenizer(texts: Sequence[str]) -> str:
    """Return "characters" for texts in a script without spaces, else "words".

    Texts whose words have been separated by spaces keep their words.

    >>> detect_tokenizer(["He can't."]), detect_tokenizer(["我喜欢这部电影"]), detect_tokenizer(["我 喜欢 这 部 电影"])
    ('words', 'characters', 'words')
    """
    texts = _some(texts)
    if spaceless_share(texts) < LEAST_SHARE:
        return "words"
    letters, gaps = (sum(len(part.findall(text)) for text in texts) for part in (_SPACELESS, _GAP))
    return "words" if gaps >= SEPARATED * letters else "characters"


def spaceless_share(texts: Sequence[str]) -> float:
    """Return the share of letters that are of scripts without spaces.

    >>> spaceless_share(["ABC 东京大"])
    0.5
    """
    texts = _some(texts)
    spaceless = sum(len(_SPACELESS.findall(text)) for text in texts if not text.isascii())
    if not spaceless:
        return 0.0
    # Vowel signs, of Thai for example, are letters here alone.
    return min(1.0, spaceless / max(1, sum(len(_LETTER.findall(text)) for text in texts)))


def detect_tokenizer_of_tokens(counts: Mapping[str, int]) -> str:
    """Return the tokenizer that raw text wants, so that it gives tokens such as these, each with its count.

    >>> from collections import Counter
    >>> detect_tokenizer_of_tokens(Counter(["东", "京", "在", "GDP"])), detect_tokenizer_of_tokens(Counter(["东京"]))
    ('characters', 'words')
    """
    letters = spaceless = single = alone = runs = 0
    for token, count in counts.items():
        own = 0 if token.isascii() else len(_SPACELESS.findall(token))
        letters += count * max(own, len(token))
        spaceless += count * own
        if own and len(every_character(token)) == 1:
            single += count * own
        elif not own and token.isalnum():
            alone, runs = (alone + count, runs) if len(token) == 1 else (alone, runs + count)
    if spaceless < LEAST_SHARE_OF_TOKENS * letters or single < 0.9 * spaceless or not spaceless:
        return "words"
    # Where not even Latin words and numbers are whole, every character was cut off.
    return "every_character" if alone >= 20 and runs < 0.02 * alone else "characters"


def _some(texts: Sequence[str]) -> Sequence[str]:
    return texts if len(texts) <= MANY else texts[:: len(texts) // MANY]
