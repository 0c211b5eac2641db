"""Lines of standard input or of a file, as they arrive."""

from collections.abc import Callable, Iterator
from typing import BinaryIO

from unrolled.errors import DataError
from unrolled.runs.asked import refuse_utf16

__all__ = ["blocks", "read_lines"]

BLOCK = 2**16


def read_lines(source: BinaryIO) -> Iterator[list[str]]:
    """Yield the lines that have arrived, as soon as they have; without their ends and a byte order mark.

    Raises:
        DataError: UTF-16; or a line that is not UTF-8, once the lines before it have been taken.
    """
    number = 0
    for block in blocks(source):
        lines: list[str] = []
        for raw in block:
            number += 1
            if number == 1:
                refuse_utf16(raw, "standard input")
            content = raw.removeprefix(b"\xef\xbb\xbf") if number == 1 else raw
            try:
                lines.append(content.decode("utf-8"))
            except UnicodeDecodeError as error:
                yield lines
                raise DataError(
                    f"standard input, line {number}: byte 0x{content[error.start]:02x} is not UTF-8. "
                    "Convert it first, for example with iconv -f WINDOWS-1252 -t UTF-8."
                ) from error
        yield lines


def blocks(source: BinaryIO) -> Iterator[list[bytes]]:
    """Yield the complete lines of each read; read1 returns what there is and waits only for the first byte.

    A line ends in LF, CRLF or CR. One that ends in CR is complete: if the next read begins with the LF to it, that is
    dropped then, so that an answer never waits for it.
    """
    read: Callable[[int], bytes] = getattr(source, "read1", source.read)
    begun: list[bytes] = []
    after_cr = False
    while data := read(BLOCK):
        if after_cr:
            data = data.removeprefix(b"\n")
        after_cr = data.endswith(b"\r")
        *lines, rest = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
        if lines:
            lines[0] = b"".join([*begun, lines[0]])
            begun = []
            yield lines
        begun.append(rest)
    if last := b"".join(begun):
        yield [last]
