"""Where answers go: standard output, or a file that is written whole or not there."""

import contextlib
import io
import os
import sys
from collections.abc import Generator, Sequence
from pathlib import Path
from typing import TextIO

from unrolled.disk import written_whole
from unrolled.errors import RunError, SettingsError

__all__ = ["destination"]


@contextlib.contextmanager
def destination(path: Path | None, inputs: Sequence[Path]) -> Generator[TextIO]:
    """Give what answers are written to: a file, which is there when the block has ended well, or standard output.

    Raises:
        RunError: the file cannot be written.
        SettingsError: it is one of the inputs.
    """
    if path is None:
        yield sys.stdout
        return
    _refuse_inputs(path, inputs)
    if not path.parent.is_dir():
        raise RunError(f"--output {path}: there is no folder {path.parent}. Make it, or check the path.")
    if path.is_dir():
        raise RunError(f"--output {path} is a folder. Name a file in it.")
    try:
        # A pipe or a device must not be replaced by a file.
        opened = path.open("wb") if path.exists() and not path.is_file() else written_whole(path.resolve())
        with opened as raw:
            file = io.TextIOWrapper(raw, encoding="utf-8", errors="backslashreplace", newline="\n")
            yield file
            file.flush()
            file.detach()
    except PermissionError as error:
        raise RunError(f"--output {path} cannot be written: {error.strerror}. Check the permissions.") from error


def _refuse_inputs(path: Path, inputs: Sequence[Path]) -> None:
    """Refuse to write to what is read: a file that was named, or standard input."""
    if not path.is_file():
        return
    own = path.stat()
    found = [other.stat() for other in inputs if str(other) != "-" and other.exists()]
    if not inputs or Path("-") in inputs:
        with contextlib.suppress(AttributeError, OSError, ValueError):  # it may be closed, or no file at all
            found.append(os.fstat(sys.stdin.fileno()))
    if any(os.path.samestat(own, other) for other in found):
        raise SettingsError(f"--output {path} is the input. Give another file.")
