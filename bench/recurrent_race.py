"""Contestants take turns at one point, so that drift of the machine hits all alike; their answers are compared."""

import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

SLOT = 0.05  # seconds of calling in a turn, at least one call
MAX_ROUNDS, MIN_ROUNDS = 15, 3
LONG, LONG_ROUNDS = 4, 2  # where that many budgets are spent already, so few rounds must do
LIMIT_ROUNDS = 3
BEHIND = 2.0  # this many times slower than the best peer is out: it can no longer be the best
TOLERANCE = 1e-4
"""Of the largest value of an answer. float32 rounds to 6e-8; sums over thousands of rows and a hundred steps, added up
in another order, have been seen to differ by some 1e-6; a wrong gate or a step too few differs by more than 1e-2."""


ROUNDED_WEIGHTS = 2e-2
"""The same where a contestant rounds its weights to bfloat16, each by up to 2e-3 of itself."""


class WorkerError(Exception):
    """A contestant could not do what was asked; its own words."""


class Contestant(Protocol):
    def time(self, seconds: float) -> float:
        """Seconds a call, over about `seconds` of calling; raises WorkerError."""
        ...


@dataclass(slots=True)
class Times:
    """What a race found: seconds a call of each round, by contestant."""

    rounds: dict[str, list[float]] = field(default_factory=dict)
    out_after: dict[str, int] = field(default_factory=dict)  # rounds after which a peer was far behind
    failed: dict[str, str] = field(default_factory=dict)
    limit: list[float] = field(default_factory=list)  # of the matrix product

    def median(self, name: str) -> float:
        return statistics.median(self.rounds[name])


def race(
    ours: str,
    contestants: Mapping[str, Contestant],
    limit: Contestant,
    budget: float,
    *,
    clock: Callable[[], float] = time.perf_counter,
) -> Times:
    """Rounds until about `budget` seconds are spent; every round begins with another contestant.

    `limit`, the matrix product, is timed in the first rounds. A peer that fails is left out; ours may not fail.
    """
    times = Times({name: [] for name in contestants})
    running = list(contestants)
    start = clock()
    for number in range(MAX_ROUNDS):
        first = number % len(running)
        for name in running[first:] + running[:first]:
            try:
                times.rounds[name].append(contestants[name].time(SLOT))
            except WorkerError as error:
                if name == ours:
                    raise
                times.failed[name] = str(error)
                del times.rounds[name]
        if number < LIMIT_ROUNDS:
            times.limit.append(limit.time(SLOT))
        spent = clock() - start
        enough = MIN_ROUNDS if spent < LONG * budget else LONG_ROUNDS
        if number + 1 >= enough and spent >= budget:
            break
        running = [name for name in running if name not in times.failed]
        out = stragglers(ours, times, running)
        times.out_after |= dict.fromkeys(out, number + 1)
        running = [name for name in running if name not in out]
    return times


def stragglers(ours: str, times: Times, running: list[str]) -> list[str]:
    """Peers that are far behind the best peer in all rounds so far; another way of ours is none."""
    peers = [name for name in running if name != ours and not name.startswith(f"{ours},")]
    if not peers:
        return []
    best = min(times.median(name) for name in peers)
    return [name for name in peers if min(times.rounds[name]) > BEHIND * best]


@dataclass(frozen=True, slots=True)
class Comparison:
    """How far one contestant's answers lie from ours."""

    largest: float  # of all answers compared, as a share of the answer's largest value
    wrong: list[str]  # what is not within the tolerance, and by how much
    left_out: list[str]  # not compared, for the reason that the contestant gives


def compare(
    ours: Mapping[str, np.ndarray],
    theirs: Mapping[str, np.ndarray],
    names: list[str],
    may_lack: bool,
    tolerance: float = TOLERANCE,
) -> Comparison:
    """`names` are all that is to be compared; a contestant may lack some of them only where it says why."""
    largest, wrong, left_out = 0.0, [], []
    for name in names:
        if name not in ours:
            wrong.append(f"{name} is missing in ours")
        elif name not in theirs:
            (left_out if may_lack else wrong).append(name if may_lack else f"{name} is missing")
        elif ours[name].shape != theirs[name].shape:
            wrong.append(f"{name} has shape {theirs[name].shape}, ours {ours[name].shape}")
        else:
            difference = relative_difference(ours[name], theirs[name])
            largest = max(largest, difference)
            if not difference <= tolerance:
                wrong.append(f"{name} differs by {difference:.1e}")
    return Comparison(largest, wrong, left_out)


def relative_difference(a: np.ndarray, b: np.ndarray) -> float:
    """Largest difference as a share of the largest value; infinite where a value is not finite."""
    if not (np.isfinite(a).all() and np.isfinite(b).all()):
        return float("inf")
    scale = float(np.abs(a).max())
    difference = float(np.abs(a - b).max())
    return difference / scale if scale else difference
