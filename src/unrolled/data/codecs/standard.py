"""Numbers brought to mean 0 and deviation 1, each column by the training data."""

from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass
from decimal import Decimal
from numbers import Real
from typing import Any, TypeAlias, cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from unrolled.data.codecs.codec import Fault, Saved
from unrolled.data.given import described, is_gap, own
from unrolled.errors import DataError

__all__ = ["Rows", "Standard", "as_numbers"]

Rows: TypeAlias = NDArray[np.float64]

LARGEST = 1e30
"""How many deviations a number may be from the mean: float32 ends at 3.4e38."""

SMALLEST = 1e-12
"""A deviation below this part of the mean is what rounding leaves of a constant."""


@dataclass(frozen=True)
class Standard:
    """The mean and the deviation of each of D columns; of a column that is constant the deviation counts as 1.

    >>> standard = Standard.of([np.array([[1.0, 7.0], [3.0, 7.0]])])
    >>> standard.mean, standard.deviation, standard.rows(np.array([[4.0, 8.0]])).tolist()
    ((2.0, 7.0), (1.0, 1.0), [[2.0, 1.0]])
    """

    mean: tuple[float, ...]
    deviation: tuple[float, ...]

    @classmethod
    def of(cls, sequences: Iterable[Rows]) -> "Standard":
        """Return the figures of sequences, each (T, D), read once (Chan, Golub and LeVeque 1979); NaN does not count.

        Of a column without any number the mean is 0.

        Raises:
            DataError: no numbers, or numbers too large to be squared.
        """
        count, mean, squares = np.zeros(0), np.zeros(0), np.zeros(0)
        with np.errstate(all="ignore"):  # what overflows is told below
            for rows in sequences:
                if not mean.size:
                    count, mean, squares = (np.zeros(rows.shape[1]) for _ in range(3))
                there = ~np.isnan(rows)
                if there.all():
                    its_count, its_mean = np.float64(len(rows)), rows.mean(0)
                    its_squares = ((rows - its_mean) ** 2).sum(0)
                else:
                    its_count = there.sum(0).astype(np.float64)
                    its_mean = np.where(there, rows, 0).sum(0) / np.maximum(its_count, 1)
                    its_squares = (np.where(there, rows - its_mean, 0) ** 2).sum(0)
                step, total = its_mean - mean, np.maximum(count + its_count, 1)
                squares += its_squares + step**2 * (count * its_count / total)
                mean += step * (its_count / total)
                count = count + its_count
            deviation = np.sqrt(squares / np.maximum(count, 1))
        if not mean.size:
            raise DataError("There are no numbers. Give at least one example.")
        if not (np.isfinite(mean).all() and np.isfinite(deviation).all()):
            column = int(np.argmin(np.isfinite(mean) & np.isfinite(deviation)))
            raise DataError(f"The numbers of column {column + 1} are too large. Give them in a larger unit.")
        deviation[deviation <= SMALLEST * np.abs(mean)] = 1
        return cls(tuple(mean.tolist()), tuple(deviation.tolist()))

    @classmethod
    def nothing(cls, size: int) -> "Standard":
        """Return what changes no number."""
        return cls((0.0,) * size, (1.0,) * size)

    def check(self, rows: Rows) -> Fault | None:
        """Return which number is not finite or too far from the mean; None where all of (T, D) can be encoded."""
        with np.errstate(all="ignore"):
            wrong = ~(np.abs((rows - np.array(self.mean)) / np.array(self.deviation)) < LARGEST)
        if not wrong.any():
            return None
        t, column = map(int, np.argwhere(wrong)[0])
        found = f"{rows[t, column]:g} in row {t + 1}, column {column + 1}" if rows.size > 1 else f"{rows[t, column]:g}"
        if np.isfinite(rows[t, column]):
            return Fault(f"the number {found}, which is too far from those of the training data", "Check its unit")
        return Fault(f"the value {found}, which is no finite number", "Fill the gap, or leave the example out")

    def rows(self, rows: Rows) -> Tensor:
        """Return (T, D) float32: the numbers, less the mean, in deviations."""
        return torch.as_tensor(((rows - np.array(self.mean)) / np.array(self.deviation)).astype(np.float32))

    def numbers(self, rows: Tensor) -> Rows:
        """Return what `rows` was made of, (T, D)."""
        return rows.detach().cpu().double().numpy() * np.array(self.deviation) + np.array(self.mean)

    def tensors(self) -> dict[str, Tensor]:
        """Return mean and deviation, (D,) float64 each."""
        return {
            "mean": torch.tensor(self.mean, dtype=torch.float64),
            "deviation": torch.tensor(self.deviation, dtype=torch.float64),
        }

    @classmethod
    def load(cls, saved: Saved) -> "Standard":
        """Return what `tensors` gave.

        Raises:
            DataError: a tensor is missing or another beside them, of another dtype or shape, or holds what is no mean
                or no deviation.
        """
        names = ("mean", "deviation")
        if set(saved.tensors) != set(names):
            found = ", ".join(sorted(saved.tensors)) or "none"
            raise DataError(f"The tensors of the numbers are {found}, not mean and deviation.")
        mean, deviation = (saved.tensors[name] for name in names)
        for name, tensor in zip(names, (mean, deviation), strict=True):
            if tensor.dtype != torch.float64 or tensor.ndim != 1 or not len(tensor) or tensor.shape != mean.shape:
                raise DataError(f"The tensor {name} is {tensor.dtype} {tuple(tensor.shape)}, not D numbers in float64.")
            if not bool(torch.isfinite(tensor).all()):
                raise DataError(f"The tensor {name} holds a value that is no finite number.")
        if not bool((deviation > 0).all()):
            raise DataError("The tensor deviation holds a value that is not above 0.")
        return cls(*(tuple(cast(Any, tensor).tolist()) for tensor in (mean, deviation)))


def as_numbers(given: Any) -> Rows | Fault:
    """Return an array or a sequence of numbers as float64 of any shape, or what it is instead; gaps become NaN."""
    raw: Any = given.as_py() if hasattr(given, "as_py") else given  # of Arrow
    if isinstance(raw, Mapping | Set | Iterator):
        return Fault(f"{described(raw).rstrip(',')}, where numbers are expected", "Give a numpy array of numbers")
    if raw is None or (is_gap(raw) and not isinstance(raw, float | np.floating)):
        return Fault(f"{described(raw)} where numbers are expected", "Fill the gap, or leave the example out")
    if isinstance(raw, np.ma.MaskedArray):  # whose mask would be forgotten
        raw = cast(Any, raw).astype(np.float64).filled(np.nan)
    try:
        array = np.asarray(raw)
        if array.dtype.kind == "O":
            return _of_objects(array)
    except (ValueError, TypeError, RuntimeError) as error:  # rows of several lengths, tensors with a gradient
        return Fault(
            f"{type(cast(object, raw)).__name__} values that make no array ({error})", "Give a numpy array of numbers"
        )
    if array.dtype.kind not in "iuf":
        return Fault(
            f"{str(cast(object, raw))[:40]!r} where numbers are expected", "Give numbers, without quotation marks"
        )
    return array.astype(np.float64)


def _of_objects(array: NDArray[Any]) -> Rows | Fault:
    """Return the numbers of an array of objects, as pandas makes them: of gaps, of rows, of Python's numbers."""
    if array.ndim == 1 and array.size and all(np.ndim(item) for item in array):
        return as_numbers(np.array(array.tolist()))  # rows in one column
    numbers = np.empty(array.shape)
    for place, value in zip(np.ndindex(array.shape), map(own, array.ravel()), strict=True):
        if is_gap(value):
            numbers[place] = np.nan
        elif isinstance(value, Real | Decimal) and value is not True and value is not False:
            try:
                numbers[place] = float(value)
            except OverflowError:
                numbers[place] = np.inf
        else:
            return Fault(f"{described(value).rstrip(',')} where numbers are expected", "Give numbers alone")
    return numbers
