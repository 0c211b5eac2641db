"""What looks wrong in a file that can be read: told, and if grave an error until it is settled."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

from unrolled.data.problem import Problem

__all__ = ["Doubt", "Grave"]

Grave: TypeAlias = Literal["always", "in training", "never"]


@dataclass(frozen=True, slots=True)
class Doubt:
    """One thing that looks wrong.

    Attributes:
        name: what `accept` calls it: one of the `doubts` of the reader's settings.
        grave: when it is an error: wherever the file is used, only where it is trained on, or never.
        found: what was found, with its figures.
        way_out: what to do if it is wrong.
        line: where it shows first.
        file: in which file of a folder; "" where a file is read.
    """

    name: str
    grave: Grave
    found: str
    way_out: str
    line: int | None = None
    file: str = ""

    def problem(self, path: str) -> Problem:
        """Return it as a problem of a file, with the setting that settles it."""
        return Problem(
            self.file or path, self.line, self.found, f"{self.way_out}; if it is right, give --set accept={self.name}"
        )

    def note(self, path: str) -> str:
        """Return it as a note on a file."""
        return str(Problem(self.file or path, self.line, self.found, self.way_out))
