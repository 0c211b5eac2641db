"""What a codec is: the way between raw values and a space, both ways, and to a file and back."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Protocol, Self, TypeAlias, TypeVar, runtime_checkable

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from unrolled.data.codecs.chunks import Chunks
from unrolled.data.codecs.encoded import EncodedBases, EncodedWords
from unrolled.data.fault import Fault
from unrolled.data.pieces import Piece
from unrolled.data.ragged import Ragged
from unrolled.data.spaces import Space
from unrolled.data.vocabulary import UnknownReport
from unrolled.errors import DataError
from unrolled.settings import Settings

__all__ = ["Codec", "Copying", "Counting", "Cutting", "Encoded", "Fault", "Growing", "Knowing", "Pieced", "Saved"]

Raw = TypeVar("Raw")
Encoded: TypeAlias = Ragged | EncodedWords | EncodedBases


@dataclass(frozen=True)
class Saved:
    """A codec on disk.

    Attributes:
        settings: JSON values.
        texts: the content of text files, by the ends of their names, such as "vocabulary.txt".
        tensors: numbers, by name.
    """

    settings: Mapping[str, Any] = field(default_factory=dict[str, Any])
    texts: Mapping[str, str] = field(default_factory=dict[str, str])
    tensors: Mapping[str, Tensor] = field(default_factory=dict[str, Tensor])

    def text(self, name: str) -> str:
        """Return a text file; one that is missing raises DataError."""
        if name not in self.texts:
            raise DataError(f"There is no {name}. Copy the whole model directory.")
        return self.texts[name]


class Codec(Protocol[Raw]):
    """Raw values as points of a space, and back.

    A codec is frozen once it is fitted. `kind` is its name in a model directory, looked up in the closed table CODECS.
    """

    kind: ClassVar[str]

    @property
    def settings(self) -> Settings:
        """What it was fitted with."""
        ...

    @property
    def space(self) -> Space:
        """Where the encoded values lie."""
        ...

    def length(self, raw: Raw, /) -> int:
        """Return T, the number of steps, without encoding."""
        ...

    def accepted(self, raw: Any, /) -> Raw | Fault:
        """Return a value that was given in Python as this codec's own, or what is wrong with it.

        What NumPy, pandas or Arrow hold, and what can be iterated over only once, becomes a value of Python.
        """
        ...

    def check(self, raw: Any, /) -> Fault | None:
        """Return what is wrong with a raw value; None where it can be encoded."""
        ...

    def encode(self, raws: Sequence[Raw], /, noise: torch.Generator | None = None) -> Encoded:
        """Encode a batch; `noise` drives the augmentations of training, None none.

        Raises:
            DataError: a value that cannot be encoded, with its number.
        """
        ...

    def chunks(self) -> Chunks[Raw]:
        """Return what encodes one x while it arrives."""
        ...

    def decode(self, sequences: Sequence[Tensor], /) -> list[Raw]:
        """Return the raw value of each encoded sequence, (T, ...); the inverse of `encode`, as far as there is one."""
        ...

    def save(self) -> Saved:
        """Return what `load` reads."""
        ...

    @classmethod
    def load(cls, saved: Saved, /) -> Self:
        """Return the codec that was saved, every field checked.

        Raises:
            DataError: something is missing or cannot be.
            SettingsError: a setting that cannot be.
        """
        ...

    @classmethod
    def fitted(cls, raws: Iterable[Raw], settings: Any, /) -> Self:
        """Return the codec of the training values, read once and in order."""
        ...


@runtime_checkable
class Counting(Protocol):
    """A codec of symbols that can be counted."""

    def counts(self, raws: Iterable[Any]) -> Tensor:
        """Return how often each symbol occurs, (V,)."""
        ...


@runtime_checkable
class Cutting(Protocol):
    """A codec of x whose values may be long, and can be encoded piece by piece.

    Attributes:
        turns: whether training reads an x from its end by chance.
        num_views: 2 where the answer is the mean of both ways.
        answer_steps: an x of more steps is answered in pieces of so many.
        answer_rim: steps that are read on either side of such a piece, where the network reads both ways.
    """

    @property
    def turns(self) -> bool: ...

    @property
    def num_views(self) -> int: ...

    @property
    def answer_steps(self) -> int: ...

    @property
    def answer_rim(self) -> int: ...

    def length(self, raw: Any, /) -> int:
        """Return T of an x."""
        ...

    def encode_pieces(
        self, raws: Sequence[Any], pieces: Sequence[Piece], /, rim: int = 0, noise: torch.Generator | None = None
    ) -> EncodedBases:
        """Encode a piece of each x, and up to `rim` steps more on either side; the same rows as those of all of x."""
        ...


@runtime_checkable
class CuttingLabels(Protocol):
    """A codec of y, a label for every step, of which pieces can be encoded."""

    def encode_pieces(self, raws: Sequence[Any], pieces: Sequence[Piece], /) -> Ragged:
        """Encode the labels of a piece of each y; the same rows as those of all of y."""
        ...


@runtime_checkable
class Copying(Protocol):
    """A codec of y in whose place of `<unk>` a piece of x stands.

    Attributes:
        copies: whether anything can be `<unk>`.
    """

    @property
    def copies(self) -> bool: ...

    def decode_copying(
        self, sequences: Sequence[Tensor], pieces: Sequence[Sequence[str]], alignments: Sequence[NDArray[np.float32]], /
    ) -> list[Any]:
        """Return the raw value of each sequence, (T_y,), whose steps looked at those pieces so much, (T_y, T_x)."""
        ...


@runtime_checkable
class Pieced(Protocol):
    """A codec whose steps have names."""

    def pieces(self, raw: Any, /) -> Sequence[str]:
        """Return what each step of a raw value is called, T of them."""
        ...

    def symbols_of(self, sequence: Tensor, /) -> Sequence[str]:
        """Return the same of an encoded sequence, (T,)."""
        ...


@runtime_checkable
class Knowing(Protocol):
    """A codec with a vocabulary, outside of which a symbol is `<unk>`."""

    def unknown(self, raws: Iterable[Any]) -> UnknownReport:
        """Count the symbols that are `<unk>`."""
        ...


@runtime_checkable
class Growing(Protocol):
    """A codec that a trained model can go on from with new data."""

    def grown(self, raws: Iterable[Any], settings: Any, /) -> Self:
        """Return the codec that also has the symbols of new values; it has all that it had.

        Raises:
            DataError: a new value that does not go with the earlier ones.
            SettingsError: settings that make another codec of it.
        """
        ...

    def origins(self, earlier: Any, /) -> Mapping[str, Tensor]:
        """Return, for each kind of symbol, (V,) int64: where each one's weights come from.

        That is an index of the codec that this one was grown from: the symbol's own, or for a symbol that is new the
        index of what stood for it, `<unk>`; -1 where nothing did, and the weights are those of a new model.
        """
        ...
