import json

import numpy as np
import pytest
import sklearn.metrics as sk
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.preprocessing import MultiLabelBinarizer

from unrolled.data.answer import Answer
from unrolled.errors import DataError
from unrolled.metrics import Metric, SetMetric

SOME = st.frozensets(st.sampled_from("abcde"), max_size=4)
CORPUS = st.lists(st.tuples(SOME, SOME) | SOME.map(lambda s: (s, s)), min_size=1, max_size=15)


@given(CORPUS)
@settings(max_examples=80, deadline=None)
def test_equal_to_scikit_learn(corpus) -> None:
    truths, found = map(list, zip(*corpus, strict=True))
    report = SetMetric().measure(truths, [Answer(tuple(sorted(y, reverse=True))) for y in found])
    names = sorted(frozenset().union(*truths, *found))
    assert list(report.by) == names
    if not names:
        assert report.figures == {"micro_f1": 0, "macro_f1": 0, "exact_match": 1, "jaccard": 1}
        return
    binarizer = MultiLabelBinarizer(classes=names)
    # A column more, which is not counted: scikit-learn takes a matrix of one column for something else.
    gold, answered = (np.pad(binarizer.fit_transform(sets), ((0, 0), (0, 1))) for sets in (truths, found))
    columns = list(range(len(names)))
    expected = {
        "micro_f1": sk.f1_score(gold, answered, labels=columns, average="micro", zero_division=0),
        "macro_f1": sk.f1_score(gold, answered, labels=columns, average="macro", zero_division=0),
        "exact_match": sk.accuracy_score(gold, answered),
        "jaccard": sk.jaccard_score(gold, answered, average="samples", zero_division=1),
    }
    assert report.figures == pytest.approx(expected, abs=1e-12)
    of_each = sk.precision_recall_fscore_support(gold, answered, labels=columns, zero_division=0)
    for row, *values in zip(report.by.values(), *of_each, strict=True):
        assert list(row.values()) == pytest.approx(values, abs=1e-12)
    for name, average in (("all", "micro"), ("mean", "macro")):
        values = sk.precision_recall_fscore_support(gold, answered, labels=columns, average=average, zero_division=0)
        assert list(report.totals[name].values()) == pytest.approx([*values[:3], gold.sum()], abs=1e-12)


def test_the_metric_says_what_it_is() -> None:
    metric: Metric[tuple[str, ...]] = SetMetric()
    report = metric.measure([("a", "a"), ()], [Answer(("a",)), Answer(())])
    assert report.figures == {"micro_f1": 1, "macro_f1": 1, "exact_match": 1, "jaccard": 1}
    assert [figure.name for figure in metric.figures] == list(report.figures)
    assert report.counts == {"examples": 2, "labels": 1}
    assert json.loads(json.dumps(report.to_dict()))["rule_text"] == metric.rule_text == report.notes["rule"]
    assert metric.confusion([("a",)], [Answer(("a",))]) is None
    nothing = metric.measure([("a",), ("b",)], [Answer(()), Answer(())])
    assert all(figure.floor is None or nothing.figures[figure.name] == figure.floor for figure in metric.figures)


def test_what_cannot_be_measured_is_an_error() -> None:
    with pytest.raises(DataError, match="no labelled example"):
        SetMetric().measure([], [])
    with pytest.raises(DataError, match="2 truths but 1 answers"):
        SetMetric().measure([(), ()], [Answer(())])
    with pytest.raises(DataError, match="Example 2 has a string"):
        SetMetric().measure([("a",), ("a",)], [Answer(("a",)), Answer("a")])
