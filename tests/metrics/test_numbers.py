import json
import math

import numpy as np
import pytest
import sklearn.metrics as sk
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import spearmanr

from unrolled.data.answer import Answer
from unrolled.errors import DataError
from unrolled.metrics import Metric, NumberMetric

# Small whole numbers repeat, so that ranks are shared; the others seldom do.
NUMBER = st.integers(-3, 3).map(float) | st.floats(-1e4, 1e4, width=32)
CORPUS = st.lists(st.tuples(NUMBER, NUMBER), min_size=2, max_size=20)


@given(CORPUS)
@settings(max_examples=150, deadline=None)
def test_equal_to_scikit_learn_and_scipy(corpus) -> None:
    truths, found = (np.array(values) for values in zip(*corpus, strict=True))
    figures = NumberMetric().measure(truths.tolist(), [Answer(y) for y in found.tolist()]).figures
    assert figures["rmse"] == pytest.approx(sk.root_mean_squared_error(truths, found), rel=1e-12)
    assert figures["mae"] == pytest.approx(sk.mean_absolute_error(truths, found), rel=1e-12)
    if np.ptp(truths):
        assert figures["r2"] == pytest.approx(sk.r2_score(truths, found), rel=1e-9, abs=1e-12)
    else:
        assert figures["r2"] == float((truths == found).all())
    if np.ptp(truths) and np.ptp(found):
        assert figures["spearman"] == pytest.approx(spearmanr(truths, found).statistic, abs=1e-12)
    else:
        assert figures["spearman"] == 0


def test_constant_truths_as_scikit_learn_has_them() -> None:
    for found in ([2.0, 2.0], [2.0, 3.0]):
        report = NumberMetric().measure([2.0, 2.0], [Answer(y) for y in found])
        assert report.figures["r2"] == sk.r2_score([2.0, 2.0], found)
    assert NumberMetric().measure([0.1] * 3, [Answer(0.2)] * 3).figures["r2"] == 0  # though their mean is not 0.1
    assert NumberMetric().measure([1.0], [Answer(1.0)]).figures == {"rmse": 0, "mae": 0, "r2": 1, "spearman": 0}


def test_the_metric_says_what_it_is() -> None:
    metric: Metric[float] = NumberMetric()
    report = metric.measure([1.0, 3.0], [Answer(1.0), Answer(2.0)])
    assert [(figure.name, figure.goal) for figure in metric.figures] == [
        ("rmse", "lower"),
        ("mae", "lower"),
        ("r2", "higher"),
        ("spearman", "higher"),
    ]
    assert list(report.figures) == [figure.name for figure in metric.figures]
    assert report.notes["baseline"] == "always the mean, 2, has an RMSE of 1"
    assert list(json.loads(json.dumps(report.to_dict()))) == ["figures", "counts", "rule_text"]
    assert metric.confusion([1.0], [Answer(1.0)]) is None


def test_what_cannot_be_measured_is_an_error() -> None:
    with pytest.raises(DataError, match="no labelled example"):
        NumberMetric().measure([], [])
    with pytest.raises(DataError, match="The truth of example 2 is nan"):
        NumberMetric().measure([1.0, math.nan], [Answer(1.0), Answer(1.0)])
    with pytest.raises(DataError, match="The answer of example 1 is inf"):
        NumberMetric().measure([1.0], [Answer(math.inf)])
