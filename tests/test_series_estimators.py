"""The estimators of series: habits of scikit-learn, on arrays of numbers."""

import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.metrics import accuracy_score, r2_score
from sklearn.model_selection import cross_val_score

from unrolled import DataError, Model, Regressor, SeriesClassifier
from unrolled.data.codecs import VectorsCodec
from unrolled.tasks.vectors import NUMBERS, VECTORS

CHANCE = np.random.default_rng(0)
X = [CHANCE.normal(way, 0.5, size=(3 + n % 4, 2)) for n, way in enumerate((1.0, -1.0) * 20)]
LABELS = ["up", "down"] * 20
NUMBERS_OF_X = [float(x[:, 0].mean()) for x in X]
STEPS = [tuple(np.where(x[:, 0] > 0, "above", "below")) for x in X]
TINY: dict[str, Any] = {"epochs": 12, "hidden_size": 6, "attention_size": 4, "learning_rate": 0.03, "num_threads": 1}


def test_every_setting_is_a_keyword_with_the_same_default() -> None:
    assert SeriesClassifier().settings() == VECTORS.defaults.to_dict()
    assert Regressor().settings() == NUMBERS.defaults.to_dict() == {**VECTORS.defaults.to_dict(), "y": "number"}


def test_labels_of_series() -> None:
    fitted = SeriesClassifier(**TINY).fit(X, LABELS, dev=(X, LABELS))
    assert fitted.classes_ == ["down", "up"]
    assert fitted.score(X, LABELS) == accuracy_score(LABELS, fitted.predict(X)) > 0.9
    p = fitted.predict_proba(X)
    assert p.shape == (40, 2)
    np.testing.assert_allclose(p.sum(1), 1, rtol=1e-5)
    assert [fitted.classes_[i] for i in p.argmax(1)] == fitted.predict(X)
    whole = SeriesClassifier(**TINY).fit(X, [1, 0] * 20, dev=(X, [1, 0] * 20))
    assert whole.classes_ == ["0", "1"]


def test_numbers_of_series() -> None:
    fitted = Regressor(**TINY).fit(X, NUMBERS_OF_X, dev=(X, NUMBERS_OF_X))
    assert fitted.score(X, NUMBERS_OF_X) == pytest.approx(r2_score(NUMBERS_OF_X, fitted.predict(X)))
    assert fitted.score(X, NUMBERS_OF_X) > 0.8
    again = pickle.loads(pickle.dumps(fitted))
    assert again.predict(X) == fitted.predict(X)
    assert cross_val_score(clone(fitted), X, NUMBERS_OF_X, cv=2).shape == (2,)
    amounts = Regressor(**TINY).fit(X, np.arange(40), dev=(X, list(range(40))))
    assert all(isinstance(y, float) for y in amounts.predict(X))


def test_labels_and_numbers_of_steps() -> None:
    fitted = SeriesClassifier(**TINY).fit(X, STEPS, dev=(X, STEPS))
    found = fitted.predict(X)
    assert list(map(len, found)) == list(map(len, X))
    assert fitted.score(X, STEPS) == accuracy_score(sum(STEPS, ()), sum(found, ())) > 0.9
    assert [p.shape for p in fitted.predict_proba(X[:2])] == [(3, 2), (4, 2)]
    ys = [x[:, 0] + x[:, 1] for x in X]
    numbers = Regressor(**TINY).fit(X, ys, dev=(X, ys))
    assert numbers.score(X, ys) == pytest.approx(r2_score(np.concatenate(ys), np.concatenate(numbers.predict(X))))
    assert numbers.score(X, ys) > 0.8


def test_series_of_one_number_a_step_may_be_flat_and_have_gaps() -> None:
    flat = [x[:, 0] for x in X]
    flat[0] = np.array([np.nan, 1.0, np.nan])
    fitted = SeriesClassifier(**TINY).fit(flat, LABELS, dev=(flat, LABELS))
    assert fitted.predict(flat) == fitted.predict([series[:, None] for series in flat])
    assert isinstance(fitted.model_.x, VectorsCodec)
    assert fitted.model_.x.space.size == 4  # the number, its difference, mask and time since


def test_noise_that_would_change_y_is_left_out() -> None:
    noisy = {"jitter": 0.1, "scaling": 0.2, "warp": 0.3, "crop": 0.4}
    left: dict[str, set[str]] = {}
    for name, estimator, y in (
        ("label", SeriesClassifier, LABELS),
        ("number", Regressor, NUMBERS_OF_X),
        ("labels", SeriesClassifier, STEPS),
    ):
        fitted = estimator(**{**TINY, **noisy, "epochs": 1}).fit(X, y, dev=(X, y))
        left[name] = {noise for noise in noisy if getattr(fitted.model_.x.settings, noise)}
    assert left == {"label": set(noisy), "number": {"jitter"}, "labels": {"jitter", "scaling"}}


def test_files_and_directories(tmp_path: Path) -> None:
    rows = [f"{n},{a},{b},{label}" for n, (x, label) in enumerate(zip(X, LABELS, strict=True)) for a, b in x]
    (tmp_path / "data.csv").write_text("\n".join(["id,a,b,label", *rows]) + "\n")
    fitted = SeriesClassifier(**TINY).fit(tmp_path / "data.csv", dev=tmp_path / "data.csv")
    fitted.save(tmp_path / "model")
    assert Model.load(tmp_path / "model").predict(X) == fitted.predict(X)
    assert fitted.score(tmp_path / "data.csv") == fitted.score(X, LABELS)


@pytest.mark.parametrize(
    ("estimator", "X", "y", "found"),
    [
        (SeriesClassifier, X, LABELS[:-1], "40 series and 39 y"),
        (SeriesClassifier, X, [None, *LABELS[1:]], "Series 1 has the y None"),
        (SeriesClassifier, X, [1.5, *LABELS[1:]], "different kinds: labels, numbers"),
        (
            SeriesClassifier,
            [np.zeros((0, 2)), *X[1:]],
            LABELS,
            "Example 1 has an array of shape .0, 2., which is empty",
        ),
        (SeriesClassifier, [np.full((2, 2), np.inf), *X[1:]], LABELS, "no finite number"),
        (SeriesClassifier, [np.zeros((2, 3)), *X[1:]], LABELS, "where 3 columns are expected"),
        (Regressor, X, LABELS, "Series 1 has the y 'up', which is no number"),
    ],
)
def test_what_is_wrong_is_said(estimator: Any, X: Any, y: Any, found: str) -> None:
    with pytest.raises(DataError, match=found):
        estimator(**TINY, dev_fraction=0.001).fit(X, y)
