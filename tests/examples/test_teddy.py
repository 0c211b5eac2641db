"""He said, Teddy Roosevelt was a great president. / He said, Teddy bears are on sale.

Only what follows tells them apart: a unidirectional tagger must label both Teddys alike, a bidirectional one need not.
"""

from itertools import pairwise

import numpy as np

from unrolled.data.readers import TaggedPair, read_labelled
from unrolled.estimators import Tagger
from unrolled.tasks.ner import NER

Two = tuple[TaggedPair, TaggedPair, int]
"""Two sentences and the step of Teddy, the last step that they share."""


def teddys() -> list[Two]:
    """Neighbours that are the same up to and including a Teddy whose labels differ."""
    found: list[Two] = []
    for first, second in pairwise(read_labelled(NER.bundled.train).pairs):
        same = [a == b for a, b in zip(first.x, second.x, strict=False)]
        t = [*same, False].index(False) - 1
        if t >= 0 and first.x[t] == "Teddy" and first.y[t] != second.y[t]:
            assert first.y[:t] == second.y[:t]
            found.append((first, second, t))
    return found


PAIRS = teddys()
SENTENCES = [sentence for first, second, _ in PAIRS for sentence in (first, second)]


def trained(*, bidirectional: bool) -> tuple[Tagger, list[list[str]]]:
    X, y = [pair.x for pair in SENTENCES], [pair.y for pair in SENTENCES]
    tagger = Tagger(
        cell="lstm", hidden_size=32, bidirectional=bidirectional, word_size=32, affix_size=8, output="softmax",
        calibrate=False, word_dropout=0.0, input_dropout=0.0, dropout=0.0,
        epochs=30, batch_steps=128, learning_rate=0.01, schedule="constant", patience=None, averaging="none",
        seed=0, num_threads=1,
    ).fit(X, y, dev=(X, y))  # fmt: skip
    return tagger, tagger.predict(X)


def at_teddy(labels: list[list[str]]) -> list[tuple[str, str]]:
    """The labels of both Teddys of each pair."""
    return [(first[t], second[t]) for first, second, (_, _, t) in zip(labels[::2], labels[1::2], PAIRS, strict=True)]


def test_there_are_enough_pairs() -> None:
    assert len(PAIRS) >= 15


def test_a_unidirectional_tagger_labels_both_teddys_alike_for_their_past_is_the_same() -> None:
    tagger, labels = trained(bidirectional=False)
    assert all(first == second for first, second in at_teddy(labels))
    marginals = tagger.predict_marginals([pair.x for pair in SENTENCES])
    for first, second, (_, _, t) in zip(marginals[::2], marginals[1::2], PAIRS, strict=True):
        # The same numbers; only the place of a row in a product may round them otherwise.
        np.testing.assert_allclose(first[: t + 1], second[: t + 1], rtol=1e-5, atol=1e-7)
        assert not np.allclose(first[t + 1], second[t + 1], rtol=1e-3)
    # It has learnt all the same: elsewhere it is right.
    elsewhere = [
        (label, gold)
        for sentence, pair, t in zip(labels, SENTENCES, [t for _, _, t in PAIRS for _ in range(2)], strict=True)
        for label, gold in list(zip(sentence, pair.y, strict=True))[:t]
    ]
    assert np.mean([label == gold for label, gold in elsewhere]) > 0.9


def test_a_bidirectional_tagger_tells_them_apart_by_what_follows() -> None:
    _, labels = trained(bidirectional=True)
    gold = [(first.y[t], second.y[t]) for first, second, t in PAIRS]
    right = sum(found == wanted for found, wanted in zip(at_teddy(labels), gold, strict=True))
    assert right >= 0.9 * len(PAIRS), f"{right} of {len(PAIRS)} pairs"
