from typing import Any

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.metrics import accuracy_score, cohen_kappa_score

from unrolled import Classifier
from unrolled.data.tokenizer import tokenize
from unrolled.errors import DataError, SettingsError
from unrolled.model import Model
from unrolled.runs.predict import predict
from unrolled.tasks import SENTIMENT

X = ["a warm, funny film", "dull and far too long", "funny and warm", "too dull, too long"] * 4
Y = ["good", "bad", "good", "bad"] * 4
STARRED = [
    f"{word} {thing}" for word in ("broken", "plain", "good", "splendid") for thing in ("film", "kettle", "train")
]
STARS = [star for star in (1, 2, 4, 5) for _ in range(3)]
TINY: dict[str, Any] = {
    "hidden_size": 8,
    "word_size": 8,
    "affix_size": 4,
    "epochs": 8,
    "num_threads": 1,
    "min_count": 1,
}


@pytest.fixture(scope="module")
def fitted() -> Any:
    return Classifier(**TINY).fit(X, Y, dev=(X, Y))


@pytest.fixture(scope="module")
def starred() -> Any:
    return Classifier(**TINY, phrase_min_count=1).fit(STARRED, STARS, dev=(STARRED, STARS))


def test_texts_are_strings_or_words(fitted: Any) -> None:
    words = [tokenize(text) for text in X]
    assert fitted.predict(X) == fitted.predict(words) == Y
    again = Classifier(**TINY).fit(words, np.array(Y), dev=(words, Y))
    assert again.predict(X) == fitted.predict(X)
    np.testing.assert_array_equal(again.predict_proba(X), fitted.predict_proba(words))


def test_probabilities_sum_to_1_and_the_answer_is_the_largest(fitted: Any) -> None:
    probabilities = fitted.predict_proba(X)
    assert probabilities.shape == (len(X), 2)
    np.testing.assert_allclose(probabilities.sum(1), 1, atol=1e-6)
    assert [fitted.classes_[i] for i in probabilities.argmax(1)] == fitted.predict(X)
    assert fitted.classes_ == ["bad", "good"]
    assert fitted.predict([]) == []
    assert fitted.predict_proba([]).shape == (0, 2)


def test_its_score_is_the_accuracy_and_of_stars_the_kappa(fitted: Any, starred: Any) -> None:
    wrong = ["good" if number % 3 else truth for number, truth in enumerate(Y)]
    assert fitted.score(X, wrong) == pytest.approx(accuracy_score(wrong, fitted.predict(X)))
    assert starred.classes_ == ["1", "2", "4", "5"]
    truths = STARS[::-1]
    found = list(map(int, starred.predict(STARRED)))
    assert starred.score(STARRED, truths) == pytest.approx(cohen_kappa_score(truths, found, weights="quadratic"))
    assert starred.score(STARRED, list(map(float, STARS))) == starred.score(STARRED, list(map(str, STARS)))
    assert starred.report_.figures["kappa"] > 0.8


def test_what_is_saved_answers_the_same(fitted: Any, tmp_path: Any) -> None:
    fitted.save(tmp_path / "model")
    lines = [*X[:3], "", "never seen"]
    told = list(predict(Model.load(tmp_path / "model"), SENTIMENT, lines))
    assert [each.answer and each.answer.y for each in told] == [
        *fitted.predict(X[:3]),
        None,
        *fitted.predict(lines[4:]),
    ]
    card = (tmp_path / "model" / "README.md").read_text()
    assert "16 texts" in card
    assert "bad, good" in card


def test_calibration_changes_how_sure_it_is(fitted: Any) -> None:
    calibrated = clone(fitted).set_params(calibrate=True).fit(X, Y, dev=(X, Y))
    assert calibrated.predict(X) == fitted.predict(X)
    assert float(calibrated.model_.network.output.temperature) != 1.0
    assert float(fitted.model_.network.output.temperature) == 1.0


@pytest.mark.parametrize(
    ("texts", "labels", "words"),
    [
        (X, Y[:-1], "16 texts and 15 labels"),
        (X, None, "16 texts and no y"),
        (["so good", "", "bad"], ["a", "b", "a"], "Text 2 is '', without words"),
        (["so good", ["so", ""]], ["a", "b"], "Text 2"),
        (["so good", 7], ["a", "b"], "Text 2"),
        (["so good", "so bad"], ["a", None], "Text 2 has the label None"),
        (["so good", "so bad"], ["a", float("nan")], "Text 2 has the label nan"),
        (["so good", "so bad"], ["a", ""], "Text 2 has the label ''"),
        (["so good", "so bad"], ["a", "a"], "Every example has the label 'a'"),
    ],
)
def test_what_cannot_be_used_is_named_with_its_number(texts: Any, labels: Any, words: str) -> None:
    with pytest.raises(DataError, match=words):
        Classifier(**TINY).fit(texts, labels, dev=(X, Y))


def test_new_texts_and_labels_are_checked_too(fitted: Any) -> None:
    with pytest.raises(DataError, match="Text 2"):
        fitted.predict(["so good", " "])
    with pytest.raises(DataError, match="Text 1"):
        fitted.predict_proba([[]])
    assert 0 <= fitted.score(["so good", "so bad"], ["good", "never seen"]) < 1
    with pytest.raises(NotFittedError, match="Classifier"):
        Classifier().predict(X)
    with pytest.raises(SettingsError, match="hidden_size"):
        Classifier(hidden_size=0).fit(X, Y)


def test_a_fitted_classifier_goes_on_with_new_texts_and_a_star_between_the_old_ones(starred: Any) -> None:
    texts = [*(f"so-so {thing}" for thing in ("film", "kettle", "train")), "broken film", "good old kettle"]
    stars = [3, 3, 3, 1, 4]
    second = clone(starred).fit(texts, stars, dev=(texts, stars), start=starred.model_)
    assert second.classes_ == ["1", "2", "3", "4", "5"]
    assert second.start_.added == ("3",)
    assert second.start_.absent == ("2", "5")
    assert second.predict(texts)[:3] == ["3"] * 3
    assert starred.classes_ == ["1", "2", "4", "5"]
    assert starred.predict_proba(texts).shape == (5, 4)


def test_groups_are_on_one_side_of_what_is_set_aside() -> None:
    X = [f"so {'good' if i % 2 else 'bad'} {i}" for i in range(20)]
    y, groups = ["pos" if i % 2 else "neg" for i in range(20)], [i // 4 for i in range(20)]
    settings: Any = {"epochs": 1, "hidden_size": 4, "dev_fraction": 0.2}
    assert Classifier(**settings).fit(X, y, groups=groups).num_pairs_ == {"train": 16, "dev": 4}
    with pytest.raises(DataError, match="19 groups"):
        Classifier(**settings).fit(X, y, groups=groups[1:])
