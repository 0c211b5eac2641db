"""How parallel text is read."""

from dataclasses import dataclass
from typing import ClassVar

from unrolled.data.readers.reading_settings import ReadingSettings
from unrolled.settings import setting

__all__ = ["ParallelSettings"]


@dataclass(frozen=True, kw_only=True)
class ParallelSettings(ReadingSettings):
    """How parallel text is read.

    Pairs of which one side is empty are left out and told; with `strict` they are problems.

    Attributes:
        source: what is translated: a column's name in the header, or its number (0 is the first, -1 the last); in JSON
            Lines a key; of two files or of a folder the end of the file's name, such as "de". None takes the usual
            names, else the first; of two files that which is named.
        target: what it is translated to, likewise; None takes the usual names, else the second, and of two files the
            other one of the same name.
        header: whether the first row of CSV or TSV names the columns; None where its content tells.
    """

    doubts: ClassVar[tuple[str, ...]] = (
        *("empty_sides", "few_targets", "identical_sides", "no_letters", "shifted", "swapped", "unequal_lengths"),
    )

    source: str | int | None = setting(None)
    target: str | int | None = setting(None)
    header: bool | None = setting(None)
