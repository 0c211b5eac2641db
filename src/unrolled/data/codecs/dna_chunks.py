"""A sequence of bases while it arrives."""

from collections.abc import Mapping
from typing import Any, cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from unrolled.data.bases import mean_bases, normal_bases, odd_place
from unrolled.data.codecs.encoded import EncodedBases
from unrolled.data.kmers import Kmers
from unrolled.data.ragged import Ragged
from unrolled.errors import DataError

__all__ = ["DnaChunks", "after_others"]

_FOREIGN = "The state of the sequence is not one that a stream of this model gave."


def after_others(rows: Tensor, lengths: Tensor, span: int, ahead: int = 0) -> Tensor:
    """Return each row after the `span` - 1 before it of its sequence and before the `ahead` after it.

    That is (M, D·(span + ahead)), zeros beyond either end.

    >>> after_others(torch.tensor([[1.0], [2.0], [3.0]]), torch.tensor([2, 1]), 2).tolist()
    [[0.0, 1.0], [1.0, 2.0], [0.0, 3.0]]
    >>> after_others(torch.tensor([[1.0], [2.0], [3.0]]), torch.tensor([2, 1]), 1, 1).tolist()
    [[1.0, 2.0], [2.0, 0.0], [3.0, 0.0]]
    """
    before = span - 1
    gap = max(before, ahead)
    numbers = torch.arange(len(lengths)).repeat_interleave(lengths)
    places = torch.arange(len(rows)) + gap * (numbers + 1)  # among rows with `gap` zeros round each sequence
    spread = rows.new_zeros(len(rows) + gap * (len(lengths) + 1), rows.shape[1]).index_copy(0, places, rows)
    return spread[(places[:, None] + torch.arange(-before, ahead + 1)).flatten()].view(len(rows), -1)


class DnaChunks:
    """One sequence while it arrives: each base comes with those before it and with the features that it completes.

    Args:
        kmers: the features.
        span: how many bases make a row.
    """

    def __init__(self, kmers: Kmers, span: int) -> None:
        self._kmers, self._span = kmers, span
        self._tail, self._count = "", 0
        self._seen = self._nothing()

    def feed(self, chunk: str, /) -> EncodedBases:
        """Return the bases of a chunk, as one sequence.

        Raises:
            DataError: a letter that is no base, or more bases in all than aligned sequences have.
        """
        new, most = normal_bases(chunk), self._kmers.length
        if not new or odd_place(new) is not None:
            raise DataError(f"The chunk {chunk[:40]!r} is not of bases alone. Write A, C, G, T, or N.")
        if most and self._count + len(new) > most:
            raise DataError(
                f"The sequence has more than {most:,} bases, the length of those that the model was trained on. End it "
                "there, or train with aligned=no."
            )
        tail, bases = len(self._tail), self._tail + new
        rows = torch.as_tensor(mean_bases(bases))
        spans = after_others(rows, torch.tensor([len(bases)]), self._span)[tail:]
        phrases = (self._kmers.arrivals(bases, tail, self._count - tail, self._seen),) if self._kmers.size else ()
        places = torch.arange(self._count, self._count + len(new))
        self._count += len(new)
        kept = max(self._span, self._kmers.longest) - 1
        self._tail = bases[-kept:] if kept else ""
        return EncodedBases(Ragged(spans, torch.tensor([len(new)])), places, phrases)

    def reset(self) -> None:
        """Begin another sequence."""
        self._tail, self._count = "", 0
        self._seen = self._nothing()

    @property
    def state(self) -> dict[str, Tensor]:
        """The last bases, how many there were, and which features."""
        tail = torch.as_tensor(np.frombuffer(self._tail.encode("ascii"), np.uint8).copy())
        found = {"tail": tail, "count": torch.tensor(self._count)}
        return {**found, "seen": torch.as_tensor(self._seen.copy())} if len(self._seen) else found

    @state.setter
    def state(self, state: Mapping[str, Tensor]) -> None:
        wanted = self.state
        if set(state) != set(wanted) or any(state[name].dtype != wanted[name].dtype for name in wanted):
            raise DataError(_FOREIGN)
        tail, count = bytes(cast(Any, state["tail"]).tolist()).decode("latin-1"), int(state["count"])
        seen = state.get("seen")
        if odd_place(tail) is not None or count < len(tail) or (seen is not None and len(seen) != len(self._seen)):
            raise DataError(_FOREIGN)
        self._tail, self._count = tail, count
        self._seen = self._nothing() if seen is None else cast("NDArray[np.bool_]", seen.numpy().copy())

    def _nothing(self) -> NDArray[np.bool_]:
        return np.zeros(self._kmers.size, np.bool_)
