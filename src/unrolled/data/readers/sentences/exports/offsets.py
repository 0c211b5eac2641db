"""What an offset counts: code points, as most tools do, UTF-16 code units, as JavaScript does, or bytes.

Beyond that a tool may have left out a byte-order mark, or may have known another line end than the file has now.
"""

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from unrolled.data.readers.sentences.exports.document import Document, Mark

__all__ = ["CHARACTERS", "UNITS", "Counting", "counting_of", "says", "squeezed"]

MARK = "\ufeff"
ENOUGH = 0.95
"""The share of spans that must say what their file says for a way of counting that is not the usual one."""

UNITS = {"characters": "characters", "utf16": "UTF-16 code units", "bytes": "bytes of UTF-8"}


@dataclass(frozen=True)
class Counting:
    """A way to count.

    Attributes:
        unit: one of UNITS.
        marked: whether a leading byte-order mark counts.
        line_end: how much a line end counts: "same" for what it is in the text, else 1 or 2.
    """

    unit: str = "characters"
    marked: bool = True
    line_end: str = "same"

    def __str__(self) -> str:
        more = ("" if self.marked else ", without the byte-order mark") + (
            "" if self.line_end == "same" else f", with line ends of {self.line_end}"
        )
        return UNITS[self.unit] + more

    def places(self, text: str, marks: Iterable[Mark]) -> list[tuple[int, int] | None]:
        """Return where each mark stands in the text, in code points; None where that is outside, or within one."""
        if self == CHARACTERS or (text.isascii() and "\n" not in text and "\r" not in text):
            whole = range(len(text) + 1)
            return [(m.start, m.end) if m.start in whole and m.end in whole else None for m in marks]
        counts = itertools.accumulate(map(self._size, text, MARK + text, [*text[1:], ""]), initial=0)
        place = {count: i for i, count in enumerate(counts)}  # what counts nothing belongs to what precedes it
        found = [(place.get(m.start), place.get(m.end)) for m in marks]
        return [None if start is None or end is None else (start, end) for start, end in found]

    def _size(self, character: str, before: str, after: str) -> int:
        if character == MARK and before == MARK and not self.marked:
            return 0
        if self.line_end == "1" and character == "\r" and after == "\n":
            return 0
        if self.line_end == "2" and character == "\n" and before != "\r":
            return 2
        if self.unit == "bytes":
            return len(character.encode("utf-8", "surrogatepass"))
        return 2 if self.unit == "utf16" and character > "\uffff" else 1


CHARACTERS = Counting()
_WAYS = [
    Counting(unit, marked, line_end) for marked in (True, False) for line_end in ("same", "1", "2") for unit in UNITS
]


def counting_of(documents: Sequence[Document], unit: str) -> Counting:
    """Return the way of counting in which the spans say what the file says of them.

    `unit` is one of UNITS, or "detect". Of several ways that fit the first is taken; without texts of spans, or where
    no way fits, that is characters.
    """
    ways = [way for way in _WAYS if unit in {"detect", way.unit}]
    told = [document for document in documents if any(mark.text is not None for mark in document.marks)]
    total = sum(mark.text is not None for document in told for mark in document.marks)
    if _num_said(told, ways[0]) == total:
        return ways[0]
    said = [_num_said(told, way) for way in ways]
    best = max(range(len(ways)), key=said.__getitem__)
    return ways[best] if said[best] >= ENOUGH * total and said[best] > said[0] else ways[0]


def _num_said(documents: Iterable[Document], way: Counting) -> int:
    return sum(
        mark.text is not None and place is not None and says(document.text, place, mark)
        for document in documents
        for mark, place in zip(document.marks, way.places(document.text, document.marks), strict=True)
    )


def says(text: str, place: tuple[int, int], mark: Mark) -> bool:
    """Return whether a place of the text says what the mark does, white space aside."""
    return mark.text is None or squeezed(text[place[0] : place[1]]) == squeezed(mark.text)


def squeezed(text: str) -> str:
    r"""Return a text without white space, also where a tool spells a line's end as `\n`.

    >>> squeezed("New\n York"), squeezed(r"New\nYork")
    ('NewYork', 'NewYork')
    """
    return "".join(text.replace("\\r", "").replace("\\n", "").replace(MARK, "").split())
