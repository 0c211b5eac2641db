"""Where output goes: rich tables on a terminal, plain aligned text anywhere else."""

import json
import re
from collections.abc import Mapping, Sequence

import typer
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

__all__ = ["clean", "is_plain", "print_json", "print_pairs", "print_table", "print_text", "screen", "value_text"]

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")


class _Screen(Console):
    """A console that leaves a closed pipe to `outcome`; rich's own ends the process with 1."""

    def on_broken_pipe(self) -> None:
        raise BrokenPipeError


def screen(*, stderr: bool = False) -> Console:
    """Return the console of standard output, or of standard error; NO_COLOR and TERM=dumb are honoured."""
    return _Screen(stderr=stderr, highlight=False, markup=False, emoji=False)


def is_plain(console: Console) -> bool:
    """Return whether the output is piped, or the terminal knows no more than text."""
    return not console.is_terminal or console.is_dumb_terminal


def clean(text: str) -> str:
    """Return the text with its control characters escaped: a stranger's label must not steer the terminal.

    >>> clean("B-PER\\x1b[2J")
    'B-PER\\\\x1b[2J'
    """
    return _CONTROL.sub(lambda match: match[0].encode("unicode_escape").decode(), text)


def print_text(console: Console, text: str = "", style: str = "") -> None:
    """Print a line; it is not wrapped in a pipe."""
    console.print(Text("\n".join(map(clean, text.split("\n"))), style=style), soft_wrap=is_plain(console))


def print_table(console: Console, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a table; a column whose name ends in ">" is aligned to the right."""
    heads = [column.removesuffix(">") for column in columns]
    right = [column.endswith(">") for column in columns]
    cells = [[clean(cell) for cell in row] for row in rows]
    if is_plain(console):
        widths = [max(map(len, column)) for column in zip(heads, *cells, strict=True)]
        for row in (heads, *cells):
            aligned = (
                cell.rjust(width) if to_right else cell.ljust(width)
                for cell, width, to_right in zip(row, widths, right, strict=True)
            )
            print_text(console, "  ".join(aligned).rstrip())
        return
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, header_style="bold")
    for head, to_right in zip(heads, right, strict=True):
        table.add_column(head, justify="right" if to_right else "left", overflow="fold")
    for row in cells:
        table.add_row(*map(Text, row))
    console.print(table)


def print_pairs(console: Console, pairs: Mapping[str, str]) -> None:
    """Print names and values, the values aligned."""
    width = max(map(len, pairs), default=0)
    if is_plain(console):
        for name, value in pairs.items():
            print_text(console, f"{name.ljust(width)}  {value}")
        return
    grid = Table.grid(padding=(0, 2))
    for name, value in pairs.items():
        grid.add_row(Text(name, style="bold"), Text(clean(value)))
    console.print(grid)


def print_json(value: Mapping[str, object]) -> None:
    """Print one JSON object on standard output."""
    typer.echo(json.dumps(value, ensure_ascii=False))


def value_text(value: object) -> str:
    """Return a setting's value as `--set` takes it.

    >>> value_text(True), value_text(None), value_text("lstm"), value_text(0.5)
    ('true', 'null', 'lstm', '0.5')
    """
    return value if isinstance(value, str) else json.dumps(value)
