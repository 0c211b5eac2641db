"""The decoder of an encoder-decoder, one step at a time."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

import torch
from torch import Tensor

from unrolled.data.ragged import Ragged
from unrolled.kernels import State
from unrolled.layers.attention import Attention, Memory
from unrolled.layers.frozen import Frozen
from unrolled.layers.inputs import IndicesInput

__all__ = ["DecoderPast", "DecoderSteps"]


@dataclass(frozen=True, slots=True)
class DecoderPast:
    """What the decoder remembers of R beginnings of y.

    Attributes:
        below, above: states of the layers below and above the attention.
        sequences: (R,) int64, the x that each belongs to.
    """

    below: State
    above: State
    sequences: Tensor

    def index(self, sequences: Tensor, /) -> "DecoderPast":
        """Return that of the beginnings with these numbers, in this order."""
        return DecoderPast(self.below.index(sequences), self.above.index(sequences), self.sequences[sequences])


@dataclass(frozen=True)
class DecoderSteps:
    """log P(y⟨t⟩ | y⟨1⟩ … y⟨t-1⟩, x) for N given x; a `Decoder`.

    Beginnings of the same x that lie next to each other ask its memory together.

    Attributes:
        y_input, below, attention, above: the layers.
        above_first: the state of the upper layers before the first step, of one x.
        log_probabilities: what the activations s[L]⟨t⟩, the context⟨t⟩ and y⟨t-1⟩ say, (R, V).
        memory: what is attended to, of each x.
        below_first: the state of the lower layer before the first step, of each x.
        end: the symbol that ends y, and the one before its first.
    """

    y_input: IndicesInput
    below: Frozen
    attention: Attention
    above: Frozen
    above_first: State
    log_probabilities: Callable[[Ragged, Ragged, Ragged], Tensor]
    memory: Memory
    below_first: State
    end: int

    @property
    def first(self) -> int:
        """y⟨0⟩: the end symbol."""
        return self.end

    @property
    def lengths(self) -> list[int]:
        """T_x of each x."""
        return [len(values) for values in self.memory.values]

    def start(self, num_sequences: int, /) -> DecoderPast:
        """Return what there is to remember before the first step; there are as many sequences as x."""
        assert num_sequences == len(self.memory)
        return DecoderPast(
            self.below_first,
            self.above_first.index(torch.zeros(num_sequences, dtype=torch.int64)),
            torch.arange(num_sequences),
        )

    @torch.no_grad()
    def step(self, y_prev: Tensor, past: DecoderPast, /) -> tuple[Tensor, DecoderPast]:
        """Return log P(y⟨t⟩), (R, V), after y⟨t-1⟩ (R,), and what there is to remember then."""
        y = Ragged(y_prev, torch.ones(len(y_prev), dtype=torch.int64))
        y_vectors = self.y_input(y)
        s, below = self.below(y_vectors, past.below)
        of_x, counts = cast(tuple[Tensor, Tensor], cast(Any, past.sequences).unique_consecutive(return_counts=True))
        context, _ = self.attention(Ragged(s.rows, counts), self.memory.index(of_x))
        context = s.with_rows(context.rows)
        s, above = self.above(s.with_rows(torch.cat([s.rows, context.rows], 1)), past.above)
        return self.log_probabilities(s, context, y_vectors), DecoderPast(below, above, past.sequences)
