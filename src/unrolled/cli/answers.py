"""Answers as lines: fields between tabs, marked text on a terminal, JSON, CoNLL columns."""

import json
import math
import sys
from collections.abc import Callable
from typing import Any, TextIO
from urllib.parse import quote

from rich.text import Text

from unrolled.cli.screen import clean, is_plain, screen
from unrolled.cli.sentences import Painter
from unrolled.errors import SettingsError
from unrolled.model import Model
from unrolled.runs.predict import Prediction
from unrolled.tasks import Task
from unrolled.tasks.text import field

__all__ = ["FORMATS", "Write", "writer"]

FORMATS = ("text", "json", "conll", "bed", "gff3")

_PLAIN = ".:^*$@!+_?-|/ "
"""What GFF3 leaves unescaped in names."""

Write = Callable[[Prediction, str], None]
"""Writes a prediction; the second argument is the input's name, where there are several."""


def writer(form: str, model: Model[Any, Any], task: Task[Any, Any], out: TextIO) -> Write:
    """Return what writes predictions in one of FORMATS.

    Raises:
        SettingsError: CoNLL for a task that has no label for every word, BED or GFF3 for one without intervals.
    """
    if form in ("bed", "gff3"):
        return _of_intervals(form, model, task, out)
    if form == "json":
        return _json(task, out)
    if form == "conll":
        return _conll(task, out)
    console = screen()
    return _fields(task, out) if out is not sys.stdout or is_plain(console) else _terminal(model, task)


def _marked(found: Prediction, name: str) -> str:
    """Return the line for what cannot be answered."""
    return f"# error: {name + ', ' if name else ''}{clean(str(found.trouble))}"


def _json(task: Task[Any, Any], out: TextIO) -> Write:
    def write(found: Prediction, name: str) -> None:
        row: dict[str, Any]
        if found.trouble is not None:
            row = {"error": found.trouble.found, "line": found.trouble.line, **({"file": name} if name else {})}
        else:
            row = task.show.json(found.line, found.x, found.answer)
            row = {"name": found.name, **row} if found.name else row
        out.write(json.dumps(row, ensure_ascii=False) + "\n")

    return write


def _conll(task: Task[Any, Any], out: TextIO) -> Write:
    each = task.show.each
    if each is None:
        raise SettingsError(
            f"A model of the task {task.name} has one {task.y.name} for a {task.x.name}, and CoNLL one for each "
            f"{task.x.step}. Give --output-format json or text."
        )

    def write(found: Prediction, name: str) -> None:
        if found.trouble is not None:
            out.write(_marked(found, name) + "\n\n")
        elif found.answer is not None:
            rows = found.rows or tuple((word,) for word in found.x)
            for row, label in zip(rows, each(found.answer), strict=True):
                # One blank between columns, as conlleval reads them.
                out.write(" ".join(field(column) or "_" for column in (*row, label)) + "\n")
            out.write("\n")

    return write


def _fields(task: Task[Any, Any], out: TextIO) -> Write:
    def write(found: Prediction, name: str) -> None:
        if found.trouble is not None:
            out.write(_marked(found, name) + "\n")
            return
        rows = [()] if found.answer is None else task.show.fields(found.x, found.answer)
        first = (field(found.name),) if found.name else ()
        out.writelines("\t".join((*first, *row)) + "\n" for row in rows)

    return write


def _of_intervals(form: str, model: Model[Any, Any], task: Task[Any, Any], out: TextIO) -> Write:
    intervals = task.show.intervals
    if intervals is None:
        raise SettingsError(
            f"A model of the task {task.name} finds no intervals in a {task.x.name}. Give --output-format json or text."
        )
    if form == "gff3":
        out.write("##gff-version 3\n")
    number = 0

    def write(found: Prediction, name: str) -> None:
        nonlocal number
        if found.trouble is not None:
            out.write(_marked(found, name) + "\n")
            return
        if found.answer is None:
            return
        number += 1
        of = quote(found.name or f"sequence_{number}", safe=_PLAIN)
        for start, end, label, p, strand in intervals(model.y, found.answer):
            if form == "bed":
                out.write(f"{of}\t{start}\t{end}\t{field(label)}\t{round(1000 * p)}\t{strand}\n")
            else:
                kind = quote(label, safe=_PLAIN)
                out.write(f"{of}\tunrolled\t{kind}\t{start + 1}\t{end}\t{p:.4f}\t{strand}\t.\t.\n")

    return write


def _terminal(model: Model[Any, Any], task: Task[Any, Any]) -> Write:
    console = screen()
    painter = Painter(console, task.show.kinds(model.y))

    def write(found: Prediction, name: str) -> None:
        x, answer = found.x, found.answer
        if found.trouble is not None:
            console.print(Text(_marked(found, name), style="red"), soft_wrap=True)
            return
        if answer is None:
            console.print()
            return
        if found.name:
            console.print(Text(f">{clean(found.name)}", style="dim"), soft_wrap=True)
        if not answer.others:
            console.print(painter.paint(task.show.segments(found.line, x, answer.y)), soft_wrap=True)
        for y, log_p in answer.others:
            marked = painter.paint(task.show.segments(found.line, x, y))
            console.print(Text.assemble((f"{min(1.0, math.exp(log_p)):8.4f}  ", "dim"), marked), soft_wrap=True)

    return write
