"""Whether offsets that are taken for characters look like something else."""

import re
import unicodedata
from collections.abc import Iterable, Sequence

from unrolled.data.readers.doubt import Doubt
from unrolled.data.readers.sentences.exports.document import Document, Mark
from unrolled.data.readers.sentences.exports.offsets import CHARACTERS, UNITS, Counting
from unrolled.data.readers.source import counted

__all__ = ["fits_as_characters", "offset_doubts"]

MANY = 3
"""Of fewer spans, most of which cut words, nothing can be said but where another way of counting fits them all."""
SURE = 5
"""So many spans that count tokens do not all fit the borders of words by chance."""

_CASED = {"Lu", "Ll", "Lt", "Nd"}
_WORD = re.compile(r"\S+")


def offset_doubts(documents: Sequence[Document]) -> Iterable[Doubt]:
    """Return a doubt where most spans, taken for characters, begin or end inside words.

    Letters count that have a case: scripts without one may be written without spaces. Spans that say their text are out
    of doubt.
    """
    untold = [d for d in documents if d.tokens is None and any(mark.text is None for mark in d.marks)]
    total = sum(mark.text is None for document in untold for mark in document.marks)
    wrong = [found for document in untold for found in _wrong(document, CHARACTERS)]
    if not wrong:
        return
    line, example = wrong[0]
    found = (
        f"{len(wrong):,} of {counted(total, 'span')} would begin or end inside a word or outside the text, if offsets "
        f"counted characters, such as {example}"
    )
    by_tokens = all(_fits_tokens(document) for document in untold)
    for unit in ("utf16", "bytes"):
        if not any(True for document in untold for _ in _wrong(document, Counting(unit), rims=True)):
            yield Doubt("offsets", "always", f"{found}; as {UNITS[unit]} all of them fit", _way_out(unit), line)
            return
    if 2 * len(wrong) > total and by_tokens:
        yield Doubt("offsets", "always", f"{found}; as numbers of tokens all of them fit", _way_out("tokens"), line)
    elif 2 * len(wrong) > total >= MANY:
        way_out = "Check what they count: --set offsets=utf16, offsets=bytes or offsets=tokens"
        yield Doubt("offsets", "always", found, way_out, line)


def _way_out(unit: str) -> str:
    return f"Give --set offsets={unit}"


def _wrong(document: Document, way: Counting, *, rims: bool = False) -> Iterable[tuple[int, str]]:
    """Yield line and name of each span that cuts a word or is outside; with `rims`, or has white space at its rim."""
    text = document.text
    for mark, place in zip(document.marks, way.places(text, document.marks), strict=True):
        if mark.text is not None:
            continue
        if place is None or place[0] >= place[1]:
            yield document.line, f"{mark.start}:{mark.end} ({mark.type})"
        elif any(_cuts(text, at) for at in place) or (rims and text[slice(*place)] != text[slice(*place)].strip()):
            yield document.line, f"{text[slice(*place)]!r} ({mark.type}) of {_around(text, place)!r}"


def _around(text: str, place: tuple[int, int]) -> str:
    """Return the words that a span touches, cut where they are long."""
    start, end = place
    while start > 0 and not text[start - 1].isspace():
        start -= 1
    while end < len(text) and not text[end].isspace():
        end += 1
    return text[start:end] if end - start <= 40 else text[start : start + 39] + "…"


def _cuts(text: str, at: int) -> bool:
    return 0 < at < len(text) and all(unicodedata.category(text[i]) in _CASED for i in (at - 1, at))


def _fits_tokens(document: Document) -> bool:
    num_tokens = len(_WORD.findall(document.text))
    return all(0 <= mark.start < mark.end <= num_tokens for mark in document.marks)


def fits_as_characters(sentences: Iterable[tuple[Sequence[str], Sequence[Mark]]], *, sure: bool) -> bool:
    """Return whether spans beside tokens all stand at the rims of words, if they count the characters of the tokens
    with a blank between each two; `sure` where so many of them must then mean other words that this is no chance.
    """
    total = differing = 0
    for tokens, marks in sentences:
        starts, ends, at = dict[int, int](), dict[int, int](), 0
        for number, token in enumerate(tokens):
            starts[at], ends[at + len(token)] = number, number + 1
            at += len(token) + 1
        if not all(mark.start in starts and mark.end in ends for mark in marks):
            return False
        total += len(marks)
        differing += sum((starts[mark.start], ends[mark.end]) != (mark.start, mark.end) for mark in marks)
    return differing >= SURE if sure else total > 0
