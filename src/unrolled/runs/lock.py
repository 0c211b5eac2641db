"""A lock on a folder that dies with its process."""

import os
import sys
from pathlib import Path
from typing import IO

from unrolled.errors import RunError

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

__all__ = ["FolderLock"]

_FAR = 2**30
"""The byte that Windows locks: one that nobody reads."""


class FolderLock:
    """Holds a lock file's lock until `release`; the system lets go of it when the process ends, however it ends.

    Raises:
        RunError: another process, or another part of this one, holds it.
    """

    def __init__(self, path: Path) -> None:
        self._file: IO[str] = path.open("a+", encoding="utf-8")
        self._process = os.getpid()
        try:
            _lock(self._file)
        except OSError as error:
            self._file.seek(0)
            holder = self._file.read(64).strip() or "another process"
            self._file.close()
            raise RunError(
                f"{path.parent} is being written by {holder}. Wait for its end, stop it, or choose another folder."
            ) from error
        self._file.truncate(0)
        self._file.write(f"process {os.getpid()}\n")
        self._file.flush()

    def release(self) -> None:
        """Let go; the lock file stays. A process that was forked meanwhile has no say in it, and holds nothing back."""
        if sys.platform != "win32" and self._process == os.getpid():
            fcntl.flock(self._file, fcntl.LOCK_UN)
        self._file.close()


def _lock(file: IO[str]) -> None:
    if sys.platform == "win32":
        file.seek(_FAR)
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
    else:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
