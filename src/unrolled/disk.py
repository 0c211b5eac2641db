"""Writing so that a reader, whenever the machine stops, finds the old content or the new, never a part."""

import contextlib
import os
import sys
from pathlib import Path

__all__ = ["sync_folder", "write_atomically"]


def write_atomically(path: Path, content: bytes) -> None:
    """Replace a file's content all at once and for good.

    The content goes to `<name>.partial` in the same folder and to the disk itself, then takes the name over. Where that
    fails, the partial file is removed and the old file is as it was.

    Raises:
        OSError: the folder cannot be written, or the disk is full.
    """
    partial = path.with_name(path.name + ".partial")
    try:
        with partial.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            partial.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Bring the names in a folder to the disk itself: of files written, renamed or removed there.

    Raises:
        OSError: the folder cannot be opened.
    """
    if sys.platform == "win32":  # which cannot open a folder, and writes its entries through
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
