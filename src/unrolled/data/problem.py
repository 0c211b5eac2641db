"""What is wrong with a file: where, what was found, and the way out."""

from dataclasses import dataclass

from unrolled.errors import DataError

__all__ = ["Problem"]


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with a file; `line` is 1-based, or None where the whole file is meant.

    >>> print(Problem("train.conll", 12, "3 columns where line 1 has 2", "Remove the third column."))
    train.conll:12: 3 columns where line 1 has 2. Remove the third column.
    """

    path: str
    line: int | None
    found: str
    way_out: str

    def __str__(self) -> str:
        place = self.path if self.line is None else f"{self.path}:{self.line}"
        return f"{place}: {_sentence(self.found)} {_sentence(self.way_out)}".rstrip()

    def error(self) -> DataError:
        """Return the error to raise, with this problem as its message."""
        return DataError(str(self))


def _sentence(words: str) -> str:
    return words if not words or words[-1] in ".!?" else words + "."
