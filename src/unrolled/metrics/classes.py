"""One label for each example: accuracy, macro F1 and Matthews' correlation; of ordered labels kappa and distance, too.

Each figure equals scikit-learn's. Where that leaves a choice: a figure whose denominator is zero is 0
(`zero_division=0`, `replace_undefined_by=0`); the macro mean runs over the labels that occur in the truth or the
answers (the default); kappa's weights run over all labels in their order, whether or not they occur (`labels=`).
"""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from unrolled.data.answer import Answer
from unrolled.errors import DataError, SettingsError
from unrolled.metrics.agreement import class_rows, matthews, quadratic_kappa
from unrolled.metrics.calibration import NUM_BINS, Reliability
from unrolled.metrics.confusion import Confusion
from unrolled.metrics.metric import Figure, Needs
from unrolled.metrics.probabilities import brier_score, class_probabilities, log_loss
from unrolled.metrics.ranking import auroc, average_precision, top_accuracy
from unrolled.metrics.report import PlainReport, check_pairs

__all__ = ["ClassMetric"]

RULE = (
    "Accuracy is the share of right labels; macro F1 the mean over the labels that occur in the truth or the answers; "
    "MCC Matthews' correlation of several classes (R_K). A figure without a denominator is 0."
)
RANKED = (
    "AUROC and AUPRC (average precision) are of each label against all others, by its probability; their mean is over "
    "the labels of which there are examples."
)
TOP = "Top-{} accuracy is the share of examples whose label is among the {} most probable ones."
MOST_NAMED = 5
"""How many unknown labels a note names."""


@dataclass(frozen=True, slots=True)
class ClassMetric:
    """Compares a label with the true one; truths and answers are strings.

    A truth that is none of the labels counts as one more class, which no answer can be. Among ordered labels it must be
    a number, as they all are: anything else has no place in the order. Where the answers carry the probabilities of the
    labels, (1, K) in their order, the report has log loss, Brier score and expected calibration error, too.

    >>> metric = ClassMetric(("bad", "good"))
    >>> report = metric.measure(["bad", "good", "good"], [Answer("bad"), Answer("good"), Answer("bad")])
    >>> round(report.figures["accuracy"], 3), round(report.figures["macro_f1"], 3), report.figures["mcc"]
    (0.667, 0.667, 0.5)

    Attributes:
        labels: all that an answer can be; ordered ones from the least to the most.
        ordered: whether neighbouring labels are alike, as 4 and 5 stars are.
        ranked: whether AUROC and AUPRC are figures, too: of each label against all others, and their mean.
        top: k of the top-k accuracy, where there are more labels than that; 0 for none.

    Raises:
        SettingsError: no labels, one twice, or ordered numbers that do not rise.
    """

    labels: tuple[str, ...]
    ordered: bool = False
    ranked: bool = False
    top: int = 0

    def __post_init__(self) -> None:
        """Check the labels."""
        if not self.labels or len(set(self.labels)) < len(self.labels):
            raise SettingsError(f"The labels are {', '.join(self.labels) or 'none'}. Give each label once.")
        numbers = _numbers(self.labels)
        if self.ordered and numbers and sorted(set(numbers)) != numbers:
            raise SettingsError(
                f"The labels {', '.join(self.labels)} are ordered but do not rise. Give the least first."
            )

    @property
    def figures(self) -> tuple[Figure, ...]:
        """Those that may choose the weights; of a model that always answers the same, MCC and kappa are 0."""
        accuracy, macro_f1 = Figure("accuracy"), Figure("macro_f1")
        if self.ordered:
            return Figure("kappa", "higher", 0.0), Figure("mae", "lower"), accuracy, macro_f1
        ranks = (Figure("auroc"), Figure("auprc")) if self.ranked else ()
        if self._has_top:
            ranks = (Figure(f"top_{self.top}"), *ranks)
        return (accuracy, macro_f1, Figure("mcc", "higher", 0.0), *ranks)

    @property
    def rule_text(self) -> str:
        """How the figures count."""
        if self.ranked or self._has_top:
            return " ".join([RULE, *[TOP.format(self.top, self.top)] * self._has_top, *[RANKED] * self.ranked])
        if not self.ordered:
            return RULE
        between = "numbers" if _numbers(self.labels) else "places in the order"
        return f"{RULE} Kappa weighs a mistake by its squared number of places in the order; MAE is between {between}."

    @property
    def _has_top(self) -> bool:
        return 0 < self.top < len(self.labels)

    @property
    def needs(self) -> Needs:
        """Probabilities, for calibration; without them, as of answers from elsewhere, its figures are left out."""
        return "probabilities"

    def measure(self, truths: Sequence[str], answers: Sequence[Answer[str]], /) -> PlainReport:
        """Return the figures over all examples and of each label.

        Raises:
            DataError: no examples, another number of answers, an answer that is none of the labels, a truth without a
                place in the order, or probabilities that are none.
        """
        names, rows, columns = self._indexed(truths, answers)
        counts = _table(rows, columns, len(names))
        by = class_rows(counts, names)
        mean = {key: sum(row[key] for row in by.values()) / len(by) for key in ("precision", "recall", "f1")}
        figures = {"accuracy": int(counts.trace()) / len(truths), "macro_f1": mean["f1"], "mcc": matthews(counts)}
        if self.ordered:
            values = np.array(_numbers(names) or range(len(names)), dtype=np.float64)
            mae = float(np.abs(values[rows] - values[columns]).mean())
            figures = {"kappa": quadratic_kappa(counts), "mae": mae, **figures}
        frequent, times = Counter(truths).most_common(1)[0]
        notes = {"baseline": f"always {frequent!r} has an accuracy of {times / len(truths):.4f}"}
        known = frozenset(self.labels)
        if unknown := Counter(truth for truth in truths if truth not in known):
            notes["unknown"] = _unknown(unknown, len(truths))
        if (probabilities := class_probabilities(answers, len(self.labels))) is not None:
            wide = np.zeros((len(truths), len(names)))  # columns of zeros for truths that the model does not know
            wide[:, [i for i, name in enumerate(names) if name in known]] = probabilities
            reliability = Reliability.of(wide[np.arange(len(truths)), columns], rows == columns)
            figures |= {
                "log_loss": log_loss(wide, rows),
                "brier": brier_score(wide, rows),
                "calibration_error": reliability.error,
            }
            if self._has_top:
                figures[f"top_{self.top}"] = top_accuracy(wide, rows, self.top)
            if self.ranked:
                figures |= _ranks(wide, rows, names, by, mean)
            notes["calibration"] = (
                f"{reliability.mean_confidence:.4f} sure and {reliability.mean_accuracy:.4f} right on average; "
                f"expected calibration error {reliability.error:.4f} ({NUM_BINS} bins of equal width)"
            )
        notes["rule"] = self.rule_text
        support = {"support": len(truths)}
        return PlainReport(figures, self.rule_text, {"examples": len(truths)}, by, {"mean": {**mean, **support}}, notes)

    def confusion(self, truths: Sequence[str], answers: Sequence[Answer[str]], /) -> Confusion:
        """Return which labels were taken for which, in the order of the labels.

        Raises:
            DataError: as `measure` does.
        """
        names, rows, columns = self._indexed(truths, answers)
        counts = _table(rows, columns, len(names))
        right = int(counts.trace())
        return Confusion(
            row_names=names,
            column_names=names,
            counts=tuple(tuple(row) for row in counts.tolist()),
            num_types=len(names),
            rule="same label",
            title=f"{right:,} of {len(truths):,} right, accuracy {right / len(truths):.4f}",
            row_axis="true label",
            column_axis="predicted label",
        )

    def reliability(self, truths: Sequence[str], answers: Sequence[Answer[str]], /) -> Reliability | None:
        """Return how right the answers are by the probability of the answered label; None without probabilities.

        Raises:
            DataError: as `measure` does.
        """
        names, rows, columns = self._indexed(truths, answers)
        probabilities = class_probabilities(answers, len(self.labels))
        if probabilities is None:
            return None
        known = np.array([self.labels.index(name) if name in self.labels else 0 for name in names])
        return Reliability.of(probabilities[np.arange(len(truths)), known[columns]], rows == columns)

    def _indexed(
        self, truths: Sequence[str], answers: Sequence[Answer[str]]
    ) -> tuple[tuple[str, ...], NDArray[np.int64], NDArray[np.int64]]:
        """Return the names of all classes and, of each example, the index of the truth and of the answer."""
        check_pairs(truths, answers)
        places = {label: i for i, label in enumerate(self.labels)}
        for number, answer in enumerate(answers, start=1):
            if answer.y not in places:
                raise DataError(f"Answer {number} is {answer.y!r}, none of the labels {', '.join(self.labels)}.")
        names = (*self.labels, *sorted(set(truths) - places.keys()))
        if self.ordered and len(names) > len(self.labels):
            if not _numbers(names):
                raise DataError(
                    f"The truth {names[-1]!r} has no place among the ordered labels {', '.join(self.labels)}. Correct "
                    "it, leave the example out, or train with it."
                )
            names = tuple(sorted(names, key=float))
        places = {name: i for i, name in enumerate(names)}
        rows = np.fromiter((places[truth] for truth in truths), np.int64, len(truths))
        return names, rows, np.fromiter((places[answer.y] for answer in answers), np.int64, len(truths))


def _ranks(
    probabilities: NDArray[np.float64],
    rows: NDArray[np.int64],
    names: Sequence[str],
    by: dict[str, dict[str, float]],
    mean: dict[str, float],
) -> dict[str, float]:
    """Return the means of AUROC and AUPRC; each label's, and the means, are added to the rows of the table."""
    found: dict[str, float] = {}
    for figure, measure in (("auroc", auroc), ("auprc", average_precision)):
        each = {name: measure(probabilities[:, i], rows == i) for i, name in enumerate(names)}
        known = {name: value for name, value in each.items() if value is not None}
        for name, value in known.items():
            by[name][figure] = value
        found[figure] = mean[figure] = sum(known.values()) / len(known) if known else 0.0
    return found


def _table(rows: NDArray[np.int64], columns: NDArray[np.int64], num_classes: int) -> NDArray[np.int64]:
    return np.bincount(rows * num_classes + columns, minlength=num_classes**2).reshape(num_classes, num_classes)


def _numbers(labels: Sequence[str]) -> list[float]:
    """Return the labels' numbers; none unless each label is one."""
    try:
        numbers = [float(label) for label in labels]
    except ValueError:
        return []
    return numbers if all(map(math.isfinite, numbers)) else []


def _unknown(unknown: Counter[str], num_examples: int) -> str:
    named = ", ".join(repr(label) for label, _ in unknown.most_common(MOST_NAMED))
    more = f" and {len(unknown) - MOST_NAMED} more" if len(unknown) > MOST_NAMED else ""
    return f"{unknown.total():,} of {num_examples:,} truths are none of the model's labels: {named}{more}"
