"""Series in deviations of the training data."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def standardised(X: Sequence[Array], others: Sequence[Array]) -> tuple[list[Array], list[Array]]:
    steps = np.concatenate(list(X))
    mean, deviation = steps.mean(0), steps.std(0)
    return [(x - mean) / deviation for x in X], [(x - mean) / deviation for x in others]
