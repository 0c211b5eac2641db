"""A network of an input layer, a recurrent stack and scores, one step at a time."""

from collections.abc import Callable, Mapping

import torch
from torch import Tensor

from unrolled.data.codecs.codec import Encoded
from unrolled.data.ragged import Ragged
from unrolled.errors import DataError
from unrolled.kernels import State
from unrolled.layers.inputs import Input
from unrolled.layers.recurrent import Recurrent

__all__ = ["RecurrentSteps"]


class RecurrentSteps:
    """x⟨t⟩ in, the scores of ŷ⟨t⟩ out; the recurrent layers are a snapshot, so that training goes on without them."""

    def __init__(
        self, input_layer: Input, recurrent: Recurrent, scores: Callable[[Ragged], Ragged], num_sequences: int = 1
    ) -> None:
        self._input, self._scores = input_layer, scores
        self._num_sequences = num_sequences
        self._stepper = recurrent.stepper(num_sequences)

    @torch.no_grad()
    def step(self, x: Encoded, /) -> Ragged:
        """Return the scores after each further step, rows (M, K); x holds N sequences of length 1, or one of any."""
        vectors = self._input(x)
        if len(vectors) > 1 or self._num_sequences > 1:
            return self._scores(vectors.with_rows(self._stepper.step(vectors.rows)))
        rows = [self._stepper.step(row[None]).clone() for row in vectors.rows.unbind(0)]
        return self._scores(vectors.with_rows(torch.cat(rows)))

    @property
    def state(self) -> dict[str, Tensor]:
        """A copy of a⟨t⟩ (and c⟨t⟩), (N, num_layers, 1, H)."""
        state = self._stepper.state
        return {"a": state.a} if state.c is None else {"a": state.a, "c": state.c}

    @state.setter
    def state(self, state: Mapping[str, Tensor]) -> None:
        if "a" not in state or set(state) - {"a", "c"}:
            raise DataError(
                f"The state holds {', '.join(state) or 'nothing'}. Give one that a stream of this model gave."
            )
        self._stepper.state = State(state["a"], state.get("c"))

    def reset(self) -> None:
        """Forget the past: the next step is the first."""
        self._stepper.reset()
