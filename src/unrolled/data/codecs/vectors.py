"""A vector of numbers at every step: measurements, sensors, frames of features."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, TypeAlias, cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from unrolled.data.codecs.chunks import EachStep
from unrolled.data.codecs.codec import Fault, Saved
from unrolled.data.codecs.standard import Rows, Standard, as_numbers
from unrolled.data.ragged import Ragged
from unrolled.data.spaces import Vectors
from unrolled.errors import DataError
from unrolled.settings import Settings

__all__ = ["VectorsCodec", "VectorsSettings"]

Series: TypeAlias = NDArray[Any]


@dataclass(frozen=True, kw_only=True)
class VectorsSettings(Settings):
    """Nothing can be set: mean and deviation are those of the training data."""

    title: ClassVar[str] = "setting of the vectors"


@dataclass(frozen=True)
class VectorsCodec:
    """Arrays (T, D) of numbers, each column in deviations from the training data's mean; (D,) counts as T = 1.

    >>> codec = VectorsCodec.fitted([np.array([[1.0, 5.0], [3.0, 5.0]])])
    >>> encoded = codec.encode([np.array([[2.0, 5.0]]), np.array([4.0, 6.0])])
    >>> encoded.rows.tolist(), encoded.lengths.tolist()
    ([[0.0, 0.0], [2.0, 1.0]], [1, 1])
    """

    kind: ClassVar[str] = "vectors"

    standard: Standard
    settings: VectorsSettings = field(default_factory=VectorsSettings)

    @classmethod
    def fitted(cls, raws: Iterable[Series], settings: VectorsSettings | None = None) -> "VectorsCodec":
        """Return the codec of the training arrays, which are read once and not kept.

        Raises:
            DataError: no array, one with a value that is not finite, or of another width than the first.
        """

        def rows() -> Iterator[Rows]:
            size: int | None = None
            for number, raw in enumerate(raws, 1):
                found = _rows(raw, size)
                size = size if isinstance(found, Fault) else found.shape[1]
                fault = found if isinstance(found, Fault) else Standard.nothing(found.shape[1]).check(found)
                if fault is not None:
                    raise DataError(f"Example {number} has {fault.found}. {fault.way_out}.")
                yield cast(Rows, found)

        return cls(Standard.of(rows()), settings or VectorsSettings())

    def grown(self, raws: Iterable[Series], settings: VectorsSettings) -> "VectorsCodec":
        """Return this codec, with the earlier mean and deviation: in others the weights would mean something else.

        Raises:
            DataError: what `check` finds in new arrays, with the example's number.
        """
        for number, raw in enumerate(raws, 1):
            if (fault := self.check(raw)) is not None:
                raise DataError(f"Example {number} has {fault.found}. {fault.way_out}.")
        return self

    def origins(self, earlier: "VectorsCodec") -> dict[str, Tensor]:
        """Return nothing: there are no symbols, and as many numbers as before."""
        return {}

    @property
    def space(self) -> Vectors:
        """D."""
        return Vectors(len(self.standard.mean))

    def length(self, raw: Series, /) -> int:
        """Return T, the number of rows."""
        shape = np.shape(raw)
        return shape[0] if len(shape) == 2 else 1

    def accepted(self, raw: Any, /) -> Series | Fault:
        """Return a value as numbers, or what is wrong with it."""
        fault = self.check(raw)
        return fault if fault is not None else cast(Any, as_numbers(raw))

    def check(self, raw: Any, /) -> Fault | None:
        """Return what is wrong with an array: its dimensions, its width, or the first value that is no number."""
        found = _rows(raw, self.space.size)
        return found if isinstance(found, Fault) else self.standard.check(found)

    def encode(self, raws: Sequence[Series], /, noise: torch.Generator | None = None) -> Ragged:
        """Encode a batch of arrays as Ragged, rows (M, D) float32.

        Raises:
            DataError: what `check` finds, with the example's number.
        """
        sequences: list[Tensor] = []
        for number, raw in enumerate(raws, 1):
            found = _rows(raw, self.space.size)
            fault = found if isinstance(found, Fault) else self.standard.check(found)
            if fault is not None:
                raise DataError(f"Example {number} has {fault.found}. {fault.way_out}.")
            sequences.append(self.standard.rows(cast(Rows, found)))
        return Ragged.from_list(sequences)

    def chunks(self) -> EachStep[Any]:
        """Return what encodes one x while it arrives."""
        return EachStep(self.encode)

    def decode(self, sequences: Sequence[Tensor], /) -> list[Series]:
        """Return the array (T, D) of each sequence."""
        return [self.standard.numbers(rows) for rows in sequences]

    def save(self) -> Saved:
        """Return the mean and the deviation of each column."""
        return Saved(self.settings.to_dict(), tensors=self.standard.tensors())

    @classmethod
    def load(cls, saved: Saved, /) -> "VectorsCodec":
        """Return the codec that was saved.

        Raises:
            DataError: tensors that are no mean and deviation.
        """
        return cls(Standard.load(saved), VectorsSettings.from_dict(saved.settings))


def _rows(raw: Any, size: int | None) -> Rows | Fault:
    """Return an array as rows (T, D), or what it is instead; `size` is D, where it is known."""
    array = as_numbers(raw)
    if isinstance(array, Fault):
        return array
    if array.ndim not in (1, 2):
        return Fault(
            f"an array of shape {array.shape}", "Give two dimensions, (T, D): a row of D numbers for each step"
        )
    rows = array[None] if array.ndim == 1 else array
    if not rows.size:
        return Fault(f"an array of shape {array.shape}, which is empty", "Give at least one row, or leave it out")
    if size is not None and rows.shape[1] != size:
        way_out = f"Give {size} numbers for each step"
        if array.ndim == 1 and size == 1:
            way_out = f"Give a series of {len(array)} steps the shape ({len(array)}, 1)"
        return Fault(f"an array of shape {array.shape}, where {size} columns are expected", way_out)
    return rows
