"""Numbers at every step to be found: a temperature each hour, where a thing is in each frame."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, cast

import torch
from torch import Tensor

from unrolled.data.codecs.chunks import EachStep
from unrolled.data.codecs.codec import Fault, Saved
from unrolled.data.codecs.standard import Rows, Standard, as_numbers
from unrolled.data.ragged import Ragged
from unrolled.data.series import Series
from unrolled.data.spaces import Vectors
from unrolled.settings import Settings

__all__ = ["StepNumbersCodec", "StepNumbersSettings"]


@dataclass(frozen=True, kw_only=True)
class StepNumbersSettings(Settings):
    """Nothing can be set: mean and deviation are those of the training data."""

    title: ClassVar[str] = "setting of the numbers of steps"


@dataclass(frozen=True)
class StepNumbersCodec:
    """K numbers at every step, each column in deviations from the training data's mean.

    >>> codec = StepNumbersCodec.fitted([[[10.0], [30.0]], [[20.0]]])
    >>> codec.encode([[[20.0], [20.0]]]).rows.tolist(), len(codec.decode([torch.zeros(3, 1)])[0])
    ([[0.0], [0.0]], 3)
    """

    kind: ClassVar[str] = "step_numbers"

    standard: Standard
    settings: StepNumbersSettings = field(default_factory=StepNumbersSettings)

    @classmethod
    def fitted(cls, raws: Iterable[Any], settings: StepNumbersSettings | None = None) -> "StepNumbersCodec":
        """Return the codec of the training numbers.

        Raises:
            DataError: no numbers, some that are not finite, or another count of them a step than the first example has.
        """

        def rows() -> Iterator[Rows]:
            size: int | None = None
            for number, raw in enumerate(raws, 1):
                found = _rows(raw, size)
                size = size if isinstance(found, Fault) else found.shape[1]
                fault = found if isinstance(found, Fault) else Standard.nothing(found.shape[1]).check(found)
                if fault is not None:
                    raise fault.error(number)
                yield cast(Rows, found)

        return cls(Standard.of(rows()), settings or StepNumbersSettings())

    def grown(self, raws: Iterable[Any], settings: StepNumbersSettings) -> "StepNumbersCodec":
        """Return this codec, with the earlier mean and deviation: in others the weights would mean something else.

        Raises:
            DataError: what `check` finds in new numbers, with the example's number.
        """
        for number, raw in enumerate(raws, 1):
            if (fault := self.check(raw)) is not None:
                raise fault.error(number)
        return self

    def origins(self, earlier: "StepNumbersCodec") -> dict[str, Tensor]:
        """Return nothing: there are no symbols, and as many numbers as before."""
        return {}

    @property
    def space(self) -> Vectors:
        """K."""
        return Vectors(len(self.standard.mean))

    def length(self, raw: Any, /) -> int:
        """Return T_y, the number of steps."""
        return len(raw)

    def accepted(self, raw: Any, /) -> Any | Fault:
        """Return values as rows of numbers (T, K), or what is wrong with them."""
        found = _rows(raw, self.space.size)
        fault = found if isinstance(found, Fault) else self.standard.check(found)
        return fault if fault is not None else Series(found)

    def check(self, raw: Any, /) -> Fault | None:
        """Return what is wrong with the numbers of an example."""
        found = _rows(raw, self.space.size)
        return found if isinstance(found, Fault) else self.standard.check(found)

    def encode(self, raws: Sequence[Any], /, noise: torch.Generator | None = None) -> Ragged:
        """Encode a batch as Ragged, rows (M, K) float32.

        Raises:
            DataError: what `check` finds, with the example's number.
        """
        sequences: list[Tensor] = []
        for number, raw in enumerate(raws, 1):
            found = _rows(raw, self.space.size)
            fault = found if isinstance(found, Fault) else self.standard.check(found)
            if fault is not None:
                raise fault.error(number)
            sequences.append(self.standard.rows(cast(Rows, found)))
        return Ragged.from_list(sequences)

    def chunks(self) -> EachStep[Any]:
        """Return what encodes one y while it arrives."""
        return EachStep(self.encode)

    def decode(self, sequences: Sequence[Tensor], /) -> list[Series]:
        """Return the numbers (T, K) of each sequence."""
        return [Series(self.standard.numbers(rows)) for rows in sequences]

    def save(self) -> Saved:
        """Return mean and deviation of each column."""
        return Saved(self.settings.to_dict(), tensors=self.standard.tensors())

    @classmethod
    def load(cls, saved: Saved, /) -> "StepNumbersCodec":
        """Return the codec that was saved.

        Raises:
            DataError: tensors that are no mean and deviation.
        """
        return cls(Standard.load(saved), StepNumbersSettings.from_dict(saved.settings))


def _rows(raw: Any, size: int | None) -> Rows | Fault:
    """Return numbers as rows (T, K), one a step where they stand alone; or what they are instead."""
    array = as_numbers(raw)
    if isinstance(array, Fault):
        return array
    rows = array[:, None] if array.ndim == 1 else array
    if rows.ndim != 2 or not rows.size or (size is not None and rows.shape[1] != size):
        wanted = "K" if size is None else str(size)
        return Fault(f"numbers of shape {array.shape}", f"Give (T, {wanted}): numbers for each step")
    return rows
