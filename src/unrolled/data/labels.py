"""Labels in their order: numbers by value, others by the alphabet."""

import re
from collections.abc import Iterable

__all__ = ["are_grades", "are_numbers", "in_order"]

_NUMBER = re.compile(r"[-+]?\d{1,15}(\.\d{1,15})?", re.ASCII)


def in_order(labels: Iterable[str]) -> list[str]:
    """Return labels by value if all are numbers, else in alphabetical order.

    >>> in_order(["10", "9", "-1"]), in_order(["b", "10", "9"])
    (['-1', '9', '10'], ['10', '9', 'b'])
    """
    found = sorted(labels)
    return sorted(found, key=float) if are_numbers(found) else found


def are_numbers(labels: Iterable[str]) -> bool:
    """Return whether all labels are numbers.

    >>> are_numbers(["10", "-1.5"]), are_numbers(["10", "ten"])
    (True, False)
    """
    return all(map(_NUMBER.fullmatch, labels))


def are_grades(labels: Iterable[str]) -> bool:
    """Return whether labels are three or more whole numbers, such as stars.

    >>> are_grades(["1", "2", "3"]), are_grades(["0", "1"]), are_grades(["1", "2", "3+"])
    (True, False, False)
    """
    found = set(labels)
    if not all(map(_NUMBER.fullmatch, found)):
        return False
    values = set(map(float, found))
    return len(found) == len(values) >= 3 and all(map(float.is_integer, values))
