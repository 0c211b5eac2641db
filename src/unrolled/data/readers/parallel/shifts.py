"""Where two parallel texts come apart, by the lengths of their lines."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

__all__ = ["Shift", "find_shift", "first_shifted"]

Shift = tuple[int, float]
"""The first place from which the lines fit better elsewhere, and by what factor the mean distance falls there."""

LEAST = 20
"""So many lines behind the place say something."""


def first_shifted(source: Sequence[str], target: Sequence[str]) -> int:
    """Return the first place, from 0, from which the lines of two texts of unequal counts do not fit.

    The end of the shorter text lies at the end of the longer one: of all places to change over from the lines side by
    side to those, the one at which the lengths agree best.

    >>> source = ["a" * n for n in (5, 30, 9, 50, 14, 70, 3, 22)]
    >>> first_shifted(source, [*source[:3], *source[4:]])
    3
    """
    x, y = _logs(source), _logs(target)
    least = min(len(x), len(y))
    if not least:
        return 0
    away = x[:least] - y[:least]
    from_end = x[len(x) - least :] - y[len(y) - least :]
    usual = float(np.median(np.concatenate([away, from_end])))
    before = np.concatenate([[0.0], np.cumsum((away - usual) ** 2)])
    after = np.concatenate([np.cumsum(((from_end - usual) ** 2)[::-1])[::-1], [0.0]])
    return int((before + after).argmin())


def find_shift(source: Sequence[str], target: Sequence[str]) -> Shift | None:
    """Return where lines of equal counts come apart, None where they do not: a line too many and later one too few.

    They come apart where the squared distance of the logarithms of the lengths would be less than half of what it is
    if each line stood one or two lines off, over at least LEAST lines that are not all alike.
    """
    x, y = _logs(source), _logs(target)
    if len(x) < 2 * LEAST:
        return None
    usual = float(np.median(x - y))
    here = (x - y - usual) ** 2
    best: tuple[float, int, float] | None = None
    for off in (-2, -1, 1, 2):
        there = np.full(len(x), np.inf)
        low, high = max(0, -off), min(len(x), len(x) - off)
        there[low:high] = (x[low:high] - y[low + off : high + off] - usual) ** 2
        start, end = _best_stretch(np.where(np.isfinite(there), here - there, 0.0))
        if end - start < LEAST:
            continue
        now, then = float(here[start:end].mean()), float(there[start:end][np.isfinite(there[start:end])].mean())
        gain = (now - then) * (end - start)
        if then < now / 2 and now > 0.02 and (best is None or gain > best[0]):
            best = gain, start, now / max(then, 1e-9)
    return None if best is None else (best[1], best[2])


def _logs(lines: Sequence[str]) -> NDArray[np.float64]:
    return np.log(np.array([len(line) for line in lines], np.float64) + 1)


def _best_stretch(gains: NDArray[np.float64]) -> tuple[int, int]:
    """Return the stretch of the greatest sum."""
    best, start, found, total = 0.0, 0, (0, 0), 0.0
    for place, gain in enumerate(gains.tolist()):
        if total <= 0:
            total, start = 0.0, place
        total += gain
        if total > best:
            best, found = total, (start, place + 1)
    return found
