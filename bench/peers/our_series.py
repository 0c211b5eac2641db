"""`unrolled` on series of numbers: the public estimator, with its defaults."""

import time
from collections.abc import Sequence

from contest import Outcome, epochs_of_history
from labelled import Labelled, apart

from unrolled import SeriesClassifier


def train(train: Sequence[Labelled], dev: Sequence[Labelled], seed: int) -> Outcome:
    """`SeriesClassifier.fit` sets a tenth aside, on which the best epoch is chosen."""
    classifier = SeriesClassifier(seed=seed)
    start = time.perf_counter()
    classifier.fit(*apart(train))
    wall = time.perf_counter() - start
    return Outcome(classifier.predict(apart(dev)[0]), epochs_of_history(classifier.history_, wall, "accuracy"))
