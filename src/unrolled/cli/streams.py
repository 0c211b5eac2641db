"""Standard input, output and error that are closed, as `<&-`, `>&-` and services leave them."""

import contextlib
import os
import sys
from pathlib import Path
from typing import BinaryIO

import typer

from unrolled.errors import RunError

__all__ = ["forget_output", "secure_streams", "standard_input"]


def secure_streams() -> None:
    """Begin with three streams: no file that is opened later may take the place of a closed one.

    Without standard error nothing is said, and the exit code alone tells how a command ended.

    Raises:
        SystemExit: standard output is closed, so that no command could give what it is asked for.
    """
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # takes the lowest number that is free: this one
    # None is what Python makes of a stream that is closed; its stubs do not know.
    if sys.stderr is None:  # pyright: ignore[reportUnnecessaryComparison]
        sys.stderr = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115  (until the end)
    if sys.stdout is None:  # pyright: ignore[reportUnnecessaryComparison]
        typer.echo("error: standard output is closed. Send it somewhere, such as > /dev/null.", err=True)
        raise SystemExit(RunError.exit_code)


def standard_input() -> BinaryIO:
    """Return standard input as bytes.

    Raises:
        RunError: it is closed.
    """
    if sys.stdin is None:  # pyright: ignore[reportUnnecessaryComparison]
        raise RunError("Standard input is closed, and this command answers what it reads there. Give it: < FILE.")
    return sys.stdin.buffer


def forget_output() -> None:
    """Drop what cannot be written to standard output: the interpreter flushes once more at its end, and would fail."""
    try:
        sys.stdout.flush()
    except (OSError, ValueError):
        with contextlib.suppress(OSError, ValueError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
