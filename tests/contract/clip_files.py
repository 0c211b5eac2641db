"""Clips for the table of tasks, written once for all tests of a run."""

import atexit
import shutil
import tempfile
from pathlib import Path

from clips import moving, write

__all__ = ["CLIPS"]

FOLDER = Path(tempfile.mkdtemp(prefix="unrolled-clips-"))
atexit.register(shutil.rmtree, FOLDER, ignore_errors=True)


def _written() -> tuple[tuple[str, str], ...]:
    found: list[tuple[str, str]] = []
    for n in range(10):
        places = [n + 8 * t for t in range(3 + n % 4)]
        label = "right" if n % 2 else "left"
        path = write(FOLDER / f"{n}.avi", moving(places if n % 2 else places[::-1]), rate=(10, 25)[n % 3 == 0])
        found.append((str(path), label))
    return tuple(found)


CLIPS = _written()
"""Paths and labels."""
