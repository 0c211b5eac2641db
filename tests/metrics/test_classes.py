import json
import math
import warnings

import numpy as np
import pytest
import sklearn.metrics as sk
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.calibration import calibration_curve

from unrolled.data.answer import Answer
from unrolled.errors import DataError, SettingsError
from unrolled.metrics import ClassMetric, Metric, Reliability, Report
from unrolled.metrics.probabilities import brier_score

LABELS = ("c", "a", "d", "b")
STARS = ("1", "2", "3", "4", "5")


def answers(labels, probabilities=None) -> list[Answer[str]]:
    if probabilities is None:
        return [Answer(label) for label in labels]
    rows = np.asarray(probabilities, dtype=np.float32)
    return [Answer(label, probabilities=row[None]) for label, row in zip(labels, rows, strict=True)]


def some_probabilities(num_examples: int, num_labels: int, seed: int) -> np.ndarray:
    scores = np.random.default_rng(seed).normal(0, 3, (num_examples, num_labels))
    odds = np.exp(scores)
    return (odds / odds.sum(axis=1, keepdims=True)).astype(np.float32)


def pairs(labels, more=()):
    return st.lists(st.tuples(st.sampled_from([*labels, *more]), st.sampled_from(labels)), min_size=1, max_size=25)


def check_common(report: Report, truth, found) -> None:
    assert report.figures["accuracy"] == pytest.approx(sk.accuracy_score(truth, found), abs=1e-12)
    assert report.figures["macro_f1"] == pytest.approx(
        sk.f1_score(truth, found, average="macro", zero_division=0), abs=1e-12
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # "a single label was found", in a table of one cell
        assert report.figures["mcc"] == pytest.approx(sk.matthews_corrcoef(truth, found), abs=1e-12)
    names = sorted(set(truth) | set(found))
    assert sorted(report.by) == names
    of_each = sk.precision_recall_fscore_support(truth, found, labels=list(report.by), zero_division=0)
    for row, *expected in zip(report.by.values(), *of_each, strict=True):
        assert list(row.values()) == pytest.approx(expected, abs=1e-12)
    macro = sk.precision_recall_fscore_support(truth, found, average="macro", zero_division=0)
    assert list(report.totals["mean"].values()) == pytest.approx([*macro[:3], len(truth)], abs=1e-12)
    assert report.counts == {"examples": len(truth)}


@given(pairs(LABELS, more=("new", "a")))
@settings(max_examples=100, deadline=None)
def test_equal_to_scikit_learn(given_pairs) -> None:
    truth, found = map(list, zip(*given_pairs, strict=True))
    metric = ClassMetric(LABELS)
    report = metric.measure(truth, answers(found))
    check_common(report, truth, found)
    assert list(report.figures) == ["accuracy", "macro_f1", "mcc"]
    assert list(report.by) == [name for name in (*LABELS, "new") if name in report.by]
    names = [*LABELS, *(["new"] if "new" in truth else [])]
    picture = metric.confusion(truth, answers(found))
    assert picture.row_names == picture.column_names == tuple(names) == picture.types
    assert np.array_equal(picture.counts, sk.confusion_matrix(truth, found, labels=names))


@given(pairs(STARS, more=("3.5", "9")))
@settings(max_examples=100, deadline=None)
def test_ordered_labels_equal_to_scikit_learn(given_pairs) -> None:
    truth, found = map(list, zip(*given_pairs, strict=True))
    report = ClassMetric(STARS, ordered=True).measure(truth, answers(found))
    check_common(report, truth, found)
    assert report.figures["mae"] == pytest.approx(
        sk.mean_absolute_error(list(map(float, truth)), list(map(float, found))), abs=1e-12
    )
    labels = sorted({*STARS, *truth}, key=float)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # "undefined", where all are one label
        kappa = sk.cohen_kappa_score(truth, found, labels=labels, weights="quadratic", replace_undefined_by=0.0)
    assert report.figures["kappa"] == pytest.approx(kappa, abs=1e-12)


def test_ordered_names_have_their_places_as_values() -> None:
    truth, found = ["low", "high", "middle", "low"], ["high", "high", "low", "low"]
    metric = ClassMetric(("low", "middle", "high"), ordered=True)
    report = metric.measure(truth, answers(found))
    assert report.figures["mae"] == 3 / 4
    assert report.figures["kappa"] == pytest.approx(
        sk.cohen_kappa_score(truth, found, labels=["low", "middle", "high"], weights="quadratic")
    )
    assert "places in the order" in metric.rule_text
    assert "numbers" in ClassMetric(STARS, ordered=True).rule_text
    assert metric.confusion(truth, answers(found)).types == ("low", "middle", "high")
    with pytest.raises(DataError, match=r"truth 'other' has no place among the ordered labels low, middle, high"):
        metric.measure(["other"], answers(["low"]))


def test_figures_that_choose_the_weights() -> None:
    plain, ordered = ClassMetric(LABELS), ClassMetric(STARS, ordered=True)
    assert [(f.name, f.goal) for f in plain.figures] == [
        ("accuracy", "higher"),
        ("macro_f1", "higher"),
        ("mcc", "higher"),
    ]
    assert [(f.name, f.goal) for f in ordered.figures] == [
        ("kappa", "higher"),
        ("mae", "lower"),
        ("accuracy", "higher"),
        ("macro_f1", "higher"),
    ]
    for metric, truth in ((plain, ["a", "b", "c"]), (ordered, ["1", "2", "5"])):
        always_one = metric.measure(truth, answers([metric.labels[0]] * 3))
        assert next(iter(always_one.figures)) == metric.figures[0].name
        for figure in metric.figures:
            assert figure.floor is None or always_one.figures[figure.name] == figure.floor


@pytest.mark.parametrize("labels", [LABELS, ("no", "yes")])
@pytest.mark.parametrize("new", [False, True])
def test_probabilities_equal_to_scikit_learn(labels, new) -> None:
    probabilities = some_probabilities(300, len(labels), seed=3)
    probabilities[:5] = np.eye(len(labels), dtype=np.float32)[0]  # sure, and mostly wrong: log 0
    found = [labels[i] for i in probabilities.argmax(axis=1)]
    generator = np.random.default_rng(1)
    truth = [label if generator.random() < 0.6 else str(generator.choice(labels)) for label in found]
    truth[:4] = ["new" if new else labels[-1]] * 4
    figures = ClassMetric(labels).measure(truth, answers(found, probabilities)).figures
    names = [*labels, *(["new"] if new else [])]
    wide = np.zeros((300, len(names)))
    wide[:, : len(labels)] = probabilities
    in_order = sorted(range(len(names)), key=names.__getitem__)  # scikit-learn's columns are alphabetical
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # float32 probabilities do not add up to 1 within float64's precision
        expected = sk.log_loss(truth, wide[:, in_order], labels=sorted(names))
        proba = wide[:, in_order] / wide.sum(axis=1, keepdims=True)
        if len(names) == 2:
            brier = sk.brier_score_loss(truth, proba[:, 1], pos_label=sorted(names)[1])
        else:
            brier = sk.brier_score_loss(truth, proba, labels=sorted(names))
    assert figures["log_loss"] == pytest.approx(expected, rel=1e-9)
    assert figures["brier"] == pytest.approx(brier, abs=1e-6)
    assert list(figures)[-3:] == ["log_loss", "brier", "calibration_error"]


def test_brier_of_the_extremes() -> None:
    right, wrong = np.eye(3), np.roll(np.eye(3), 1, axis=1)
    assert (brier_score(right, np.arange(3)), brier_score(wrong, np.arange(3))) == (0, 2)
    assert brier_score(np.array([[0.0, 1.0]]), np.array([0])) == 1


@pytest.mark.parametrize("num_bins", [15, 10, 1])
@pytest.mark.parametrize("num_answers", [1, 40, 1000])
def test_calibration_error_by_the_formula(num_answers, num_bins) -> None:
    generator = np.random.default_rng(num_answers)
    confidence = generator.beta(4, 1, num_answers)
    confidence[: num_answers // 4] = generator.integers(0, num_bins + 1, num_answers // 4) / num_bins  # on the edges
    right = generator.random(num_answers) < confidence**2
    bins = Reliability.of(confidence, right, num_bins)
    error = 0.0
    for b in range(num_bins):
        low, high = np.linspace(0, 1, num_bins + 1)[b : b + 2]
        members = [i for i, p in enumerate(confidence) if low < p <= high or (b == 0 and p == 0)]
        assert bins.counts[b] == len(members)
        if members:
            accuracy, mean = np.mean(right[members]), np.mean(confidence[members])
            assert (bins.accuracy[b], bins.confidence[b]) == pytest.approx((accuracy, mean))
            error += len(members) / num_answers * abs(accuracy - mean)
    assert bins.error == pytest.approx(error, abs=1e-12)
    assert (bins.mean_confidence, bins.mean_accuracy) == pytest.approx((confidence.mean(), right.mean()))
    accuracy, mean = calibration_curve(right, confidence, n_bins=num_bins)
    filled = [b for b in range(num_bins) if bins.counts[b]]
    assert [bins.accuracy[b] for b in filled] == pytest.approx(list(accuracy))
    assert [bins.confidence[b] for b in filled] == pytest.approx(list(mean))


def test_confidence_is_that_of_the_answer_even_if_another_label_is_likelier() -> None:
    metric = ClassMetric(STARS, ordered=True)
    given_answers = answers(["3", "3"], [[0.4, 0.0, 0.2, 0.0, 0.4]] * 2)
    bins = metric.reliability(["3", "1"], given_answers)
    assert bins is not None
    assert (bins.num_answers, bins.mean_accuracy) == (2, 0.5)
    assert bins.mean_confidence == pytest.approx(0.2)
    report = metric.measure(["3", "1"], given_answers)
    assert report.figures["calibration_error"] == bins.error == pytest.approx(0.3)
    assert "0.2000 sure and 0.5000 right" in report.notes["calibration"]
    assert sum(json.loads(json.dumps(bins.to_dict()))["counts"]) == 2
    assert metric.reliability(["3"], answers(["3"])) is None
    with_unknown = metric.reliability(["0", "3"], given_answers)
    assert with_unknown is not None
    assert (with_unknown.mean_accuracy, with_unknown.mean_confidence) == (0.5, pytest.approx(0.2))


def test_notes_name_baseline_unknown_labels_and_rule() -> None:
    truth = ["a", "a", "x", "y", "a", "b"]
    notes = ClassMetric(LABELS).measure(truth, answers(["a"] * 6)).notes
    assert notes["baseline"] == "always 'a' has an accuracy of 0.5000"
    assert notes["unknown"] == "2 of 6 truths are none of the model's labels: 'x', 'y'"
    assert "R_K" in notes["rule"]
    many = ClassMetric(LABELS).measure([f"x{i}" for i in range(7)], answers(["a"] * 7)).notes["unknown"]
    assert many.endswith("'x4' and 2 more")


def test_report_is_small_json() -> None:
    metric: Metric[str] = ClassMetric(STARS, ordered=True)
    report = metric.measure(["1", "2"], answers(["1", "3"]))
    written = json.loads(json.dumps(report.to_dict()))
    assert list(written) == ["figures", "counts", "by", "rule_text"]
    assert written["figures"]["mae"] == 0.5
    assert written["by"]["1"] == {"precision": 1, "recall": 1, "f1": 1, "support": 1}
    assert list(written["by"]) == ["1", "2", "3"]
    picture = metric.confusion(["1", "2"], answers(["1", "3"]))
    assert picture is not None
    assert picture.title == "1 of 2 right, accuracy 0.5000"


@pytest.mark.parametrize(
    ("truth", "found", "message"),
    [
        ([], [], "no labelled example"),
        (["a"], [], "1 truths but 0 answers"),
        (["a", "b"], answers(["a", "x"]), "Answer 2 is 'x', none of the labels c, a, d, b"),
        (["a"], [Answer("a", probabilities=np.ones((1, 3), np.float32) / 3)], r"Answer 1 has .* \(1, 3\)"),
        (["a"], answers(["a"], [[0.5, 0.4, 0.0, 0.0]]), "answer 1 are .* sum 0.9000"),
        (["a"], answers(["a"], [[1.5, -0.5, 0.0, 0.0]]), "answer 1 are"),
        (["a"], answers(["a"], [[math.nan, 0.5, 0.0, 0.0]]), "answer 1 are"),
        (["a", "a"], [Answer("a"), *answers(["a"], [[1, 0, 0, 0]])], "1 of 2 answers carry probabilities"),
    ],
)
def test_what_cannot_be_measured_is_an_error(truth, found, message) -> None:
    with pytest.raises(DataError, match=message):
        ClassMetric(LABELS).measure(truth, found)


@pytest.mark.parametrize("labels", [(), ("a", "a"), ("1", "3", "2"), ("1", "1.0")])
def test_labels_that_cannot_be(labels) -> None:
    with pytest.raises(SettingsError, match="Give"):
        ClassMetric(labels, ordered=True)
    assert ClassMetric(("1", "3", "2")).labels


@pytest.mark.parametrize("confidence", [1.5, -0.1, math.nan])
def test_a_confidence_that_is_no_probability(confidence) -> None:
    with pytest.raises(DataError, match="A confidence is"):
        Reliability.of(np.array([0.5, confidence]), np.array([True, True]))
