"""Figures of bases equal scikit-learn's; whole intervals those that are counted one by one."""

from itertools import chain

import numpy as np
import pytest
import sklearn.metrics as sk
from hypothesis import given, settings
from hypothesis import strategies as st

from unrolled.data.answer import Answer
from unrolled.data.step_labels import StepLabels
from unrolled.errors import DataError
from unrolled.metrics import BaseMetric

LABELS = ("exon", "intron", "none")
STEP = st.tuples(st.sampled_from(LABELS), st.tuples(*(st.integers(1, 9),) * 3))
EXAMPLES = st.lists(st.lists(STEP, min_size=1, max_size=20), min_size=1, max_size=4)


def intervals(labels: list[str]) -> set[tuple[int, int, str]]:
    """The stretches, found step by step."""
    found: set[tuple[int, int, str]] = set()
    start = 0
    for t in range(1, len(labels) + 1):
        if t == len(labels) or labels[t] != labels[start]:
            found.add((start, t, labels[start]))
            start = t
    return {interval for interval in found if interval[2] != "none"}


@given(EXAMPLES, st.booleans())
@settings(deadline=None, max_examples=60)
def test_equal_to_scikit_learn_and_to_intervals_counted_one_by_one(
    examples: list[list[tuple[str, tuple[int, ...]]]], packed: bool
) -> None:
    truths = [[label for label, _ in steps] for steps in examples]
    rows = [np.array([np.array(p) / sum(p) for _, p in steps], np.float32) for steps in examples]
    said = [[LABELS[i] for i in row.argmax(1)] for row in rows]
    answers = [Answer(tuple(y), probabilities=row) for y, row in zip(said, rows, strict=True)]
    given_truths = [StepLabels.of(truth) if packed else tuple(truth) for truth in truths]
    report = BaseMetric(LABELS, "none").measure(given_truths, answers)
    y, z = list(chain(*truths)), list(chain(*said))
    assert report.figures["accuracy"] == pytest.approx(sk.accuracy_score(y, z))
    one_label = len({*y, *z}) == 1  # of which scikit-learn warns
    assert report.figures["mcc"] == pytest.approx(0.0 if one_label else sk.matthews_corrcoef(y, z))
    assert report.figures["macro_f1"] == pytest.approx(sk.f1_score(y, z, average="macro", zero_division=0))
    p = np.concatenate(rows)
    areas: list[float] = []
    for i, label in enumerate(LABELS):
        own = np.array([truth == label for truth in y])
        if own.any():
            assert report.by[label]["auprc"] == pytest.approx(sk.average_precision_score(own, p[:, i]), abs=1e-6)
        if own.any() and not own.all():
            areas.append(sk.roc_auc_score(own, p[:, i]))
            assert report.by[label]["auroc"] == pytest.approx(areas[-1], abs=1e-6)
    assert report.figures["auroc"] == pytest.approx(np.mean(areas) if areas else 0.0, abs=1e-6)
    own, other = ([intervals(labels) for labels in each] for each in (truths, said))
    right = sum(len(a & b) for a, b in zip(own, other, strict=True))
    num = sum(map(len, own)), sum(map(len, other))
    assert report.figures["interval_f1"] == pytest.approx(2 * right / sum(num) if sum(num) else 0.0)
    assert report.figures["interval_precision"] == pytest.approx(right / num[1] if num[1] else 0.0)
    assert report.figures["interval_recall"] == pytest.approx(right / num[0] if num[0] else 0.0)
    assert report.counts == {"examples": len(examples), "bases": len(y), "intervals": num[0]}


def test_a_shifted_end_costs_the_interval_and_hardly_a_base() -> None:
    truth, answer = ("none", "exon", "exon", "exon", "none"), ("none", "none", "exon", "exon", "none")
    report = BaseMetric(("exon", "none"), "none").measure([truth], [Answer(answer)])
    assert report.figures["accuracy"] == 0.8
    assert report.figures["interval_f1"] == 0.0
    assert "other than 'none'" in report.rule_text
    assert BaseMetric(("exon", "none")).measure([truth], [Answer(truth)]).figures["interval_f1"] == 1.0


def test_a_truth_that_the_model_does_not_know_is_wrong_and_told() -> None:
    report = BaseMetric(("exon", "none"), "none").measure([("exon", "utr")], [Answer(("exon", "none"))])
    assert report.figures["accuracy"] == 0.5
    assert "1 of 2 bases" in report.notes["unknown"]
    confusion = BaseMetric(("a", "b")).confusion([("a", "c")], [Answer(("a", "b"))])
    assert confusion.counts == ((1, 0, 0), (0, 0, 0), (0, 1, 0))


def test_what_does_not_match_is_refused() -> None:
    metric = BaseMetric(("a", "b"))
    for truths, answers, words in (
        ([("a", "b")], [Answer(("a",))], "2 bases and 1 answers"),
        ([("a",)], [Answer(("c",))], "'c', none of the labels"),
        ([("a",)], [], "0 answers"),
        ([("a",)], [Answer(("a",), probabilities=np.ones((1, 3), np.float32))], "shape"),
    ):
        with pytest.raises(DataError, match=words):
            metric.measure(truths, answers)
