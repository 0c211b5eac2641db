"""What is wrong with a file: where, what was found, and the way out."""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from unrolled.errors import DataError

__all__ = ["Problem", "by_kind", "in_a_line"]

SHOWN_PLACES = 3
LONGEST = 400
"""The most characters of what was found, and of the way out: both may hold what stands in the file."""
_UNSEEN = frozenset({"Cc", "Cs", "Zl", "Zp"})
"""Characters that end a line, steer a terminal, or cannot be printed."""


def in_a_line(words: str, most: int = LONGEST) -> str:
    """Return words for people on one line: cut where they are long, with the code points of what ends or steers a line.

    >>> in_a_line("Sentence\\t#"), in_a_line("O" * 100, 5)
    ('Sentence<U+0009>#', 'OOOO…')
    """
    cut = words if len(words) <= most else words[: most - 1] + "…"
    if cut.isprintable():
        return cut
    return "".join(f"<U+{ord(c):04X}>" if unicodedata.category(c) in _UNSEEN else c for c in cut)


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
    kind: str = ""
    """What problems of its like are called, in the plural; they are told together. "" where the way out tells them."""

    def __str__(self) -> str:
        return f"{self.place}: {_sentence(self.found)} {_sentence(self.way_out)}".rstrip()

    @property
    def place(self) -> str:
        """Where it is: the file, and the line where there is one."""
        return self.path if self.line is None else f"{self.path}:{self.line}"

    def error(self) -> DataError:
        """Return the error to raise, with this problem as its message."""
        return DataError(str(self))


def by_kind(problems: Iterable[Problem]) -> list[tuple[list[Problem], str]]:
    """Return the problems of each kind, and one message for all of them: the first, how many, where, the way out.

    >>> lines = [Problem("a.csv", line, f"{line} fields where the header has 2", "Quote them") for line in (3, 5, 8, 9)]
    >>> print(by_kind(lines)[0][1])
    a.csv:3: 3 fields where the header has 2. 4 of this kind: lines 3, 5, 8 and 1 more. Quote them.
    """
    kinds: dict[str, list[Problem]] = {}
    for problem in problems:
        kinds.setdefault(problem.kind or problem.way_out, []).append(problem)
    return [(alike, _message(alike)) for alike in kinds.values()]


def _message(alike: list[Problem]) -> str:
    first = alike[0]
    if len(alike) == 1:
        return str(first)
    if all(problem.path == first.path for problem in alike):
        places, noun = [str(problem.line) for problem in alike if problem.line is not None], "line"
    else:
        places, noun = [problem.place for problem in alike], "place"
    places = list(dict.fromkeys(places))
    more = f" and {len(places) - SHOWN_PLACES:,} more" if len(places) > SHOWN_PLACES else ""
    where = f": {noun}{'s' * (len(places) > 1)} {', '.join(places[:SHOWN_PLACES])}{more}" if places else ""
    return f"{first.place}: {_sentence(first.found)} {len(alike):,} of this kind{where}. {_sentence(first.way_out)}"


def _sentence(words: str) -> str:
    words = in_a_line(words)
    return words if not words or words[-1] in ".!?" else words + "."
