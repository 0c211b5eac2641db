"""`unrolled` in the sentiment benchmark: the public estimator, with its defaults, on files."""

import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from contest import Outcome, epochs_of_history
from sentiment_data import Review, write_reviews

from unrolled import Classifier


def train(train: Sequence[Review], dev: Sequence[Review], seed: int) -> Outcome:
    """`Classifier.fit` from files; each row of `history_` has `seconds` and `accuracy` on dev, an epoch and its dev."""
    with tempfile.TemporaryDirectory() as folder:
        train_path, dev_path = Path(folder) / "train.csv", Path(folder) / "dev.csv"
        write_reviews(train, train_path)
        write_reviews(dev, dev_path)
        start = time.perf_counter()
        classifier = Classifier(seed=seed).fit(train_path, dev=dev_path)
        wall = time.perf_counter() - start
    predictions = list(classifier.predict([review.text for review in dev]))
    return Outcome(predictions, epochs_of_history(classifier.history_, wall, "accuracy"))
