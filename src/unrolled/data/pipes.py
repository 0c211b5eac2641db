"""Pipes and devices, which can be read only once, where a file's content is needed again."""

import stat
from pathlib import Path

from unrolled.errors import DataError

__all__ = ["refuse_pipe"]


def refuse_pipe(path: str | Path) -> None:
    """Refuse what is neither a file nor a folder, before it is opened: a second reading would wait for ever.

    A labelled file is read to find its format, to take its content and to know it again; a run that is resumed reads it
    once more. What does not exist, or cannot be looked at, is for the reader to name.

    Raises:
        DataError: a pipe, as `<(...)` of a shell makes, a socket or a device.
    """
    try:
        mode = Path(path).stat().st_mode
    except (OSError, ValueError):
        return
    if stat.S_ISREG(mode) or stat.S_ISDIR(mode):
        return
    what = "a pipe" if stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode) else "a device"
    raise DataError(
        f"{path} is {what}, which gives its content only once, and it is needed several times. Write it into a file "
        "first, COMMAND > FILE, and name that file."
    )
