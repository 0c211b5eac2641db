"""`unrolled` in the named entity benchmark: the public estimator, with its defaults, on files."""

import tempfile
import time
from pathlib import Path

from contest import Outcome, epochs_of_history
from ner_data import Sentence, write_columns

from unrolled import Tagger


def train(train: list[Sentence], dev: list[Sentence], seed: int) -> Outcome:
    """`Tagger.fit` from files; each row of `history_` has `epoch`, `seconds`, `tokens_per_second` and `f1` on dev."""
    with tempfile.TemporaryDirectory() as folder:
        train_path, dev_path = Path(folder) / "train.conll", Path(folder) / "dev.conll"
        write_columns(train, train_path)
        write_columns(dev, dev_path)
        start = time.perf_counter()
        tagger = Tagger(seed=seed).fit(train_path, dev=dev_path)
        wall = time.perf_counter() - start
    sentences = [sentence.words for sentence in dev]
    predictions = tagger.predict(sentences)
    tagger.model_.network.outside_bias.zero_()
    unbiased = tagger.predict(sentences)
    # A row's `seconds` hold the epoch's training and evaluation, its `tokens_per_second` the training alone.
    num_tokens = sum(sentence.num_tokens for sentence in train)
    training = [num_tokens / row["tokens_per_second"] for row in tagger.history_]
    return Outcome(predictions, epochs_of_history(tagger.history_, wall, "f1", training), unbiased)
