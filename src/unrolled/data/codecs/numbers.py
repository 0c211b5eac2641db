"""One number for all of x, or so many: a price, an angle, the place of a thing."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, TypeAlias, cast

import torch
from torch import Tensor

from unrolled.data.codecs.chunks import EachStep
from unrolled.data.codecs.codec import Fault, Saved
from unrolled.data.codecs.standard import Rows, Standard, as_numbers
from unrolled.data.ragged import Ragged
from unrolled.data.spaces import Vectors
from unrolled.settings import Settings

__all__ = ["NumberCodec", "NumberSettings"]

Number: TypeAlias = float | Sequence[float]


@dataclass(frozen=True, kw_only=True)
class NumberSettings(Settings):
    """Nothing can be set: mean and deviation are those of the training data."""

    title: ClassVar[str] = "setting of the numbers"


@dataclass(frozen=True)
class NumberCodec:
    """A number, or D of them, of a whole x, in deviations from the training data's mean.

    >>> codec = NumberCodec.fitted([10.0, 30.0])
    >>> codec.encode([40, 20]).rows.tolist(), codec.decode([torch.tensor([[2.0]])])
    ([[2.0], [0.0]], [40.0])

    Arguments:
        standard: mean and deviation, of one number or of D.
        alone: whether raw values are numbers, not sequences of D = 1 of them.
    """

    kind: ClassVar[str] = "number"

    standard: Standard
    alone: bool
    settings: NumberSettings = field(default_factory=NumberSettings)

    @classmethod
    def fitted(cls, raws: Iterable[Number], settings: NumberSettings | None = None) -> "NumberCodec":
        """Return the codec of the training numbers.

        Raises:
            DataError: no number, one that is not finite, or another count of them than the first example has.
        """
        alone = True
        size = 0

        def rows() -> Iterator[Rows]:
            nonlocal alone, size
            for number, raw in enumerate(raws, 1):
                array = as_numbers(raw)
                if not isinstance(array, Fault) and number == 1:
                    alone, size = array.ndim == 0, array.size
                found = _row(array, alone=alone, size=size)
                fault = found if isinstance(found, Fault) else Standard.nothing(size).check(found)
                if fault is not None:
                    raise fault.error(number)
                yield cast(Rows, found)

        standard = Standard.of(rows())
        return cls(standard, alone, settings or NumberSettings())

    def grown(self, raws: Iterable[Number], settings: NumberSettings) -> "NumberCodec":
        """Return this codec, with the earlier mean and deviation: in others the weights would mean something else.

        Raises:
            DataError: what `check` finds in new numbers, with the example's number.
        """
        for number, raw in enumerate(raws, 1):
            if (fault := self.check(raw)) is not None:
                raise fault.error(number)
        return self

    def origins(self, earlier: "NumberCodec") -> dict[str, Tensor]:
        """Return nothing: there are no symbols, and as many numbers as before."""
        return {}

    @property
    def space(self) -> Vectors:
        """D."""
        return Vectors(len(self.standard.mean))

    def length(self, raw: Number, /) -> int:
        """Return T_y, which is 1."""
        return 1

    def accepted(self, raw: Any, /) -> Number | Fault:
        """Return a value as numbers, or what is wrong with it."""
        fault = self.check(raw)
        return fault if fault is not None else cast(Any, as_numbers(raw))

    def check(self, raw: Any, /) -> Fault | None:
        """Return what is wrong with a number, or with D of them."""
        found = _row(as_numbers(raw), alone=self.alone, size=self.space.size)
        return found if isinstance(found, Fault) else self.standard.check(found)

    def encode(self, raws: Sequence[Number], /, noise: torch.Generator | None = None) -> Ragged:
        """Encode a batch as Ragged of N sequences of one step, rows (N, D) float32.

        Raises:
            DataError: what `check` finds, with the example's number.
        """
        rows: list[Tensor] = []
        for number, raw in enumerate(raws, 1):
            found = _row(as_numbers(raw), alone=self.alone, size=self.space.size)
            fault = found if isinstance(found, Fault) else self.standard.check(found)
            if fault is not None:
                raise fault.error(number)
            rows.append(self.standard.rows(cast(Rows, found)))
        return Ragged.from_list(rows)

    def chunks(self) -> EachStep[Any]:
        """Return what encodes one x while it arrives."""
        return EachStep(self.encode)

    def decode(self, sequences: Sequence[Tensor], /) -> list[Number]:
        """Return the number of each sequence, (1, D); a tuple of D unless they stand alone."""
        found: list[Any] = [self.standard.numbers(rows)[0].tolist() for rows in sequences]
        return [numbers[0] if self.alone else tuple(numbers) for numbers in found]

    def save(self) -> Saved:
        """Return mean and deviation; of a number that stands alone they have no dimension."""
        tensors = self.standard.tensors()
        return Saved(self.settings.to_dict(), tensors={name: t[0] if self.alone else t for name, t in tensors.items()})

    @classmethod
    def load(cls, saved: Saved, /) -> "NumberCodec":
        """Return the codec that was saved.

        Raises:
            DataError: tensors that are no mean and deviation.
        """
        alone = bool(saved.tensors) and all(tensor.ndim == 0 for tensor in saved.tensors.values())
        tensors = {name: tensor[None] for name, tensor in saved.tensors.items()} if alone else saved.tensors
        return cls(Standard.load(Saved(tensors=tensors)), alone, NumberSettings.from_dict(saved.settings))


def _row(array: Rows | Fault, *, alone: bool, size: int) -> Rows | Fault:
    """Return the numbers as a row (1, D), or what they are instead."""
    if isinstance(array, Fault):
        return array
    if array.shape == (() if alone else (size,)) and size:
        return array.reshape(1, size)
    wanted = "one number is" if alone else f"{size} numbers are"
    return Fault(f"an array of shape {array.shape} where {wanted} expected", "Give the same for every example")
