"""One supervised example."""

from dataclasses import dataclass
from typing import Generic, TypeVar

__all__ = ["Pair"]

X = TypeVar("X")
Y = TypeVar("Y")


@dataclass(frozen=True, slots=True)
class Pair(Generic[X, Y]):
    """One supervised example (X, Y), raw: as it was read, before any codec.

    >>> Pair(x=("Harry", "Potter", "sat", "."), y=("B-PER", "I-PER", "O", "O")).y[0]
    'B-PER'
    """

    x: X
    y: Y
