"""What a decoder is: all that greedy search, sampling and beam search know of a network."""

from typing import Protocol, Self, TypeVar

from torch import Tensor

__all__ = ["Decoder", "Past", "PastT"]


class Past(Protocol):
    """What a decoder remembers of the y⟨1⟩ … y⟨t⟩ of each row; it is given back unchanged and never written to."""

    def index(self, sequences: Tensor, /) -> Self:
        """Return that of the rows with these numbers, (R,) int64, in this order; a row may be taken more than once."""
        ...


PastT = TypeVar("PastT", bound=Past)


class Decoder(Protocol[PastT]):
    """The next symbol's probabilities, given those before it: P(y⟨t⟩ | y⟨1⟩ … y⟨t-1⟩, x).

    A row is one beginning of a y. There are N at first, one for each x, or for a language model as many as are asked;
    a search then takes, drops and copies rows by `Past.index`.
    """

    @property
    def first(self) -> int:
        """y⟨0⟩, what the first step is given."""
        ...

    @property
    def end(self) -> int:
        """The symbol that ends y; it is the last one of y."""
        ...

    def start(self, num_sequences: int, /) -> PastT:
        """Return what there is to remember before the first step of each of the N sequences."""
        ...

    def step(self, y_prev: Tensor, past: PastT, /) -> tuple[Tensor, PastT]:
        """Return log P(y⟨t⟩), (R, V), in nats, after y⟨t-1⟩ (R,) int64, and what there is to remember then."""
        ...
