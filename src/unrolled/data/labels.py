"""Labels in their order: numbers by value, others by the alphabet."""

import re
from collections.abc import Iterable

__all__ = ["are_grades", "in_order"]

_NUMBER = re.compile(r"[-+]?\d{1,15}(\.\d{1,15})?", re.ASCII)


def in_order(labels: Iterable[str]) -> list[str]:
    """Return labels by value if all are numbers, else in alphabetical order.

    >>> in_order(["10", "9", "-1"]), in_order(["b", "10", "9"])
    (['-1', '9', '10'], ['10', '9', 'b'])
    """
    found = sorted(labels)
    return sorted(found, key=float) if all(map(_NUMBER.fullmatch, found)) else found


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
