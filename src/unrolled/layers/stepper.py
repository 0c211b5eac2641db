"""A recurrent stack one step at a time, for streaming and generation."""

from collections.abc import Sequence
from typing import Literal

import torch
from torch import Tensor

from unrolled.data.ragged import Ragged
from unrolled.errors import DataError, SettingsError
from unrolled.kernels import Cell, State, Weights, engine, recur
from unrolled.kernels.cells import rounded
from unrolled.kernels.stepping import NativeSteps

__all__ = ["Stepper"]


class Stepper:
    """A unidirectional stack with a state of its own, one step of N sequences a call; `Recurrent.stepper` makes it.

    The weights are a snapshot: training goes on without it. With a vocabulary, x⟨t⟩ is a row of the embedding E (V, D),
    and Wax x⟨t⟩ + ba is a row of a table, E Waxᵀ + ba, made once: V·G·H floats, G gates. Where they would take more
    than `table_limit` bytes, the step looks the row of E up and multiplies. With `weights="bfloat16"` Wax and Waa are
    rounded to bfloat16, half the bytes to read at each step; sums, activations, biases and the table stay as they are,
    so that results are those of a layer with rounded weights (a relative 2⁻⁹ each). A stepper serves one thread at a
    time.

    float32 on the CPU runs natively, without allocating; the rest runs on torch, to the same results but for rounding.
    """

    def __init__(
        self,
        cell: Cell,
        layers: Sequence[Weights],
        first_state: State,
        *,
        vocabulary: Tensor | None = None,
        weights: Literal["float32", "bfloat16"] = "float32",
        table_limit: int = 1 << 30,
    ) -> None:
        if weights not in ("float32", "bfloat16"):
            raise SettingsError(f'Stepper: weights is {weights!r}. Give "float32" or "bfloat16".')
        D, dtype, device = layers[0].Wax.shape[1], layers[0].Waa.dtype, layers[0].Waa.device
        if vocabulary is not None and (vocabulary.ndim != 2 or vocabulary.shape[1] != D):
            raise SettingsError(
                f"Stepper: vocabulary has the shape {tuple(vocabulary.shape)}. Give the embedding's rows, (V, {D})."
            )
        self._cell: Cell = cell
        self._first = _copied(first_state)
        N, _, _, H = first_state.a.shape
        self._shape_x = torch.Size((N, D))
        self._dtype = dtype
        self._device = device
        self._a = torch.zeros(N, H, dtype=dtype, device=device)
        bfloat16 = weights == "bfloat16"
        self._native: NativeSteps | None = None
        self._layers: list[Weights] = []
        self._table: Tensor | None = None
        with torch.no_grad(), torch.autocast(device.type, enabled=False):
            packed = [_snapshot(layer, bfloat16) for layer in layers]
            if vocabulary is not None:
                self._table = vocabulary.detach().to(device, dtype).contiguous().clone()
            if engine(cell, dtype, device) == "native":
                projected = self._table is not None and len(self._table) * len(layers[0].Wax) * 4 <= table_limit
                if projected:
                    assert self._table is not None
                    self._table = torch.addmm(packed[0].ba, self._table, packed[0].Wax.T).contiguous()
                self._native = NativeSteps(
                    cell, packed, self._a, bfloat16=bfloat16, table=self._table, projected=projected
                )
            else:
                self._layers = packed
        self._state = self._first
        self.reset()

    def step(self, x: Tensor | int) -> Tensor:
        """a⟨t⟩ of the last layer, (N, H): the same memory at each call, so that the next step writes over it.

        x is x⟨t⟩, (N, D), or with a vocabulary the words' indices, (N,) int64, or one int where N is 1. Raises
        DataError where it is something else or a word is outside the vocabulary; the state is then as before.
        """
        if isinstance(x, int):
            if self._table is None or self._shape_x[0] != 1:
                raise DataError(f"Stepper: x is the word {x}. Give {self._wanted()}.")
            if not 0 <= x < len(self._table):
                raise self._outside(x)
            if self._native is None:
                return self._step_words(torch.tensor([x]))
            self._native.step_word(x)
            return self._a
        if self._table is None:
            if x.shape != self._shape_x or x.dtype != self._dtype or x.device != self._device:
                raise DataError(f"Stepper: x is {x.dtype}, {tuple(x.shape)}, on {x.device}. Give {self._wanted()}.")
            if self._native is None:
                return self._advance(x)
            self._native.step(x if x.is_contiguous() else x.contiguous())
            return self._a
        if x.shape != self._shape_x[:1] or x.dtype != torch.int64:
            raise DataError(f"Stepper: x is {x.dtype}, {tuple(x.shape)}. Give {self._wanted()}.")
        return self._step_words(x.cpu())

    @property
    def state(self) -> State:
        """A copy of a⟨t⟩ (and c⟨t⟩) of all layers, (N, num_layers, 1, H), as `Recurrent.forward` takes and gives it."""
        return _copied(self._state) if self._native is None else self._native.read()

    @state.setter
    def state(self, state: State) -> None:
        for name, part, first in (("a", state.a, self._first.a), ("c", state.c, self._first.c)):
            wanted, found = (None if tensor is None else tuple(tensor.shape) for tensor in (first, part))
            if found != wanted:
                raise DataError(
                    f"Stepper: the state's {name} is {found}. Give {wanted or 'none'}: (N, num_layers, 1, H)."
                )
        # As the weights are: a state may come from a file, or from another device.
        parts = [None if part is None else part.detach().to(self._first.a, copy=True) for part in (state.a, state.c)]
        assert parts[0] is not None
        self._state = State(parts[0], parts[1])
        if self._native is not None:
            self._native.write(self._state)

    def reset(self) -> None:
        """Back to a⟨0⟩ (and c⟨0⟩), as the layer begins."""
        self.state = self._first

    def _step_words(self, words: Tensor) -> Tensor:
        assert self._table is not None
        if self._native is not None:
            if not self._native.step_words(words.contiguous()):
                raise self._outside(words)
            return self._a
        if bool(((words < 0) | (words >= len(self._table))).any()):
            raise self._outside(words)
        return self._advance(self._table[words.to(self._device)])

    @torch.no_grad()
    def _advance(self, x: Tensor) -> Tensor:
        """The plain twin: each layer over a batch of sequences of one step."""
        rows, states = Ragged(x, torch.ones(len(x), dtype=torch.int64)), list[State]()
        for number, layer in enumerate(self._layers):
            rows, state = recur(self._cell, rows, [layer], self._state.layer(number))
            states.append(state)
        self._state = State.stack(states)
        return self._a.copy_(rows.rows)

    def _wanted(self) -> str:
        N, D = self._shape_x
        if self._table is None:
            return (
                f"{self._dtype}, ({N}, {D}), on {self._device}; for words' indices, make the stepper with a vocabulary"
            )
        return f"indices of words, torch.int64, ({N},)" + (", or an int" if N == 1 else "")

    def _outside(self, words: Tensor | int) -> DataError:
        assert self._table is not None
        V = len(self._table)
        wrong = words if isinstance(words, int) else int(words[(words < 0) | (words >= V)][0])
        return DataError(f"Stepper: word {wrong} is outside the vocabulary. Give indices from 0 to {V - 1}.")


def _snapshot(layer: Weights, bfloat16: bool) -> Weights:
    """Copies, contiguous; with `bfloat16`, of Wax and Waa as bfloat16 has them."""

    def copied(tensor: Tensor) -> Tensor:
        return tensor.detach().to(layer.Waa.dtype, copy=True, memory_format=torch.contiguous_format)

    Wax, Waa = (copied(rounded(weight) if bfloat16 else weight) for weight in (layer.Wax, layer.Waa))
    return Weights(Wax, Waa, copied(layer.ba), None if layer.ban is None else copied(layer.ban))


def _copied(state: State) -> State:
    return State(state.a.detach().clone(), None if state.c is None else state.c.detach().clone())
