"""Figures of answers to steps: those of scikit-learn on all steps in a row."""

import numpy as np
import pytest
from sklearn.metrics import accuracy_score, f1_score, matthews_corrcoef, mean_absolute_error, r2_score

from unrolled.data.answer import Answer
from unrolled.data.series import Series
from unrolled.errors import DataError
from unrolled.metrics import ClassMetric, NumberMetric, StepMetric


def test_labels_of_steps() -> None:
    chance = np.random.default_rng(0)
    truths = [tuple(chance.choice(list("abc"), size=n)) for n in (1, 4, 7)]
    found = [tuple(chance.choice(list("abc"), size=n)) for n in (1, 4, 7)]
    p = [chance.dirichlet(np.ones(3), size=n).astype(np.float32) for n in (1, 4, 7)]
    metric = StepMetric(ClassMetric(("a", "b", "c")))
    report = metric.measure(truths, [Answer(y, probabilities=q) for y, q in zip(found, p, strict=True)])
    y, z = sum(truths, ()), sum(found, ())
    assert report.figures["accuracy"] == pytest.approx(accuracy_score(y, z))
    assert report.figures["macro_f1"] == pytest.approx(f1_score(y, z, average="macro"))
    assert report.figures["mcc"] == pytest.approx(matthews_corrcoef(y, z))
    of = -np.log(np.concatenate(p)[np.arange(12), ["abc".index(label) for label in y]])
    assert report.figures["log_loss"] == pytest.approx(of.mean(), rel=1e-5)
    assert report.counts == {"examples": 3, "steps": 12}
    confusion = metric.confusion(truths, [Answer(y) for y in found])
    assert confusion is not None
    assert sum(map(sum, confusion.counts)) == 12


def test_numbers_of_steps() -> None:
    chance = np.random.default_rng(0)
    truths, found = ([Series(chance.normal(size=(n, 1))) for n in (2, 5)] for _ in range(2))
    report = StepMetric(NumberMetric()).measure(truths, [Answer(y) for y in found])
    y, z = (np.concatenate([one.rows for one in side]).ravel() for side in (truths, found))
    assert report.figures["r2"] == pytest.approx(r2_score(y, z))
    assert report.figures["mae"] == pytest.approx(mean_absolute_error(y, z))


def test_an_answer_too_few_is_told() -> None:
    with pytest.raises(DataError, match="Example 1 has 2 steps and 1 answers"):
        StepMetric(ClassMetric(("a", "b"))).measure([("a", "b")], [Answer(("a",))])
