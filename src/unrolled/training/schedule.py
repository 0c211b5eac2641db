"""Learning rates as plain functions of how far the run has come."""

import math
from collections.abc import Mapping, Sequence

from unrolled.metrics.metric import Figure, Goal
from unrolled.training.settings import FitSettings

__all__ = ["best_epoch", "epochs_waited", "is_better", "learning_rate", "plateau_drops", "run_fraction"]


def run_fraction(epoch: int, batch: int, num_batches: int, num_epochs: int) -> float:
    """How much of the run is done at the middle of a batch (epochs and batches count from 1): strictly between 0 and 1.

    The middle, because at either end the first or the last step of a schedule would have a learning rate of 0.

    >>> run_fraction(epoch=1, batch=1, num_batches=2, num_epochs=2)
    0.125
    """
    return (epoch - 1 + (batch - 0.5) / num_batches) / num_epochs


def learning_rate(settings: FitSettings, fraction: float, drops: int = 0) -> float:
    """The learning rate when `fraction` of the run is done and the dev metric has stalled `drops` times.

    With w = `warmup` and the rest of the run r = (fraction - w) / (1 - w): the rate rises as fraction / w, and then is
    constant, falls linearly as 1 - r, or as (1 + cos πr) / 2, or is multiplied by `plateau_factor` at each drop.

    >>> learning_rate(FitSettings(learning_rate=0.1, schedule="linear"), fraction=0.75)
    0.025
    """
    scale = 1.0
    if settings.schedule == "plateau":
        scale = settings.plateau_factor**drops
    if fraction < settings.warmup:
        return settings.learning_rate * scale * (fraction / settings.warmup)
    rest = (fraction - settings.warmup) / (1.0 - settings.warmup)
    if settings.schedule == "linear":
        scale = 1.0 - rest
    elif settings.schedule == "cosine":
        scale = (1.0 + math.cos(math.pi * rest)) / 2.0
    return settings.learning_rate * scale


def is_better(value: float, best: float, goal: Goal) -> bool:
    """Whether a dev figure beats the best so far; any number beats NaN, and NaN beats nothing.

    >>> is_better(0.5, 0.4, "higher"), is_better(0.5, 0.4, "lower"), is_better(0.5, float("nan"), "lower")
    (True, False, True)
    """
    if math.isnan(value) or math.isnan(best):
        return math.isnan(best) and not math.isnan(value)
    return value > best if goal == "higher" else value < best


def best_epoch(rows: Sequence[Mapping[str, float]], figure: Figure) -> int:
    """The last epoch (from 1) whose figure no other beats; 0 before any, the last where nothing is measured.

    Of equals the last: a dev set of few sentences often stays at one figure while the model still learns.
    """
    if not rows or figure.name not in rows[0]:
        return len(rows)
    best = 0
    for i, row in enumerate(rows):
        value, so_far = row[figure.name], rows[best][figure.name]
        if value == so_far or is_better(value, so_far, figure.goal):
            best = i
    return best + 1


def epochs_waited(rows: Sequence[Mapping[str, float]], figure: Figure) -> int:
    """How many epochs the dev figure has gone without a better one, since the first epoch of the best.

    None counts while the best is still at the figure's floor: a small dev set stays there for a while
    although the model learns.

    >>> f1 = Figure("f1", floor=0.0)
    >>> [epochs_waited([{"f1": value} for value in values], f1) for values in ([0.4, 0.4, 0.3], [0.0, 0.0])]
    [2, 0]
    """
    return _waits(rows, figure, most=None)[1]


def plateau_drops(rows: Sequence[Mapping[str, float]], figure: Figure, plateau_patience: int) -> int:
    """How often `plateau_patience` epochs were waited, by the count of `epochs_waited`; each drop starts a new count.

    A function of the history alone, so that a resumed run needs no further state.
    """
    return _waits(rows, figure, most=plateau_patience)[0]


def _waits(rows: Sequence[Mapping[str, float]], figure: Figure, most: int | None) -> tuple[int, int]:
    """Return how often `most` epochs were waited in full, and the epochs waited since."""
    if not rows or figure.name not in rows[0]:
        return 0, 0
    full, waited, best = 0, 0, rows[0][figure.name]
    for row in rows[1:]:
        if is_better(row[figure.name], best, figure.goal):
            best, waited = row[figure.name], 0
        elif best != figure.floor:
            waited += 1
        if waited == most:
            full, waited = full + 1, 0
    return full, waited
