"""What series are compared with: nearest neighbour under dynamic time warping, and a forest."""

from collections.abc import Sequence

import numpy as np
from contest import Outcome
from labelled import Labelled, apart, at_once
from numpy.typing import NDArray
from peers.standardised import standardised
from sklearn.ensemble import RandomForestClassifier

Array = NDArray[np.float64]


def dtw_neighbour(train: Sequence[Labelled], dev: Sequence[Labelled], seed: int) -> Outcome:
    """The label of the nearest series, columns in deviations of the training data."""
    X, y = apart(train)
    X, X_dev = standardised(X, apart(dev)[0])
    return at_once(dev, lambda: [y[int(np.argmin([dtw(x, other) for other in X]))] for x in X_dev])


def dtw(a: Array, b: Array) -> float:
    """The least sum of squared distances over all ways to warp one series on the other (Sakoe and Chiba 1978)."""
    costs = ((a[:, None] - b[None]) ** 2).sum(2)
    before = np.concatenate([[0.0], np.full(len(b), np.inf)])
    for row in costs:
        now = np.full(len(b) + 1, np.inf)
        reached = np.minimum(before[:-1], before[1:])
        for j, cost in enumerate(row):
            now[j + 1] = cost + min(reached[j], now[j])
        before = now
    return float(before[-1])


def forest(train: Sequence[Labelled], dev: Sequence[Labelled], seed: int) -> Outcome:
    """A random forest on summary statistics of each column and of its differences."""
    model = RandomForestClassifier(500, random_state=seed)
    X, y = apart(train)
    return at_once(dev, lambda: model.fit([summary(x) for x in X], y).predict([summary(one.x) for one in dev]))


def summary(x: Array) -> Array:
    steps = np.diff(x, axis=0)
    parts = [x.mean(0), x.std(0), x.min(0), x.max(0), *np.quantile(x, (0.25, 0.5, 0.75), axis=0), x[0], x[-1]]
    return np.concatenate([*parts, steps.mean(0), steps.std(0), np.abs(steps).mean(0), [len(x)]])
