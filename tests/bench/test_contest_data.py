"""The contests' corpora and scores, and the plain peers of sentiment on a handful of reviews."""

import importlib
import sys
from pathlib import Path

import numpy as np
import pytest
from ner_data import Sentence, entity_scores, read_columns, write_columns
from peers import linear_text, plain_bilstm
from scipy.sparse import csr_matrix
from sentiment_data import Review, label_scores, load_corpus, read_reviews, write_reviews
from sklearn.metrics import accuracy_score, f1_score

import unrolled

REVIEWS = [Review(f"{word} , {noun}", label) for word, label in (("good", "+"), ("bad", "-")) for noun in "abcdefgh"]


@pytest.mark.parametrize("labels", ["ab", "abc"])
def test_scores_of_labels_are_those_of_scikit_learn(labels: str) -> None:
    rng = np.random.default_rng(5)
    gold = [Review("", label) for label in rng.choice(list(labels), 50)]
    predictions = rng.choice([*labels, "z"], 50).tolist()  # z is met in no gold label
    expected = [review.label for review in gold]
    found = label_scores(gold, predictions)
    assert found["accuracy"] == accuracy_score(expected, predictions)
    assert found["macro F1"] == pytest.approx(f1_score(expected, predictions, average="macro"))


def test_reviews_come_and_go(tmp_path: Path) -> None:
    reviews = [Review('a "quoted" , text\nof two lines', "pos"), Review("", "neg")]
    write_reviews(reviews, tmp_path / "train.csv")
    write_reviews(reviews[:1], tmp_path / "dev.csv")
    assert read_reviews(tmp_path / "train.csv") == reviews
    corpus = load_corpus("mr", tmp_path)
    assert (corpus.train, corpus.dev, corpus.split) == (reviews, reviews[:1], "mr, train.csv and dev.csv")


def test_sentences_come_and_go_in_iob2(tmp_path: Path) -> None:
    path = tmp_path / "some.conll"
    path.write_text("-DOCSTART- O\n\nJo I-PER\nof O\nX I-LOC\nY I-LOC\n\n\nZ B-PER\n", encoding="utf-8")
    sentences = read_columns(path)
    assert sentences == [
        Sentence(["Jo", "of", "X", "Y"], ["B-PER", "O", "B-LOC", "I-LOC"]),
        Sentence(["Z"], ["B-PER"]),
    ]
    write_columns(sentences, path)
    assert read_columns(path) == sentences
    assert entity_scores(sentences, [["B-PER", "O", "B-LOC", "O"], ["O"]]) == {
        "F1": pytest.approx(2 / 5),
        "precision": 1 / 2,
        "recall": pytest.approx(1 / 3),
    }


def test_the_log_count_ratio_is_wang_and_mannings() -> None:
    X = csr_matrix([[1, 1, 0], [1, 0, 0], [0, 1, 1]])
    positive = np.array([True, True, False])
    p, q = np.array([3, 2, 1]) / 6, np.array([1, 2, 2]) / 5
    np.testing.assert_allclose(linear_text.log_count_ratio(X, positive, 1.0), np.log(p / q))


@pytest.mark.parametrize("train", [linear_text.train_tfidf, linear_text.train_nbsvm])
def test_linear_peers_learn_and_have_no_epochs(train) -> None:
    outcome = train(REVIEWS, REVIEWS[::-1], 1)
    assert outcome.predictions == [review.label for review in REVIEWS[::-1]]
    assert (outcome.best.seconds, outcome.best.score) == (None, 1.0)


def test_nbsvm_refuses_three_labels() -> None:
    with pytest.raises(ValueError, match="two labels apart; there are 3"):
        linear_text.NBSVM().fit(csr_matrix(np.eye(3)), np.array(["a", "b", "c"]))


def test_the_plain_bilstm_learns_and_keeps_its_best_epoch() -> None:
    settings = plain_bilstm.Settings(epochs=12, batch_size=4, learning_rate=1e-2, embedding_size=8, hidden_size=8)
    outcome = plain_bilstm.train(REVIEWS, [*REVIEWS, Review("", "-")], 1, settings)
    scores = [epoch.score for epoch in outcome.epochs]
    assert len(scores) == 12
    assert outcome.predictions[:-1] == [review.label for review in REVIEWS]
    right = sum(a == r.label for a, r in zip(outcome.predictions, [*REVIEWS, Review("", "-")], strict=True))
    assert right / 17 == max(scores) == outcome.best.score
    times = [epoch.elapsed for epoch in outcome.epochs]
    assert times == sorted(times)


class FakeClassifier:
    """Learns its files by heart: what ours is asked for, and what is read of it."""

    def __init__(self, seed: int) -> None:
        assert seed == 7

    def fit(self, train: Path, dev: Path) -> "FakeClassifier":
        self.label_of = {review.text: review.label for path in (train, dev) for review in read_reviews(path)}
        self.history_ = [{"seconds": 1e-6, "accuracy": 0.5}, {"seconds": 1e-6, "accuracy": 0.75}]
        return self

    def predict(self, texts: list[str]) -> list[str]:
        return [self.label_of[text] for text in texts]


def test_ours_is_asked_by_files_and_its_history_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unrolled, "Classifier", FakeClassifier, raising=False)
    monkeypatch.delitem(sys.modules, "peers.our_classifier", raising=False)
    outcome = importlib.import_module("peers.our_classifier").train(REVIEWS[:-1], REVIEWS[-1:], 7)
    assert outcome.predictions == ["-"]
    assert [epoch.score for epoch in outcome.epochs] == [0.5, 0.75]
    assert outcome.best.number == 2
    assert 0 < outcome.epochs[0].elapsed < outcome.best.elapsed
