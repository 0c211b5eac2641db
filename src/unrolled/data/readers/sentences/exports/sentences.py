"""Where a text is cut into sentences: at its line ends, or its blank lines where the lines are merely wrapped."""

import re
from collections.abc import Iterable, Sequence
from itertools import pairwise

from unrolled.data.tags import Span

__all__ = ["LONG_LINE", "RULE", "is_wrapped", "pieces", "sentence_ends"]

LONG_LINE = 100
"""Words; a longer line is cut after its full stops, too. 99 % of the sentences of newspaper corpora are shorter."""
RULE = f"lines (over {LONG_LINE} words also after . ! ?)"

_END = r"(?:\r\n|[\n\r\v\f\x85\u2028\u2029])"
_LINE_END = re.compile(_END)
_BLANK_LINE = re.compile(rf"{_END}(?:[^\S\r\n]*{_END})+")
_STOPS = frozenset({".", "!", "?", "…", "...", "。", "！", "？", "؟", "।"})
_CLOSING = frozenset({'"', "'", "”", "’", "»", ")", "]", "''", "」", "』"})
_MANY = 3


def is_wrapped(text: str) -> bool:
    """Return whether the lines of a text end where its window ended: the next word would not have fitted.

    >>> wrapped = "The old bear sat down\\nbeside the river that\\nruns through the old\\ntown of Bern"
    >>> is_wrapped(wrapped), is_wrapped("a\\nb\\nc\\nd")
    (True, False)
    """
    paragraphs = [_LINE_END.split(paragraph) for paragraph in _BLANK_LINE.split(text)]
    width = max(len(line) for lines in paragraphs for line in lines)
    breaks = [(one, two) for lines in paragraphs for one, two in pairwise(lines) if two.strip()]
    if len(breaks) < _MANY or width < 20:
        return False
    full = sum(len(one.rstrip()) + 1 + len(two.split(None, 1)[0]) > width for one, two in breaks)
    goes_on = sum(two.lstrip()[:1].islower() and one.rstrip()[-1:] not in _STOPS for one, two in breaks)
    return full >= 0.9 * len(breaks) and goes_on >= 0.5 * len(breaks)


def pieces(
    text: str, spans: Iterable[Span], *, wrapped: bool, given: Sequence[tuple[int, int]] | None = None
) -> list[tuple[int, int]]:
    """Return the parts of a text that are sentences each; none is cut inside a span.

    Args:
        text: with its line ends.
        spans: in characters.
        wrapped: whether only blank lines end a sentence.
        given: where the file itself says that sentences stand.
    """
    if given is not None:
        cuts = [start for start, _ in given if start > 0]
    else:
        cuts = [match.end() for match in (_BLANK_LINE if wrapped else _LINE_END).finditer(text)]
    inside = [(span.start, span.end) for span in spans]
    kept = [0]
    k = 0
    inside.sort()
    for cut in sorted(set(cuts)):
        while k < len(inside) and inside[k][1] <= cut:
            k += 1
        if cut < len(text) and not (k < len(inside) and inside[k][0] < cut):
            kept.append(cut)
    return list(zip(kept, [*kept[1:], len(text)], strict=True))


def sentence_ends(tokens: Sequence[str], tags: Sequence[str]) -> list[int]:
    """Return after how many tokens of a long line a sentence ends, the last one included.

    >>> sentence_ends(["He", "sat", ".", '"', "So", "?"], ["O"] * 6)
    [4, 6]
    """
    ends: list[int] = []
    for i, token in enumerate(tokens):
        goes_on = i + 1 < len(tokens) and (tokens[i + 1] in _CLOSING | _STOPS or tags[i + 1].startswith("I"))
        closes = token in _STOPS or (token in _CLOSING and ends[-1:] != [i] and _stopped(tokens, i))
        if closes and not goes_on:
            ends.append(i + 1)
    return ends if ends[-1:] == [len(tokens)] else [*ends, len(tokens)]


def _stopped(tokens: Sequence[str], i: int) -> bool:
    while i > 0 and tokens[i] in _CLOSING:
        i -= 1
    return tokens[i] in _STOPS
