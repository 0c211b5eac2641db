"""`unrolled predict`."""

import json
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

from rich.text import Text

from unrolled.cli.screen import is_plain, print_text, screen
from unrolled.cli.sentences import Painter
from unrolled.errors import DataError
from unrolled.model import Model
from unrolled.tasks.prediction import Prediction, predict

__all__ = ["run"]

BLOCK = 2**16
_UNSAFE_IN_A_FIELD = re.compile(r"[\s\x00-\x1f\x7f-\x9f]")

Show = Callable[[str, Prediction], None]


def run(directory: Path, *, n_best: int, whitespace: bool, as_json: bool) -> None:
    """Label standard input: whatever has arrived is answered before more is waited for."""
    model = Model.load(directory)
    if sys.stdin.isatty():
        print_text(screen(stderr=True), "One sentence a line; Ctrl-D ends.", style="dim")
    show = _show_json if as_json else _show_for(model)
    for lines in read_lines(sys.stdin.buffer):
        for line, prediction in zip(lines, predict(model, lines, whitespace=whitespace, n_best=n_best), strict=True):
            show(line, prediction)
        sys.stdout.flush()


def read_lines(source: BinaryIO) -> Iterator[list[str]]:
    """Yield the lines that have arrived, as soon as they have; without their ends and a byte order mark.

    Raises:
        DataError: a line that is not UTF-8, once the lines before it have been taken.
    """
    number = 0
    for block in _blocks(source):
        lines: list[str] = []
        for raw in block:
            number += 1
            content = raw.removeprefix(b"\xef\xbb\xbf") if number == 1 else raw
            try:
                lines.append(content.decode("utf-8").removesuffix("\r"))
            except UnicodeDecodeError as error:
                yield lines
                raise DataError(
                    f"standard input, line {number}: byte 0x{content[error.start]:02x} is not UTF-8. "
                    "Convert it first, for example with iconv -f WINDOWS-1252 -t UTF-8."
                ) from error
        yield lines


def _blocks(source: BinaryIO) -> Iterator[list[bytes]]:
    """Yield the complete lines of each read; read1 returns what there is and waits only for the first byte."""
    read: Callable[[int], bytes] = getattr(source, "read1", source.read)
    begun: list[bytes] = []
    while data := read(BLOCK):
        *lines, rest = data.split(b"\n")
        if lines:
            lines[0] = b"".join([*begun, lines[0]])
            begun = []
            yield lines
        begun.append(rest)
    if last := b"".join(begun):
        yield [last]


def _show_json(line: str, prediction: Prediction) -> None:
    del line
    sys.stdout.write(json.dumps(prediction.to_dict(), ensure_ascii=False) + "\n")


def _show_fields(line: str, prediction: Prediction) -> None:
    del line
    tokens = " ".join(prediction.tokens)
    if prediction.n_best:
        rows = [(tokens, _labels(best.labels), f"{best.probability:.6g}") for best in prediction.n_best]
    else:
        rows = [(tokens, _labels(prediction.labels))] if tokens else [()]
    sys.stdout.writelines("\t".join(row) + "\n" for row in rows)


def _labels(labels: Iterable[str]) -> str:
    return " ".join(_UNSAFE_IN_A_FIELD.sub(lambda match: f"\\x{ord(match[0]):02x}", label) for label in labels)


def _show_for(model: Model) -> Show:
    """Return what shows a prediction on standard output: marked sentences on a terminal, fields in a pipe."""
    console = screen()
    if is_plain(console):
        return _show_fields
    painter = Painter(console, sorted({label[2:] for label in model.y_codec.labels.tokens if label[1:2] == "-"}))

    def show(line: str, prediction: Prediction) -> None:
        if not prediction.n_best:
            console.print(painter.paint(line, prediction.tokens, prediction.labels), soft_wrap=True)
        for best in prediction.n_best:
            marked = painter.paint(line, prediction.tokens, best.labels)
            console.print(Text.assemble((f"{best.probability:8.4f}  ", "dim"), marked), soft_wrap=True)

    return show
