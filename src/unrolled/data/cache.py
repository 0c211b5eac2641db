"""What took long to make and can be made again, kept on the disk: in a folder of its own, by a key of what it is of."""

import contextlib
import hashlib
import io
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["VARIABLE", "cache_folder", "keep", "kept", "key_of"]

VARIABLE = "UNROLLED_CACHE"
"""The variable of the environment that says where it is; "off" for nowhere."""

_MARK = 32


def cache_folder() -> Path | None:
    """Return where it is: `UNROLLED_CACHE`, else the system's folder for such; None where it is switched off.

    That is `~/.cache/unrolled` (or under `XDG_CACHE_HOME`), on macOS `~/Library/Caches/unrolled`, on Windows
    `%LOCALAPPDATA%\\unrolled`.
    """
    named = os.environ.get(VARIABLE)
    if named is not None:
        return None if named.strip().lower() in ("", "off", "no", "0") else Path(named).expanduser()
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "unrolled"
    parent = os.environ.get("LOCALAPPDATA" if sys.platform == "win32" else "XDG_CACHE_HOME")
    return (Path(parent) if parent else Path.home() / ".cache") / "unrolled"


def key_of(*parts: object) -> str:
    """Return a name for what is made of these.

    >>> key_of("a", 1) == key_of("a", 1), key_of("a", 1) == key_of("a1")
    (True, False)
    """
    return hashlib.blake2b("\0".join(map(str, parts)).encode("utf-8", "surrogatepass"), digest_size=20).hexdigest()


def kept(kind: str, key: str) -> NDArray[Any] | None:
    """Return the array that was kept; None where none was, or where it is not whole."""
    folder = cache_folder()
    if folder is None:
        return None
    try:
        content = (folder / kind / key[:2] / key).read_bytes()
    except OSError:
        return None
    if hashlib.blake2b(content[_MARK:], digest_size=_MARK).digest() != content[:_MARK]:
        return None
    with contextlib.suppress(ValueError, EOFError, OSError):
        array: NDArray[Any] = np.load(io.BytesIO(content[_MARK:]), allow_pickle=False)
        return array
    return None


def keep(kind: str, key: str, array: NDArray[Any]) -> None:
    """Keep an array, where the disk lets it; what reads at the same time finds all of it or nothing.

    It is written under a name of its own and then renamed; its digest stands before it, so that a file which a fall of
    the machine left half written is not taken for whole.
    """
    folder = cache_folder()
    if folder is None:
        return
    content = io.BytesIO()
    np.save(content, array, allow_pickle=False)
    numbers = content.getvalue()
    with contextlib.suppress(OSError):
        place = folder / kind / key[:2]
        place.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(dir=place, suffix=".partial")
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(hashlib.blake2b(numbers, digest_size=_MARK).digest() + numbers)
            Path(name).replace(place / key)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
