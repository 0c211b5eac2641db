"""`unrolled predict`."""

import json
import math
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

from rich.text import Text

from unrolled.cli.screen import is_plain, print_text, screen
from unrolled.cli.sentences import Painter
from unrolled.cli.streams import standard_input
from unrolled.errors import DataError
from unrolled.model import Model
from unrolled.runs.predict import Prediction, predict
from unrolled.tasks import Task, task_of

__all__ = ["read_lines", "run"]

BLOCK = 2**16

Write = Callable[[Prediction], None]


def run(directory: Path, *, n_best: int, whitespace: bool, as_json: bool, follow_links: bool = False) -> None:
    """Answer standard input: whatever has arrived is answered before more is waited for."""
    source = standard_input()
    model = Model.load(directory, follow_links=follow_links)
    task = task_of(model, directory)
    if source.isatty():
        print_text(screen(stderr=True), f"One {task.x.name} a line; Ctrl-D ends.", style="dim")
    write = _write_json(task) if as_json else _writer(model, task)
    for lines in read_lines(source):
        for prediction in predict(model, task, lines, whitespace=whitespace, n_best=n_best):
            write(prediction)
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
                lines.append(content.decode("utf-8"))
            except UnicodeDecodeError as error:
                yield lines
                raise DataError(
                    f"standard input, line {number}: byte 0x{content[error.start]:02x} is not UTF-8. "
                    "Convert it first, for example with iconv -f WINDOWS-1252 -t UTF-8."
                ) from error
        yield lines


def _blocks(source: BinaryIO) -> Iterator[list[bytes]]:
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


def _write_json(task: Task[Any, Any]) -> Write:
    def write(prediction: Prediction) -> None:
        found = task.show.json(prediction.x, prediction.answer)
        sys.stdout.write(json.dumps(found, ensure_ascii=False) + "\n")

    return write


def _write_fields(task: Task[Any, Any]) -> Write:
    def write(prediction: Prediction) -> None:
        rows = [()] if prediction.answer is None else task.show.fields(prediction.x, prediction.answer)
        sys.stdout.writelines("\t".join(row) + "\n" for row in rows)

    return write


def _writer(model: Model[Any, Any], task: Task[Any, Any]) -> Write:
    """Return what shows a prediction on standard output: marked lines on a terminal, fields in a pipe."""
    console = screen()
    if is_plain(console):
        return _write_fields(task)
    painter = Painter(console, task.show.kinds(model.y))

    def write(prediction: Prediction) -> None:
        x, answer = prediction.x, prediction.answer
        if answer is None:
            console.print()
            return
        if not answer.others:
            console.print(painter.paint(task.show.segments(prediction.line, x, answer.y)), soft_wrap=True)
        for y, log_p in answer.others:
            marked = painter.paint(task.show.segments(prediction.line, x, y))
            console.print(Text.assemble((f"{min(1.0, math.exp(log_p)):8.4f}  ", "dim"), marked), soft_wrap=True)

    return write
