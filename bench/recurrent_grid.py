"""The points of the recurrent benchmark: what is computed, on which lengths, and how much work that is."""

import math
import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import product
from typing import Any

NUM_GATES = {"rnn": 1, "gru": 3, "lstm": 4}
TASKS = ("training", "inference", "step")
CELLS = tuple(NUM_GATES)
SEQUENCES = (1, 8, 32, 128)
HIDDEN = (64, 100, 256, 512, 1024)
STEP_HIDDEN = (64, 128, 256, 512, 1024)
LENGTHS = ("ragged", "equal")
DIRECTIONS = (1, 2)

EQUAL_LENGTH = 64
# Lengths of sentences are close to log-normal; with these two the longest of 8, 32 and 128 has 66, 85 and 100 steps.
MEDIAN_LENGTH, SPREAD, LONGEST = 36, 0.4, 100
ALONE = 50  # steps of the one sentence where N = 1


@dataclass(frozen=True, slots=True)
class Point:
    """One thing to measure; D = H. A step is one sequence, one step, in one direction."""

    task: str
    cell: str
    directions: int
    N: int
    H: int
    lengths: str

    @property
    def name(self) -> str:
        if self.task == "step":
            return f"step {self.cell}, H={self.H}"
        return f"{self.task} {self.cell}, {self.direction}, N={self.N}, H={self.H}, {self.lengths}"

    @property
    def direction(self) -> str:
        return "bi" if self.directions == 2 else "uni"

    @property
    def lengths_N(self) -> list[int]:
        """Steps of each sequence, in the caller's order."""
        if self.task == "step":
            return [1] * self.N
        if self.lengths == "equal":
            return [EQUAL_LENGTH] * self.N
        return ragged_lengths(self.N)

    @property
    def M(self) -> int:
        return sum(self.lengths_N)

    @property
    def T(self) -> int:
        return max(self.lengths_N)

    @property
    def flops(self) -> float:
        """Useful operations: 2·M·G·H·(D+H) a direction, three times that in training; padding is not useful."""
        forward = 2.0 * self.M * NUM_GATES[self.cell] * self.H * 2 * self.H * self.directions
        return 3 * forward if self.task == "training" else forward

    @property
    def bytes(self) -> float:
        """What moves if nothing stays in a cache between two steps: Waa once a step, Wax once, all rows.

        Training moves it forward, back, and once more for the gradients of the weights, which read no Waa.
        """
        G, H, D = NUM_GATES[self.cell], self.H, self.H
        recurrent, inputs = self.T * G * H * H, G * H * D
        rows = self.M * (D + 2 * G * H + H)  # x, the gates written and read, a
        floats = recurrent + inputs + rows
        if self.task == "training":
            floats = 2 * recurrent + 2 * inputs + 3 * rows + G * H * (D + H)
        return 4.0 * floats * self.directions

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def ragged_lengths(N: int) -> list[int]:
    """The quantiles of a log-normal distribution, so that every N has the same mixture; in no order of length."""
    if N == 1:
        return [ALONE]
    normal = statistics.NormalDist()
    quantiles = [math.exp(SPREAD * normal.inv_cdf((i + 0.5) / N)) for i in range(N)]
    lengths = [min(LONGEST, round(MEDIAN_LENGTH * quantile)) for quantile in quantiles]
    # An odd stride visits every place of a power of two once.
    return [lengths[(i * 5 + 3) % N] for i in range(N)]


def grid(
    tasks: Sequence[str] = TASKS,
    cells: Sequence[str] = CELLS,
    directions: Sequence[int] = DIRECTIONS,
    sequences: Sequence[int] = SEQUENCES,
    hidden: Sequence[int] = HIDDEN,
    lengths: Sequence[str] = LENGTHS,
    step_hidden: Sequence[int] = STEP_HIDDEN,
) -> list[Point]:
    """The points of these values, least work first, so that an interrupted run has something of everything."""
    steps = [Point("step", cell, 1, 1, H, "equal") for H, cell in product(step_hidden, cells)]
    others = [
        Point(task, cell, num, N, H, kind)
        for task, cell, num, N, H, kind in product(TASKS, cells, directions, sequences, hidden, lengths)
    ]
    points = steps + [point for point in others if point.task != "step"]
    return sorted((point for point in points if point.task in tasks), key=lambda point: point.flops)


def quick_grid() -> list[Point]:
    """A few minutes' worth: every task, cell and kind of lengths, one sequence and several, small and large."""
    return grid(directions=(1,), sequences=(1, 32), hidden=(100, 512), step_hidden=(128, 512))
