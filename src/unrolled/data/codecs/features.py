"""What a recurrent layer reads of vectors: the numbers, what is missing, how long ago, how fast they change.

A gap is filled with the last number before it. Beside the numbers stand a mask, 1 where a number was seen, and δ, how
long ago it was: the inputs of GRU-D (Che et al. 2018, arXiv:1606.01865v2, equations 1 and 3). Where steps are not
regular, the time since the step before is a number of its own. Differences are x⟨t⟩ - x⟨t-1⟩, the delta features of
speech recognition (Furui 1986).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from unrolled.data.codecs.codec import Fault
from unrolled.data.codecs.standard import Rows

__all__ = ["Features", "Past"]


@dataclass(frozen=True, slots=True)
class Past:
    """What the next step needs of those before it; D numbers each.

    Attributes:
        row: x⟨t-1⟩, with its gaps.
        seen: the last number that was seen; NaN before any.
        since: how long ago, before x⟨t-1⟩, that was; of a number that was not seen yet, how long x has run.
        time: of x⟨t-1⟩.
    """

    row: Rows
    seen: Rows
    since: Rows
    time: float


@dataclass(frozen=True, slots=True)
class Features:
    """Which features there are.

    Attributes:
        timed: whether rows begin with the time of their step.
        mask: whether numbers may be missing.
        differences: whether there are those, too.
    """

    timed: bool
    mask: bool
    differences: bool

    def width(self, size: int) -> int:
        """Return how many features D numbers have."""
        return size * (1 + self.differences + 2 * self.mask) + self.timed

    def size(self, width: int) -> int:
        """Return D, of how many features there are; 0 where there cannot be so many."""
        size, rest = divmod(width - self.timed, 1 + self.differences + 2 * self.mask)
        return 0 if rest else size

    def fault(self, rows: Rows) -> Fault | None:
        """Return what is wrong with times; None where nothing is, or there are none."""
        if not self.timed:
            return None
        times = rows[:, 0]
        if not np.isfinite(times).all():
            t = int(np.argmin(np.isfinite(times)))
            return Fault(f"no time in row {t + 1}", "Give the time of each step first")
        steps = np.diff(times)
        if (steps < 0).any():
            t = int(np.argmax(steps < 0))
            return Fault(
                f"the time {times[t + 1]:.10g} in row {t + 2} after {times[t]:.10g}", "Give the steps in order of time"
            )
        return None

    def of(self, rows: Rows, past: Past | None = None) -> tuple[Rows, Past]:
        """Return the features (T, F) of rows (T, D), or (T, 1 + D) with times, and what the next rows need.

        Numbers that were not seen yet are NaN; the mask says so.
        """
        T = len(rows)
        values = rows[:, 1:] if self.timed else rows
        D = int(values.shape[1])
        begun = past is not None
        unseen: Rows = np.zeros((D,)) + np.nan
        before = past or Past(unseen, unseen, np.zeros(D), 0.0)
        times = rows[:, 0] if self.timed else before.time + np.arange(1.0, T + 1)
        steps = np.diff(times, prepend=before.time if begun else times[0])
        present = ~np.isnan(values)
        places = np.where(present, np.arange(T)[:, None], -1)
        last: NDArray[np.int64] = np.maximum.accumulate(places, axis=0)
        columns: NDArray[np.int64] = np.arange(D, dtype=np.int64)
        filled = np.where(last >= 0, values[last, columns], before.seen) if self.mask else values
        # δ⟨t⟩: the time since the last number before t; of the past, as long as it was ago at x⟨t-1⟩ and since.
        earlier = np.vstack([np.full((1, D), -1), last[:-1]])
        run = np.cumsum(steps)[:, None]
        since = np.where(earlier >= 0, run - run[earlier, 0], before.since + run)
        parts = [filled]
        if self.differences:
            with np.errstate(invalid="ignore"):
                change = np.diff(values, axis=0, prepend=before.row[None])
            parts.append(np.where(np.isnan(change), 0.0, change))  # at the first step, and beside a gap
        if self.mask:
            parts += [present.astype(np.float64), since]
        if self.timed:
            parts.append(steps[:, None])
        passed: Rows = run[-1] - run[last[-1], 0]
        ago: Rows = np.where(last[-1] >= 0, passed, before.since + float(run[-1, 0]))
        seen = np.where(last[-1] >= 0, values[last[-1], columns], before.seen)
        return np.hstack(parts), Past(values[-1], seen, ago, float(times[-1]))
