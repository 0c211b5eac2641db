"""`unrolled` in the named entity benchmark: the public estimator, with its defaults, on files."""

import tempfile
import time
from pathlib import Path

from ner_corpora import Sentence, write_columns
from ner_outcome import Epoch, Outcome

from unrolled import Tagger


def train_unrolled(train: list[Sentence], dev: list[Sentence], seed: int) -> Outcome:
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
    num_tokens = sum(len(sentence.words) for sentence in train)
    # Reading and preparing are not timed apart: each epoch bears an equal share of them.
    share = (wall - sum(row["seconds"] for row in tagger.history_)) / len(tagger.history_)
    epochs: list[Epoch] = []
    elapsed = 0.0
    for row in tagger.history_:
        elapsed += row["seconds"] + share
        epochs.append(Epoch(int(row["epoch"]), num_tokens / row["tokens_per_second"], elapsed, float(row["f1"])))
    return Outcome(predictions, epochs, unbiased)
