"""What looks wrong in a file that can be read: told, and if grave an error until it is settled."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

from unrolled.data.problem import Problem

__all__ = ["DOUBTS", "Doubt", "Grave"]

Grave: TypeAlias = Literal["always", "in training", "never"]

DOUBTS = (
    *("one_word_sentences", "long_sentence", "counted_tokens", "many_types", "odd_types", "rare_types"),
    *("similar_types", "numbered_labels", "no_entities", "odd_words", "header", "no_labels", "one_label"),
    "offsets",
)
"""The names that `accept` takes."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """One thing that looks wrong.

    Attributes:
        name: one of DOUBTS.
        grave: when it is an error: wherever the file is used, only where it is trained on, or never.
        found: what was found, with its figures.
        way_out: what to do if it is wrong.
        line: where it shows first.
    """

    name: str
    grave: Grave
    found: str
    way_out: str
    line: int | None = None

    def problem(self, path: str) -> Problem:
        """Return it as a problem of a file, with the setting that settles it."""
        return Problem(path, self.line, self.found, f"{self.way_out}; if it is right, give --set accept={self.name}")

    def note(self, path: str) -> str:
        """Return it as a note on a file."""
        return str(Problem(path, self.line, self.found, self.way_out))
