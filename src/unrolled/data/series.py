"""A series of vectors as it was read: (T, D) numbers, gaps in it, and perhaps the time of each step."""

from collections.abc import Iterator, Sequence
from typing import Any, SupportsIndex, overload

import numpy as np
from numpy.typing import NDArray

__all__ = ["Series"]


class Series(Sequence[tuple[float, ...]]):
    """T steps of numbers; NaN is a gap.

    Equal to another of the same numbers, gaps in the same places. numpy takes it for an array.

    >>> series = Series([[0.0, 1.0], [0.5, float("nan")]], timed=True)
    >>> len(series), series[0], np.asarray(series).shape, series == Series([[0, 1], [0.5, np.nan]], timed=True)
    (2, (0.0, 1.0), (2, 2), True)

    Args:
        rows: (T, D), or (T, 1 + D) where they are timed.
        timed: whether the first number of each step is its time.
    """

    __slots__ = ("rows", "timed")

    rows: NDArray[np.float64]
    timed: bool

    def __init__(self, rows: Any, *, timed: bool = False) -> None:
        array = np.array(rows, np.float64)
        array.flags.writeable = False
        self.rows, self.timed = array, timed

    def __len__(self) -> int:
        return len(self.rows)

    @overload
    def __getitem__(self, index: SupportsIndex, /) -> tuple[float, ...]: ...
    @overload
    def __getitem__(self, index: slice, /) -> "Series": ...
    def __getitem__(self, index: Any, /) -> Any:
        return (
            Series(self.rows[index], timed=self.timed) if isinstance(index, slice) else tuple(self.rows[index].tolist())
        )

    def __iter__(self) -> Iterator[tuple[float, ...]]:
        return map(tuple, self.rows.tolist())

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:
        return np.array(self.rows, dtype=dtype, copy=copy)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Series):
            return NotImplemented
        return self.timed == other.timed and np.array_equal(self.rows, other.rows, equal_nan=True)

    def __hash__(self) -> int:
        return hash((self.timed, self.rows.shape, (self.rows + 0.0).tobytes()))

    def __repr__(self) -> str:
        return f"Series({self.rows.tolist()}, timed={self.timed})"

    def __str__(self) -> str:
        return "; ".join(" ".join("?" if np.isnan(number) else f"{number:.6g}" for number in row) for row in self)

    def tolist(self) -> list[list[float | None]]:
        """Return the rows as JSON holds them: a gap is None.

        >>> Series([[1, float("nan")]]).tolist()
        [[1.0, None]]
        """
        return [[None if number != number else number for number in row] for row in self.rows.tolist()]  # noqa: PLR0124
