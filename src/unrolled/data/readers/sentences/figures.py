"""What the columns of a file look like: the figures by which tokens and labels are found."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

__all__ = ["MOST", "Column", "Rows", "columns_of", "key_values", "looks_like_a_label"]

Rows: TypeAlias = Sequence[tuple[int, list[str] | None]]
"""Lines with their fields: [] where a blank line ends a sentence, None where a line cannot be read."""

_TAG = re.compile(r"O|[BIESLUM]|[BIESLUM][-_/.:|+].+|.+[-_/.:|+][BIESLUM]|[bi]-.+")
_RANGE = re.compile(r"\d+-\d+|\d+\.\d+")
_PAIR = re.compile(r"([^=|\s]+)=([^|]*)")

MOST = 0.9
"""The share of cells that must look alike for a column to be taken for it: a file may have slips of the pen."""
MAX_BARE_TYPES = 50
"""The most values of a column that is taken for labels without prefixes."""


@dataclass(frozen=True)
class Column:
    """One column, as the sentences of a sample have it."""

    place: int
    sentences: list[list[str]]

    @cached_property
    def cells(self) -> list[str]:
        """All cells."""
        return [cell for sentence in self.sentences for cell in sentence]

    @cached_property
    def values(self) -> Counter[str]:
        """How often each cell occurs."""
        return Counter(self.cells)

    @cached_property
    def has_tags(self) -> bool:
        """Whether the cells are labels with prefixes, or O."""
        like = sum(count for value, count in self.values.items() if _TAG.fullmatch(value))
        return bool(self.cells) and like >= MOST * len(self.cells) and (self.num_entities > 0 or self.values["O"] > 0)

    @cached_property
    def has_bare_labels(self) -> bool:
        """Whether the cells are few different ones, O among them."""
        few = min(MAX_BARE_TYPES, max(2, len(self.cells) // 2))
        return self.values["O"] > 0 and 2 <= len(self.values) <= few

    @cached_property
    def num_entities(self) -> int:
        """How many cells begin an entity, as far as a prefix tells."""
        return sum(count for value, count in self.values.items() if value != "O" and value[:1] in "BSU")

    @cached_property
    def types(self) -> set[str]:
        """The types of the labels."""
        return {value[2:] for value in self.values if value != "O" and len(value) > 2}

    @cached_property
    def counts(self) -> bool:
        """Whether the cells count 0, 1, 2 or 1, 2, 3 in each sentence; ranges such as 2-3 and 4.1 may stand between."""
        num_plain = 0
        for sentence in self.sentences:
            plain = [cell for cell in sentence if _RANGE.fullmatch(cell) is None]
            first = int(plain[0]) if plain and plain[0] in {"0", "1"} else -1
            if plain != [str(first + i) for i in range(len(plain))]:
                return False
            num_plain += len(plain)
        return num_plain > len(self.sentences) or (num_plain > 0 and len(self.sentences) == 1)

    @cached_property
    def has_ranges(self) -> bool:
        """Whether a cell is the number of several tokens, or of an empty one, as CoNLL-U has them."""
        return any(_RANGE.fullmatch(cell) for cell in self.cells)

    @cached_property
    def stands_still(self) -> bool:
        """Whether the cell is the same all through each sentence, in five rows at least: a document's name."""
        several = [sentence for sentence in self.sentences if len(sentence) > 1]
        return sum(map(len, several)) >= 5 and all(len(set(sentence)) == 1 for sentence in several)

    @cached_property
    def has_numbers(self) -> bool:
        """Whether no cell has a letter."""
        return not any(character.isalpha() for value in self.values for character in value)

    @cached_property
    def names_each(self) -> bool:
        """Whether each cell is another and has a number, in five rows at least: the name of a token."""
        return len(self.values) == len(self.cells) >= 5 and all(any(map(str.isdecimal, cell)) for cell in self.values)

    @cached_property
    def num_runs(self) -> int:
        """How many runs of equal cells with a number there are, where each value has one and some are long; else 0."""
        runs = [cell for i, cell in enumerate(self.cells) if i == 0 or cell != self.cells[i - 1]]
        if not all(any(map(str.isdecimal, cell)) for cell in self.values):
            return 0
        return len(runs) if len(set(runs)) == len(runs) and 2 <= len(runs) < len(self.cells) else 0

    @cached_property
    def key(self) -> str | None:
        """Which key of cells like `SpaceAfter=No|name=B-PER` holds labels; None where none does."""
        found: dict[str, list[str]] = {}
        for cell in self.cells:
            for key, value in key_values(cell).items():
                found.setdefault(key, []).append(value)
        for key, values in found.items():
            if len(values) >= MOST * len(self.cells) and Column(self.place, [values]).has_tags:
                return key
        return None


def key_values(cell: str) -> dict[str, str]:
    """Return the keys and values of a cell of CoNLL-U's last column.

    >>> key_values("SpaceAfter=No|name=B-PER")
    {'SpaceAfter': 'No', 'name': 'B-PER'}
    """
    return {match[1]: match[2] for match in map(_PAIR.fullmatch, cell.split("|")) if match}


def looks_like_a_label(cell: str) -> bool:
    """Return whether a cell is a label with a prefix, or O."""
    return _TAG.fullmatch(cell) is not None


def columns_of(rows: Rows, width: int) -> list[Column]:
    """Return the columns of those rows that have this width; what begins like a comment only where all rows do.

    A comment may have as many words as a row has columns.
    """
    fitting = [fields for _, fields in rows if fields == [] or (fields is not None and len(fields) == width)]
    plain = [fields for fields in fitting if not fields or not fields[0].startswith(("#", "-DOCSTART-"))]
    sentences: list[list[list[str]]] = [[]]
    for fields in plain if any(plain) else fitting:
        if fields:
            sentences[-1].append(fields)
        else:
            sentences.append([])
    first = _column(0, sentences)
    if not (width and first.counts and first.has_ranges):
        return [_column(place, sentences) for place in range(width)]
    # Ranges and empty words of CoNLL-U have no labels.
    sentences = [[row for row in sentence if _RANGE.fullmatch(row[0]) is None] for sentence in sentences]
    return [first, *(_column(place, sentences) for place in range(1, width))]


def _column(place: int, sentences: Sequence[Sequence[list[str]]]) -> Column:
    return Column(place, [[row[place] for row in sentence] for sentence in sentences if sentence])
