"""x while it arrives: chunks in, encoded steps out."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Generic, Protocol, TypeVar

from torch import Tensor

from unrolled.data.codecs.encoded import EncodedBases, EncodedWords
from unrolled.data.ragged import Ragged
from unrolled.errors import DataError

__all__ = ["Chunks", "EachStep"]

Raw = TypeVar("Raw")
Raw_contra = TypeVar("Raw_contra", contravariant=True)


class Chunks(Protocol[Raw_contra]):
    """Encodes one x in chunks: any way to cut it gives the steps that the whole gives."""

    @property
    def state(self) -> dict[str, Tensor]:
        """What is carried from chunk to chunk, to keep, to send, and to give back."""
        ...

    @state.setter
    def state(self, state: Mapping[str, Tensor]) -> None: ...

    def feed(self, chunk: Raw_contra, /) -> Ragged | EncodedWords | EncodedBases:
        """Return the steps of a chunk, as one sequence."""
        ...

    def reset(self) -> None:
        """Begin another x."""
        ...


class EachStep(Generic[Raw]):
    """The chunks of a codec whose steps do not depend on each other: nothing is carried."""

    def __init__(self, encode: Callable[[Sequence[Raw]], Any]) -> None:
        self._encode = encode

    def feed(self, chunk: Raw, /) -> Ragged | EncodedWords | EncodedBases:
        """Return the steps of a chunk, as one sequence."""
        return self._encode([chunk])

    def reset(self) -> None:
        """Begin another x."""

    @property
    def state(self) -> dict[str, Tensor]:
        """Nothing."""
        return {}

    @state.setter
    def state(self, state: Mapping[str, Tensor]) -> None:
        if state:
            raise DataError(f"The state of x holds {', '.join(state)}, where nothing is carried.")
