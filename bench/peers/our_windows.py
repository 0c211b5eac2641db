"""`unrolled` on windows of bases: the public estimator, with its defaults."""

import time
from collections.abc import Sequence

from contest import Outcome, epochs_of_history
from labelled import Labelled, apart

from unrolled import DnaClassifier


def train(train: Sequence[Labelled], dev: Sequence[Labelled], seed: int) -> Outcome:
    """The last epoch's figure counts: no epoch is chosen on what is measured."""
    classifier = DnaClassifier(seed=seed)
    start = time.perf_counter()
    classifier.fit(*apart(train), dev=apart(dev))
    wall = time.perf_counter() - start
    history = classifier.history_
    return Outcome([], epochs_of_history(history, wall, "accuracy"), scores={"accuracy": history[-1]["accuracy"]})
