"""`unrolled stream`."""

import json
import sys
from pathlib import Path
from typing import Any

from unrolled.cli.lines import read_lines
from unrolled.cli.streams import standard_input
from unrolled.data.answer import Answer
from unrolled.model import Model
from unrolled.tasks import task_of
from unrolled.tasks.text import tokenizer_in

__all__ = ["run"]


def run(directory: Path, *, as_json: bool, follow_links: bool = False) -> None:
    """Answer standard input step by step; a blank line, and the end, finish x."""
    source = standard_input()
    model = Model.load(directory, follow_links=follow_links)
    task = task_of(model, directory)
    stream = model.stream()
    own = tokenizer_in(model.x)
    tokenizer = "whitespace" if own == "words" else own  # a word may be cut where the line ends, a character not

    def write(x: Any, answers: list[Answer[Any]], *, last: bool) -> None:
        for row in task.show.stream(x, answers, last):
            line = json.dumps(row, ensure_ascii=False) if as_json else "\t".join(map(str, row.values()))
            sys.stdout.write(line + "\n")

    for lines in read_lines(source):
        for line in lines:
            x = task.show.read_x(line, tokenizer)
            if x is None:
                write(None, stream.finish(), last=True)
                sys.stdout.write("" if as_json else "\n")
            else:
                write(x, stream.feed(x), last=False)
        sys.stdout.flush()
    write(None, stream.finish(), last=True)
