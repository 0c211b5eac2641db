"""Replacing a directory as a whole: a crash at any moment leaves the old one or the new one."""

import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from unrolled.disk import sync_folder
from unrolled.errors import RunError

__all__ = ["leftovers", "replace_directory"]


def leftovers(directory: Path) -> tuple[Path, Path]:
    """Return the names, beside the directory, of a new one being written and of the old one being replaced.

    >>> [path.name for path in leftovers(Path("runs/first/best"))]
    ['.best.unrolled-new', '.best.unrolled-old']
    """
    directory = directory.resolve()
    return (
        directory.with_name(f".{directory.name}.unrolled-new"),
        directory.with_name(f".{directory.name}.unrolled-old"),
    )


def replace_directory(directory: Path, contents: Mapping[str, bytes]) -> None:
    """Make `directory` hold these files and no others; it has one writer at a time.

    The files are written and flushed to a new directory beside it; then the old one is renamed away and the new one
    renamed in. A crash between the renames leaves both beside the place: the old one's presence says that the new one
    is complete.

    Raises:
        RunError: it could not be written; what was there before is there still.
    """
    directory = directory.resolve()
    new, old = leftovers(directory)
    renamed_in = False
    try:
        directory.parent.mkdir(parents=True, exist_ok=True)
        _recover(directory, new, old)
        new.mkdir()
        for name, data in contents.items():
            with (new / name).open("xb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
        sync_folder(new)
        if directory.exists():
            directory.rename(old)
        new.rename(directory)
        renamed_in = True
        sync_folder(directory.parent)
    except BaseException as error:
        with suppress(OSError):
            if renamed_in:
                directory.rename(new)
            if old.exists():
                old.rename(directory)
            _remove(new)
        if not isinstance(error, OSError):
            raise
        size = sum(map(len, contents.values()))
        found = f"{error.strerror or error}" + (f" ({error.filename})" if error.filename else "")
        raise RunError(
            f"{directory}: the model ({size} bytes) could not be written: {found}. What was there before is "
            "unchanged. Free space, check the permissions or give another directory."
        ) from error
    with suppress(OSError):  # the new one is in place; the next save removes what is left
        _remove(old)


def _recover(directory: Path, new: Path, old: Path) -> None:
    """Finish or clear what an interrupted save has left."""
    if old.exists() and not directory.exists():
        (new if new.exists() else old).rename(directory)
    _remove(new)
    _remove(old)


def _remove(directory: Path) -> None:
    if directory.is_dir():
        for entry in directory.iterdir():
            entry.unlink()
        directory.rmdir()
