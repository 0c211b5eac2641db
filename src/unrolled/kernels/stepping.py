"""One step of a stack of layers on the native engine: float32 on the CPU, for few sequences."""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from unrolled.kernels.cells import CELLS, Cell, State, Weights, check_fit
from unrolled.kernels.forked import num_threads
from unrolled.kernels.library import load
from unrolled.kernels.native import flat

__all__ = ["NativeSteps"]


class NativeSteps:
    """Weights packed once, and the state between two steps; see native/stepper.hpp.

    Arguments:
        weights: of each layer, contiguous; with `bfloat16`, Wax and Waa are such as bfloat16 holds.
        a_out: (N, H), where each step writes a of the last layer.
        table: (V, ·), what words stand for: x, or with `projected` the input projections Wax x + ba of the first layer.
    """

    def __init__(
        self,
        cell: Cell,
        weights: Sequence[Weights],
        a_out: Tensor,
        *,
        bfloat16: bool,
        table: Tensor | None,
        projected: bool,
    ) -> None:
        engine = load()
        assert engine is not None
        N, H = a_out.shape
        for number, layer in enumerate(weights):
            check_fit(cell, a_out if number else layer.Wax, flat([layer]), [a_out.view(N, 1, 1, H)], N)
        self._shape = (N, len(weights), 1, H)
        self._has_c = cell == "lstm"
        # The engine writes and reads where they are.
        self._memory = (a_out, table)
        layers = [
            (
                0 if projected and number == 0 else layer.Wax.data_ptr(),
                layer.Wax.shape[1],
                layer.Waa.data_ptr(),
                layer.ba.data_ptr(),
                0 if layer.ban is None else layer.ban.data_ptr(),
            )
            for number, layer in enumerate(weights)
        ]
        address, words = (0, 0) if table is None else (table.data_ptr(), len(table))
        stepper: Any = engine.Stepper(CELLS.index(cell), H, N, bfloat16, layers, address, words, a_out.data_ptr())
        self._stepper = stepper
        self._step, self._step_word, self._step_words = stepper.step, stepper.step_word, stepper.step_words
        self._shares: bool = stepper.worth_sharing()

    def step(self, x: Tensor) -> None:
        """x (N, D), float32 and contiguous."""
        self._step(x.data_ptr(), num_threads() if self._shares else 1)

    def step_word(self, word: int) -> None:
        """A word that is in the table."""
        self._step_word(word, num_threads() if self._shares else 1)

    def step_words(self, words: Tensor) -> bool:
        """False, and nothing is done, where one is not in the table; words (N,), int64 and contiguous."""
        return self._step_words(words.data_ptr(), num_threads() if self._shares else 1)

    def read(self) -> State:
        """A copy of the state, (N, num_layers, 1, H)."""
        a = self._memory[0].new_empty(self._shape)
        c = torch.empty_like(a) if self._has_c else None
        self._stepper.read_state(a.data_ptr(), 0 if c is None else c.data_ptr())
        return State(a, c)

    def write(self, state: State) -> None:
        """Goes on from a copy of this state, (N, num_layers, 1, H), float32."""
        a, c = state.a.contiguous(), None if state.c is None else state.c.contiguous()
        self._stepper.write_state(a.data_ptr(), 0 if c is None else c.data_ptr())
