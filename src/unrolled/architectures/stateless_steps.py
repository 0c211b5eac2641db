"""A network that looks at one step alone, one step at a time."""

from collections.abc import Callable, Mapping

import torch
from torch import Tensor

from unrolled.data.codecs.codec import Encoded
from unrolled.data.ragged import Ragged
from unrolled.errors import DataError

__all__ = ["StatelessSteps"]


class StatelessSteps:
    """x⟨t⟩ in, rows out; nothing is carried, so that the state is empty."""

    def __init__(self, rows: Callable[[Encoded], Ragged], num_sequences: int = 1) -> None:
        self._rows, self._num_sequences = rows, num_sequences

    @torch.no_grad()
    def step(self, x: Encoded, /) -> Ragged:
        """Return the rows of each further step; x holds N sequences of length 1, or one of any."""
        rows = self._rows(x)
        if len(rows) != self._num_sequences or (len(rows) > 1 and rows.num_rows != len(rows)):
            raise DataError(
                f"x has {rows.num_rows} steps in {len(rows)} sequences. "
                f"Give one step of each of the {self._num_sequences} sequences."
            )
        return rows

    @property
    def state(self) -> dict[str, Tensor]:
        """Nothing."""
        return {}

    @state.setter
    def state(self, state: Mapping[str, Tensor]) -> None:
        if state:
            raise DataError(f"The state holds {', '.join(state)}. Give one that a stream of this model gave.")

    def reset(self) -> None:
        """Do nothing: there is no past to forget."""
