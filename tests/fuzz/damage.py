"""What can happen to a file on its way: each damage is a strategy from the bytes to other bytes.

A damage is `silent` where its outcome may be another sound file, which nobody can tell from one that was meant: a blank
line more is a sentence more. Of these the law of numbers asks that they are counted as anyone would count them now; of
all others that anyone would still count as many, and that a reader does or says why not.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from fuzz.hostile import CELLS, HOSTILE, LINES
from fuzz.written import Written
from hypothesis import strategies as st

__all__ = ["DAMAGES", "Damage", "Damaged", "damaged"]

_CELL = re.compile(rb"""[^\t ,;"'\[\]{}:|=\r\n]+""")
_SPACE = re.compile(rb"[ \t]")
_END = re.compile(rb"\r\n|\n|\r")
_LABEL = re.compile(rb"(?<![\w.-])[BIESLU]-[^\s\",;'|\]]+")


@dataclass(frozen=True)
class Damage:
    """One kind of damage: its name, how it is drawn and done, and whether it may be silent."""

    name: str
    apply: Callable[[Any, bytes, Written], bytes]
    silent: bool = False


@dataclass(frozen=True)
class Damaged:
    """A file, what happened to it, and its bytes since."""

    damage: Damage
    written: Written
    data: bytes


def _place(draw: Any, data: bytes) -> int:
    return draw(st.integers(0, max(0, len(data) - 1)))


def _lines(data: bytes) -> list[bytes]:
    """Return the lines with their ends."""
    return re.findall(rb"[^\r\n]*(?:\r\n|\n|\r)|[^\r\n]+", data)


def _end(data: bytes) -> bytes:
    found = _END.search(data)
    return found[0] if found else b"\n"


def _at(pattern: re.Pattern[bytes], draw: Any, data: bytes, new: bytes) -> bytes:
    """Put something in the place of one match, all of them the same where that is drawn."""
    matches = list(pattern.finditer(data))
    if not matches:
        return data
    if draw(st.integers(0, 4)) == 0:
        return pattern.sub(lambda _: new, data)
    match = draw(st.sampled_from(matches))
    return data[: match.start()] + new + data[match.end() :]


def flip(draw: Any, data: bytes, written: Written) -> bytes:
    place = _place(draw, data)
    return data[:place] + bytes([draw(st.integers(0, 255))]) + data[place + 1 :]


def insert(draw: Any, data: bytes, written: Written) -> bytes:
    place = _place(draw, data)
    return data[:place] + draw(st.one_of(st.sampled_from(HOSTILE), st.binary(min_size=1, max_size=3))) + data[place:]


def delete(draw: Any, data: bytes, written: Written) -> bytes:
    place = _place(draw, data)
    return data[:place] + data[place + draw(st.integers(1, 5)) :]


def cut(draw: Any, data: bytes, written: Written) -> bytes:
    return data[: _place(draw, data)]


def reencode(draw: Any, data: bytes, written: Written) -> bytes:
    text = data.decode("utf-8", "replace")
    encoding = draw(
        st.sampled_from(("cp1252", "latin-1", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp037", "utf-7"))
    )
    return text.encode(encoding, "ignore")


def mojibake(draw: Any, data: bytes, written: Written) -> bytes:
    return data.decode("latin-1").encode("utf-8")


def marks_of_order(draw: Any, data: bytes, written: Written) -> bytes:
    place = _place(draw, data)
    return data[:place] + b"\xef\xbb\xbf" + data[place:]


def zeros(draw: Any, data: bytes, written: Written) -> bytes:
    place = _place(draw, data)
    return data[:place] + b"\0" * draw(st.sampled_from((1, 4096))) + data[place:]


def cells(draw: Any, data: bytes, written: Written) -> bytes:
    return _at(_CELL, draw, data, draw(st.sampled_from(CELLS)))


def labels(draw: Any, data: bytes, written: Written) -> bytes:
    return _at(_LABEL, draw, data, draw(st.sampled_from(CELLS)))


def columns(draw: Any, data: bytes, written: Written) -> bytes:
    """Double, remove, add or swap the cells of one line or all."""
    found = _lines(data)
    if not found:
        return data
    how, separator = draw(st.sampled_from(("double", "remove", "add", "swap"))), written.separator.encode()
    every = draw(st.integers(0, 4)) == 0
    place = draw(st.integers(0, len(found) - 1))
    column = draw(st.integers(0, 3))
    for i in range(len(found)) if every else (place,):
        line = found[i].rstrip(b"\r\n")
        parts, end = line.split(separator), found[i][len(line) :]
        if len(parts) < 2:
            continue
        j = column % len(parts)
        if how == "double":
            parts.insert(j, parts[j])
        elif how == "remove":
            del parts[j]
        elif how == "add":
            parts.insert(j, b"x")
        else:
            parts[j], parts[j - 1] = parts[j - 1], parts[j]
        found[i] = separator.join(parts) + end
    return b"".join(found)


def quotes(draw: Any, data: bytes, written: Written) -> bytes:
    """Open a quotation mark somewhere, or remove one."""
    quote = draw(st.sampled_from((b'"', b'"', b"'", b'""')))
    places = [match.start() for match in re.finditer(re.escape(quote), data)]
    if places and draw(st.booleans()):
        place = draw(st.sampled_from(places))
        return data[:place] + data[place + len(quote) :]
    place = draw(
        st.one_of(st.integers(0, len(data)), st.sampled_from([m.start() for m in _CELL.finditer(data)] or [0]))
    )
    return data[:place] + quote + data[place:]


def delimiters(draw: Any, data: bytes, written: Written) -> bytes:
    old = re.compile(re.escape(written.separator.encode()))
    new = draw(st.sampled_from((b",", b";", b"\t", b" ", b"|", b"  ", b"")))
    return old.sub(lambda _: new, data) if draw(st.booleans()) else _at(old, draw, data, new)


def white_space(draw: Any, data: bytes, written: Written) -> bytes:
    new = draw(st.sampled_from((b"\xc2\xa0", b"\xe2\x80\x8b", b"\xe3\x80\x80", b"\t", b" ", b"\x0b", b"\xe2\x80\x89")))
    return _at(_SPACE, draw, data, new)


def ends(draw: Any, data: bytes, written: Written) -> bytes:
    """Change the end of one line or of all into another, or what only some programs take for one."""
    new = draw(
        st.sampled_from(
            (b"\n", b"\r", b"\r\n", b"\r\r\n", b"\n\r", b"\xc2\x85", b"\xe2\x80\xa8", b"\x0b", b"\x1e", b" ")
        )
    )
    return _at(_END, draw, data, new)


def blanks(draw: Any, data: bytes, written: Written) -> bytes:
    """Add a blank line, or remove one."""
    found, end = _lines(data), _end(data)
    empty = [i for i, line in enumerate(found) if not line.strip()]
    if empty and draw(st.booleans()):
        del found[draw(st.sampled_from(empty))]
    else:
        found.insert(draw(st.integers(0, len(found))), draw(st.sampled_from((b"", b" ", b"\t"))) + end)
    return b"".join(found)


def marks(draw: Any, data: bytes, written: Written) -> bytes:
    """Insert a line: a mark, a comment, JSON, or an endless one."""
    found = _lines(data)
    found.insert(draw(st.integers(0, len(found))), draw(st.sampled_from(LINES)) + _end(data))
    return b"".join(found)


def repeats(draw: Any, data: bytes, written: Written) -> bytes:
    """Repeat, remove or swap lines."""
    found = _lines(data)
    if len(found) < 2:
        return data
    i, how = draw(st.integers(0, len(found) - 2)), draw(st.sampled_from(("repeat", "remove", "swap")))
    if how == "repeat":
        found[i:i] = [found[i]] * draw(st.sampled_from((1, 1, 300)))
    elif how == "remove":
        del found[i]
    else:
        found[i], found[i + 1] = found[i + 1], found[i]
    return b"".join(found)


DAMAGES = (
    Damage("flip", flip, silent=True),
    Damage("insert", insert, silent=True),
    Damage("delete", delete, silent=True),
    Damage("cut", cut, silent=True),
    Damage("reencode", reencode),
    Damage("mojibake", mojibake),
    Damage("marks of order", marks_of_order),
    Damage("zeros", zeros),
    Damage("cells", cells, silent=True),
    Damage("labels", labels),
    Damage("columns", columns),
    Damage("quotes", quotes),
    Damage("delimiters", delimiters),
    Damage("white space", white_space),
    Damage("ends", ends, silent=True),
    Damage("blanks", blanks, silent=True),
    Damage("marks", marks, silent=True),
    Damage("repeats", repeats, silent=True),
)


@st.composite
def damaged(draw: Any, write: Callable[[Any, Any], Written], corpora: st.SearchStrategy[Any]) -> Damaged:
    """Draw a corpus, write it, and damage the file once, or twice."""
    written, damage = write(draw, draw(corpora)), draw(st.sampled_from(DAMAGES))
    data = damage.apply(draw, written.data, written)
    if draw(st.integers(0, 3)) == 3:
        second = draw(st.sampled_from(DAMAGES))
        data = second.apply(draw, data, written)
        damage = Damage(f"{damage.name}, {second.name}", second.apply, damage.silent or second.silent)
    return Damaged(damage, written, data)
