"""AUROC and average precision equal scikit-learn's, alone and in the report of classes."""

import numpy as np
import pytest
import sklearn.metrics as sk
from hypothesis import given, settings
from hypothesis import strategies as st

from unrolled.data.answer import Answer
from unrolled.metrics import ClassMetric
from unrolled.metrics.ranking import auroc, average_precision, top_accuracy

LABELS = ("a", "b", "c")


@given(st.lists(st.tuples(st.integers(0, 6), st.booleans()), min_size=1, max_size=40))
@settings(deadline=None)
def test_equal_to_scikit_learn_with_ties(pairs: list[tuple[int, bool]]) -> None:
    scores, truths = np.array([s / 6 for s, _ in pairs]), np.array([t for _, t in pairs])
    found = auroc(scores, truths), average_precision(scores, truths)
    if truths.all() or not truths.any():
        assert found[0] is None
    else:
        assert found[0] == pytest.approx(sk.roc_auc_score(truths, scores), abs=1e-12)
    if truths.any():
        assert found[1] == pytest.approx(sk.average_precision_score(truths, scores), abs=1e-12)
    else:
        assert found[1] is None


@given(st.lists(st.tuples(st.sampled_from(LABELS), st.tuples(*(st.integers(1, 9),) * 3)), min_size=2, max_size=25))
@settings(deadline=None)
def test_of_each_label_against_the_others_and_their_mean(given_pairs: list[tuple[str, tuple[int, ...]]]) -> None:
    truths = [label for label, _ in given_pairs]
    rows = np.array([np.array(numbers) / sum(numbers) for _, numbers in given_pairs], np.float32)
    answers = [Answer(LABELS[int(row.argmax())], probabilities=row[None]) for row in rows]
    report = ClassMetric(LABELS, ranked=True).measure(truths, answers)
    areas: list[float] = []
    precisions: list[float] = []
    for i, label in enumerate(LABELS):
        own = np.array([truth == label for truth in truths])
        if own.any():
            precisions.append(sk.average_precision_score(own, rows[:, i]))
            assert report.by[label]["auprc"] == pytest.approx(precisions[-1], abs=1e-6)
        if own.any() and not own.all():
            areas.append(sk.roc_auc_score(own, rows[:, i]))
            assert report.by[label]["auroc"] == pytest.approx(areas[-1], abs=1e-6)
    assert report.figures["auroc"] == pytest.approx(np.mean(areas) if areas else 0.0, abs=1e-6)
    assert report.figures["auprc"] == pytest.approx(np.mean(precisions), abs=1e-6)
    assert report.totals["mean"]["auroc"] == report.figures["auroc"]
    assert "AUROC" in report.rule_text


def test_only_where_it_is_asked_for_and_there_are_probabilities() -> None:
    assert "auroc" not in ClassMetric(LABELS).measure(["a", "b"], [Answer("a"), Answer("b")]).figures
    assert "auroc" not in ClassMetric(LABELS, ranked=True).measure(["a", "b"], [Answer("a"), Answer("b")]).figures
    assert [figure.name for figure in ClassMetric(LABELS, ranked=True).figures][3:] == ["auroc", "auprc"]


@given(
    st.lists(st.tuples(st.integers(0, 4), st.tuples(*(st.integers(1, 5),) * 5)), min_size=2, max_size=25),
    st.integers(1, 4),
)
@settings(deadline=None)
def test_top_k_equals_scikit_learn_with_ties(pairs: list[tuple[int, tuple[int, ...]]], k: int) -> None:
    rows = np.array([row for row, _ in pairs])
    probabilities = np.array([np.array(numbers) / sum(numbers) for _, numbers in pairs])
    wanted = sk.top_k_accuracy_score(rows, probabilities, k=k, labels=np.arange(5))
    assert top_accuracy(probabilities, rows, k) == pytest.approx(wanted, abs=1e-12)


def test_top_k_is_a_figure_where_there_are_more_labels() -> None:
    labels = tuple("abcd")
    rows = np.array([[0.1, 0.2, 0.3, 0.4], [0.7, 0.1, 0.1, 0.1]], np.float32)
    answers = [Answer(labels[int(row.argmax())], probabilities=row[None]) for row in rows]
    metric = ClassMetric(labels, top=2)
    assert metric.measure(["c", "d"], answers).figures["top_2"] == 0.5 + 0.5  # of equals the last labels come first
    assert metric.measure(["b", "unknown"], answers).figures["top_2"] == 0
    assert [figure.name for figure in metric.figures] == ["accuracy", "macro_f1", "mcc", "top_2"]
    assert "Top-2 accuracy" in metric.rule_text
    few = ClassMetric(labels, top=4)
    assert "top_4" not in few.measure(["c", "d"], answers).figures
    assert few.rule_text == ClassMetric(labels).rule_text
