"""Lines of a text file, with its problems: the part that all readers share."""

import itertools
import re
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from unrolled.data.problem import Problem

__all__ = ["IS_DIRECTORY", "OTHER_FORMAT", "Problems", "Row", "counted", "numbered_lines", "split_at_spaces"]

Row = tuple[int, str | None]
"""A 1-based line number and its text, or None where the line cannot be decoded."""

_SPACES = re.compile(r"[ \t\r\n\f\v]+")
_CONTAINERS = (
    (b"\x1f\x8b", "gzip data", "Unpack it first: gzip -d FILE"),
    (b"PK\x03\x04", "a ZIP archive or an office document", "Unpack it, or export it as CSV or text"),
    (b"BZh", "bzip2 data", "Unpack it first: bzip2 -d FILE"),
    (b"\xfd7zXZ", "xz data", "Unpack it first: xz -d FILE"),
    (b"PAR1", "a Parquet file", "Export it as JSON Lines or CSV"),
    (b"\xff\xfe", "UTF-16 text", "Convert it: iconv -f UTF-16 -t UTF-8 FILE"),
    (b"\xfe\xff", "UTF-16 text", "Convert it: iconv -f UTF-16 -t UTF-8 FILE"),
)


IS_DIRECTORY = "this is a directory"
OTHER_FORMAT = "files of a format that is not read"
"""The kind of a problem that says nothing about what is in the file."""
_ENCODED = "lines in another encoding"


class Problems:
    """The problems of one file, as they are found; `encoding` is that of its text."""

    def __init__(self, path: str | Path, encoding: str = "utf-8") -> None:
        self.path = str(path)
        self.encoding = encoding
        self.found: list[Problem] = []

    def add(self, line: int | None, found: str, way_out: str, kind: str = "") -> None:
        """Note one problem; `line` is None where the whole file is meant; those of a kind are told together."""
        self.found.append(Problem(self.path, line, found, way_out, kind))

    def in_order(self) -> list[Problem]:
        """Return the problems by line, those of the whole file first."""
        return sorted(self.found, key=lambda problem: problem.line or 0)


def numbered_lines(path: str | Path, problems: Problems) -> Iterator[Row]:
    """Yield the lines of a text file without their ends (LF, CRLF or CR) and without a byte order mark.

    The text is in the encoding of `problems`. A file that cannot be opened or is not text yields nothing; a line that
    cannot be decoded yields None. Both are noted.
    """
    path = Path(path)
    if path.is_dir():
        problems.add(None, IS_DIRECTORY, "Name a file in it")
        return
    try:
        with path.open("rb") as file:
            yield from _decoded(file, problems)
    except FileNotFoundError:
        problems.add(None, "there is no such file", _nearest(path))
    except OSError as error:
        problems.add(None, f"the file cannot be read ({error.strerror})", "Check its permissions and the disk")


def counted(number: int, noun: str) -> str:
    """Return `1 label`, `2 labels`."""
    return f"{number} {noun}" if number == 1 else f"{number:,} {noun}s"


def split_at_spaces(text: str) -> list[str]:
    """Split at ASCII white space only: a no-break or ideographic space may be part of a token."""
    return [piece for piece in _SPACES.split(text) if piece]


def _decoded(file: BinaryIO, problems: Problems) -> Iterator[Row]:
    first = file.readline()
    for magic, what, way_out in _CONTAINERS:
        if first.startswith(magic):
            problems.add(None, f"this is {what}, not UTF-8 text", way_out.replace("FILE", problems.path), what)
            return
    number, offset = 0, 0
    for raw in itertools.chain([first] if first else [], file):
        if b"\0" in raw:
            problems.add(
                number + 1,
                f"a zero byte at offset {offset + raw.index(0)} in the file: this is binary data, not UTF-8 text",
                "Name a text file, or convert this one to UTF-8",
                "zero bytes",
            )
            return
        start = offset
        for piece in raw.rstrip(b"\r\n").split(b"\r"):
            number += 1
            text = piece.removeprefix(b"\xef\xbb\xbf") if number == 1 else piece
            try:
                yield number, text.decode(problems.encoding)
            except UnicodeDecodeError as error:
                skipped = len(piece) - len(text)
                _note_encoding(piece, skipped + error.start, start, number, problems)
                yield number, None
            start += len(piece) + 1
        offset += len(raw)


def _note_encoding(piece: bytes, position: int, start: int, number: int, problems: Problems) -> None:
    byte = f"byte {position + 1} of the line (offset {start + position} in the file) is 0x{piece[position]:02x}"
    if problems.encoding != "utf-8":
        way_out = "Give the file's own encoding: --set encoding=NAME, such as utf-8 or cp1252"
        problems.add(number, f"{byte}, which is not {problems.encoding}", way_out, _ENCODED)
        return
    try:
        shown, name, encoding = piece.decode("cp1252"), "Latin-1 (Windows-1252)", "cp1252"
    except UnicodeDecodeError:
        shown, name, encoding = piece.decode("latin-1"), "Latin-1", "latin-1"
    excerpt = shown[max(0, position - 12) : position + 12].strip()
    problems.add(
        number,
        f"{byte}, which is not UTF-8; read as {name} the place says {excerpt!r}",
        f"If that is right, give --set encoding={encoding}, or convert the file: "
        f"iconv -f {'WINDOWS-1252' if encoding == 'cp1252' else 'LATIN1'} -t UTF-8 {problems.path}",
        _ENCODED,
    )


def _nearest(path: Path) -> str:
    if not path.parent.is_dir():
        return f"The directory {path.parent} does not exist either; check the path"
    same_stem = sorted(other.name for other in path.parent.glob(f"{path.stem}.*"))[:3]
    return f"Did you mean {' or '.join(same_stem)}?" if same_stem else "Check the path"
