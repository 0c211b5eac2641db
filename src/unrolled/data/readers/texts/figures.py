"""What cells of a column look like: texts, labels, or neither."""

import re
from collections.abc import Sequence

__all__ = ["are_dates", "are_fractions", "are_parts", "has_words", "length_of", "may_be_labels"]

MAX_VALUES = 100
"""The most values of a column that is taken for the labels by its figures."""
MOST_GRADES = 11
"""The most fractions that may be grades: half stars from 0 to 5 are eleven; a score of a model has thousands."""

_DATE = re.compile(r"\d{4}[-/.]\d\d?[-/.]\d\d?\b.*|\d\d?[-/.]\d\d?[-/.]\d{4}\b.*", re.ASCII)
_FRACTION = re.compile(r"[-+]?\d*\.?\d+(e[-+]?\d+)?", re.ASCII | re.IGNORECASE)
_PARTS = frozenset({"train", "training", "dev", "test", "valid", "validation", "val", "eval", "unused"})


def length_of(cells: Sequence[str]) -> tuple[float, float]:
    """Return the mean number of words of a cell, and of characters."""
    count = max(len(cells), 1)
    return sum(len(cell.split()) for cell in cells) / count, sum(map(len, cells)) / count


def may_be_labels(cells: Sequence[str], least: int = 2) -> bool:
    """Return whether a column has few values, `least` or more, short ones, and hardly a gap."""
    filled = [cell for cell in cells if cell]
    values = set(filled)
    few = least <= len(values) <= min(MAX_VALUES, len(filled) - 1 if len(filled) < 20 else len(filled) // 4)
    short = few and max(map(len, values)) <= 40
    return short and len(filled) > 0.9 * len(cells) and not are_dates(values) and not are_fractions(values)


def has_words(cells: Sequence[str]) -> bool:
    """Return whether at least half of the cells have a letter."""
    return sum(any(map(str.isalpha, cell)) for cell in cells) * 2 >= len(cells)


def are_dates(values: Sequence[str] | set[str]) -> bool:
    """Return whether all values are dates, such as 2024-03-01 or 1/3/2024.

    >>> are_dates(["2024-03-01 12:00", "1/3/2024"]), are_dates(["2024", "5"])
    (True, False)
    """
    return bool(values) and all(map(_DATE.fullmatch, values))


def are_fractions(values: Sequence[str] | set[str]) -> bool:
    """Return whether the values are numbers, many of them with a fraction, as scores and prices are.

    >>> are_fractions([f"0.{i}7" for i in range(20)]), are_fractions(["0.5", "1", "1.5"])
    (True, False)
    """
    broken = sum("." in value for value in values)
    return len(values) > MOST_GRADES and 2 * broken > len(values) and all(map(_FRACTION.fullmatch, values))


def are_parts(values: Sequence[str] | set[str]) -> bool:
    """Return whether the values name the parts of a corpus: train, dev, test."""
    return bool(values) and {value.lower() for value in values} <= _PARTS
