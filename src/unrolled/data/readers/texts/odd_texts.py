"""What stands in texts that is hardly meant: marks, characters that are not seen, markup, rows of a table."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from unrolled.data.readers.doubt import Doubt
from unrolled.data.readers.source import counted

__all__ = ["OddTexts"]

MOST = 0.9
"""The share of texts that must end in a field of few values for the separator to be the wrong one."""
FEW_ENDS = 20
"""The most values of such a field: ten stars in halves."""

_HIDDEN = re.compile(r"[\x00-\x08\x0e-\x1f\x7f\u180e\u200b\u2060-\u2064\ufff9-\ufffb]")
"""Not joiners and soft hyphens, which words and emoji have, nor the marks of direction of Arabic and Hebrew."""
_HTML = re.compile(
    r"</?(?:br|p|b|i|a|div|span|strong|em|ul|li|img|h[1-6])\b[^<>]*>|&(?:amp|lt|gt|quot|nbsp|#\d+);", re.I
)
_ESCAPED = re.compile(r"(?<![\\\w:])\\[nrt](?![a-z])|(?<=[\w.!?,])\\n")
_DECODED = re.compile(r"[\x80-\x9f]|â€[œ™˜“”\x9d¦]|Ã[\u0080-\u00bf]|ï»¿")
_END = re.compile(r"[,;|\t]\s*([^,;|\t\s]{1,20})\s*$")
_SOME = re.compile(r"[^\x20-\x7e\n\r\t]|[<&\\]")

_WAYS_OUT = {
    "a byte-order mark (U+FEFF)": "Check how the file was put together",
    "a character that was lost (U+FFFD)": "Write the file again from its source",
    "characters that were decoded wrongly": "Write the file again, as UTF-8 from its source",
    "an invisible character": "Take it out if it is not meant",
    "markup": "Take it out if its tags are no words",
    "escaped ends of lines": "Write a space for \\n",
}


@dataclass
class OddTexts:
    """Finds what is odd while texts go by."""

    found: dict[str, list[tuple[int, str, str]]] = field(default_factory=dict[str, list[tuple[int, str, str]]])
    several: list[tuple[int, str, str]] = field(default_factory=list[tuple[int, str, str]])
    ends: Counter[str] = field(default_factory=Counter[str])
    first: tuple[int, str] | None = None
    number: int = 0

    def see(self, text: str, line: int, file: str) -> None:
        """Look at one text."""
        self.number += 1
        self.first = self.first or (line, file)
        end = _END.search(text[-40:])
        if end is not None:
            self.ends[end[1]] += 1
        if "\n" in text.strip():
            self.several.append((line, file, text))
        if _SOME.search(text) is None:
            return
        for kind, excerpt in _odd(text):
            self.found.setdefault(kind, []).append((line, file, excerpt))

    def doubts(self, labels: Counter[str]) -> Iterator[Doubt]:
        """Return what was odd, once the labels are known."""
        if self.first is not None and self._are_rows():
            ends = ", ".join(end for end, _ in self.ends.most_common(3))
            found = (
                f"nearly every text ends in a separator and one of a few fields ({ends}): whole rows, taken for texts"
            )
            way_out = "Separate text and label by the character that parts all columns"
            yield Doubt("odd_texts", "always", found, way_out, self.first[0] or None, self.first[1])
        swallowed = [(line, file) for line, file, text in self.several if not file and _holds_rows(text, labels)]
        if swallowed:
            found = f"{counted(len(swallowed), 'text')} with further rows of the file inside, label and all"
            way_out = 'Close the quotation mark that opens there; inside quotation marks write " as ""'
            yield Doubt("odd_texts", "always", found, way_out, *swallowed[0])
        for kind, places in self.found.items():
            line, file, excerpt = places[0]
            found = f"{counted(len(places), 'text')} with {kind}, such as {excerpt}"
            yield Doubt("odd_texts", "never", found, _WAYS_OUT[kind], line or None, file)

    def _are_rows(self) -> bool:
        return (
            self.number >= 4
            and self.ends.total() >= MOST * self.number
            and len(self.ends) <= min(FEW_ENDS, self.number // 2)
        )


def _odd(text: str) -> Iterator[tuple[str, str]]:
    if not text.isascii():
        if "\ufeff" in text:
            yield "a byte-order mark (U+FEFF)", _around(text, text.index("\ufeff"))
        if "\ufffd" in text:
            yield "a character that was lost (U+FFFD)", _around(text, text.index("\ufffd"))
        wrong = _DECODED.search(text)
        if wrong is not None:
            yield "characters that were decoded wrongly", _around(text, wrong.start())
    hidden = _HIDDEN.search(text)
    if hidden is not None:
        yield "an invisible character", _around(text, hidden.start())
    markup = _HTML.search(text)
    if markup is not None:
        yield "markup", repr(markup[0][:40])
    if _ESCAPED.search(text) is not None:
        yield "escaped ends of lines", r"'\n'"


def _around(text: str, place: int) -> str:
    part = text[max(0, place - 10) : place + 10]
    return "'" + "".join(c if c.isprintable() else f"<U+{ord(c):04X}>" for c in part) + "'"


def _holds_rows(text: str, labels: Counter[str]) -> bool:
    """Return whether a line inside a text ends or begins with a separator and a label that others have.

    In prose a space follows a comma, but for those in numbers.
    """
    for line in text.split("\n")[:-1]:
        for separator in ",;":
            before, _, last = line.rpartition(separator)
            first, _, rest = line.partition(separator)
            if before and not before[-1].isdecimal() and labels[last.strip('\r"')] > 1:
                return True
            if rest and not rest[0].isdecimal() and not rest[0].isspace() and labels[first.strip('"')] > 1:
                return True
    return False
