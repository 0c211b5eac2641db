"""What was made lately, kept as long as it comes again: a cache that never grows beyond its size."""

from collections.abc import Hashable
from typing import Generic, TypeVar

__all__ = ["Recent"]

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class Recent(Generic[Key, Value]):
    """A table that forgets what has not been asked for longest, so that its entries' sizes are at most `size` in all.

    It has two halves: what is asked for goes to the new one; when that is full it becomes the old one, whose entries
    are forgotten. So what comes again stays, however much comes once only. Threads may share one: at worst an entry is
    made twice.

    >>> squares = Recent[int, int](4)
    >>> for n in (1, 2, 3, 1, 4, 1):
    ...     if squares.get(n) is None:
    ...         squares.keep(n, n * n)
    >>> squares.get(1), squares.get(2), len(squares)
    (1, None, 3)
    """

    def __init__(self, size: int) -> None:
        self._half = size // 2
        self._new: dict[Key, tuple[Value, int]] = {}
        self._old: dict[Key, tuple[Value, int]] = {}
        self._filled = 0

    def __len__(self) -> int:
        return len(self._new) + len(self._old)

    @property
    def size(self) -> int:
        """The sizes of all entries together."""
        return sum(size for half in (self._new, self._old) for _, size in list(half.values()))

    def get(self, key: Key) -> Value | None:
        """Return what was kept; None where nothing was, or it is forgotten."""
        found = self._new.get(key)
        if found is None and (found := self._old.pop(key, None)) is not None:
            self.keep(key, *found)
        return None if found is None else found[0]

    def keep(self, key: Key, value: Value, size: int = 1) -> None:
        """Keep a value of that size, for as long as there is room; one that is larger than a half is not kept."""
        if size > self._half:
            return
        if self._filled + size > self._half:
            self._old, self._new, self._filled = self._new, {}, 0
        self._new[key] = value, size
        self._filled += size
