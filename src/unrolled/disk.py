"""Writing so that a reader, whenever the machine stops, finds the old content or the new, never a part."""

import contextlib
import os
import sys
from collections.abc import Generator
from pathlib import Path
from typing import BinaryIO

__all__ = ["sync_folder", "write_atomically", "written_whole"]


def write_atomically(path: Path, content: bytes) -> None:
    """Replace a file's content all at once and for good, as `written_whole` does.

    Raises:
        OSError: the folder cannot be written, or the disk is full.
    """
    with written_whole(path) as file:
        file.write(content)


@contextlib.contextmanager
def written_whole(path: Path) -> Generator[BinaryIO]:
    """Give a file to write to, which takes a name over all at once and for good when the block ends.

    The content goes to `<name>.partial` in the same folder and to the disk itself, then takes the name over. Where that
    or the block fails, the partial file is removed and the old file is as it was.

    Raises:
        OSError: the folder cannot be written, or the disk is full.
    """
    partial = path.with_name(path.name + ".partial")
    try:
        with partial.open("wb") as file:
            yield file
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
