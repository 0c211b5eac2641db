"""How a command ends: its exit code, and what is said for it."""

import os
import sys
import traceback
from collections.abc import Generator
from contextlib import contextmanager

import typer

from unrolled.cli.streams import forget_output
from unrolled.errors import UnrolledError

__all__ = ["FAULT", "GONE", "INTERRUPTED", "Interrupted", "outcome"]

RUN_FAILED = 5
FAULT = 70
INTERRUPTED = 130
GONE = 141


class Interrupted(KeyboardInterrupt):
    """Ctrl-C, with the way to go on as its message."""


@contextmanager
def outcome() -> Generator[None]:
    """Turn what a command's body raises into a message on standard error and an exit code.

    Raises:
        typer.Exit: with the exit code, where it is not 0.
    """
    try:
        yield
        sys.stdout.flush()
    except UnrolledError as error:
        raise _exit(error.exit_code, f"error: {error}") from None
    except Interrupted as error:
        raise _exit(INTERRUPTED, f"\ninterrupted. {error}") from None
    except KeyboardInterrupt:
        raise _exit(INTERRUPTED, "\ninterrupted.") from None
    except BrokenPipeError:
        forget_output()
        raise typer.Exit(GONE) from None
    except OSError as error:
        forget_output()
        place = f"{error.filename}: " if error.filename else ""
        raise _exit(RUN_FAILED, f"error: {place}{error.strerror or error}") from None
    except typer.Exit:
        raise
    except Exception as error:
        raise _exit(
            FAULT,
            f"error: {type(error).__name__}: {error}\nThis is a fault of unrolled, not yours. Please report it with "
            "the command, and with what UNROLLED_DEBUG=1 shows.",
        ) from None


def _exit(code: int, message: str) -> typer.Exit:
    if os.environ.get("UNROLLED_DEBUG"):
        traceback.print_exc()
    typer.echo(message, err=True)
    return typer.Exit(code)
