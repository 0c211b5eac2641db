"""One x that was asked about, as it arrived, or what is wrong with it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from unrolled.errors import DataError

__all__ = ["Asked", "Columns", "Reader", "Trouble", "decoded", "refuse_utf16"]

_MARK = b"\xef\xbb\xbf"
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why a line, or a file (line 0), cannot be answered: phrases without a full stop.

    Troubles with one way out are of one kind.
    """

    line: int
    found: str
    way_out: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.found}" if self.line else self.found


@dataclass(frozen=True, slots=True)
class Asked:
    """One x that was asked about.

    Attributes:
        line: the number of the line on which it begins, from 1; 0 where it is a file of its own.
        text: as it was given; None where words were.
        words: as they were given; None where they have yet to be found in the text.
        rows: of CoNLL: the columns of each word.
        trouble: why it cannot be answered; None where it can.
        name: what it is called, where a record has a name.
    """

    line: int
    text: str | None = None
    words: tuple[str, ...] | None = None
    rows: tuple[tuple[str, ...], ...] = ()
    trouble: Trouble | None = None
    name: str = ""


@dataclass(frozen=True, slots=True)
class Columns:
    """Where words, labels and texts are: the number of a column of CoNLL, a key of JSON; None for the usual."""

    token: str | int | None = None
    label: str | int | None = None
    text: str | int | None = None


class Reader(Protocol):
    """Takes in lines as they arrive."""

    def feed(self, number: int, line: str | Trouble, /) -> Iterator[Asked]:
        """Yield what is complete with this line."""
        ...

    def finish(self) -> Iterator[Asked]:
        """Yield what is complete as there are no further lines."""
        ...


def decoded(number: int, raw: bytes) -> str | Trouble:
    """Return a line as text, without a byte order mark at the start of the first; or what is wrong with it."""
    content = raw.removeprefix(_MARK) if number == 1 else raw
    try:
        return content.decode("utf-8").removesuffix("\r")
    except UnicodeDecodeError as error:
        return Trouble(
            number,
            f"byte 0x{content[error.start]:02x} is not UTF-8",
            "Convert it first, for example with iconv -f WINDOWS-1252 -t UTF-8",
        )


def refuse_utf16(first: bytes, name: str) -> None:
    """Refuse what begins with a line of UTF-16: with its mark, or with every other byte zero.

    Args:
        first: the first line, as it arrived.
        name: of the input.

    Raises:
        DataError: it does.
    """
    encoding = "UTF-16" if first.startswith(_UTF16_MARKS) else None
    for end, start in (("LE", 1), ("BE", 0)):
        half = first[start::2]
        if encoding is None and half and 2 * half.count(0) > len(half):
            encoding = f"UTF-16{end}"
    if encoding is not None:
        raise DataError(f"{name}: this is UTF-16 text. Convert it: iconv -f {encoding} -t UTF-8 FILE.")
