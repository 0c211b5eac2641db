"""A label for every base: the figures of bases, and of whole intervals.

Each figure of bases equals scikit-learn's. All is counted in arrays: there may be millions of bases.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from unrolled.data.answer import Answer
from unrolled.data.step_labels import step_codes
from unrolled.errors import DataError
from unrolled.metrics.agreement import class_rows, matthews
from unrolled.metrics.confusion import Confusion
from unrolled.metrics.intervals import count_intervals
from unrolled.metrics.metric import Figure, Needs
from unrolled.metrics.ranking import auroc, average_precision
from unrolled.metrics.report import PlainReport, check_pairs

__all__ = ["BaseMetric"]

RULE = (
    "Every base counts alike, whatever sequence it is of. MCC is Matthews' correlation of several classes (R_K); "
    "accuracy is the share of right bases; macro F1 the mean over the labels that occur. AUROC and AUPRC (average "
    "precision) are of each label against all others, by its probability."
)
OF_INTERVALS = (
    " An interval is a stretch of one label{but}, right where both ends and the label are; its F1 is over all."
)
Codes = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class BaseMetric:
    """Compares the label of every base with the true one; truths and answers are sequences of labels.

    >>> metric = BaseMetric(("exon", "none"), background="none")
    >>> report = metric.measure([("none", "exon", "exon")], [Answer(("none", "exon", "none"))])
    >>> round(report.figures["mcc"], 3), round(report.figures["accuracy"], 3), report.figures["interval_f1"]
    (0.5, 0.667, 0.0)

    Attributes:
        labels: all that an answer can be.
        background: the label whose stretches are no intervals; None where there is none.
    """

    labels: tuple[str, ...]
    background: str | None = None

    @property
    def figures(self) -> tuple[Figure, ...]:
        """Those that may choose the weights; of a model that always answers the same, MCC is 0."""
        intervals = Figure("interval_f1", "higher", 0.0)
        ranks = (Figure("auroc"), Figure("auprc"))
        return (Figure("mcc", "higher", 0.0), Figure("accuracy"), Figure("macro_f1"), intervals, *ranks)

    @property
    def rule_text(self) -> str:
        """How the figures count."""
        but = "" if self.background is None else f" other than {self.background!r}"
        return RULE + OF_INTERVALS.format(but=but)

    @property
    def needs(self) -> Needs:
        """Probabilities, for AUROC and AUPRC; without them these are left out."""
        return "probabilities"

    def measure(self, truths: Sequence[Sequence[str]], answers: Sequence[Answer[Any]], /) -> PlainReport:
        """Return the figures over all bases, of each label, and of whole intervals.

        Raises:
            DataError: no examples, another number of answers or of labels, or an answer that is none of the labels.
        """
        names, rows, columns = self._indexed(truths, answers)
        every, said = np.concatenate(rows), np.concatenate(columns)
        counts = _table(every, said, len(names))
        by = class_rows(counts, names)
        mean = {key: sum(row[key] for row in by.values()) / len(by) for key in ("precision", "recall", "f1")}
        intervals = count_intervals(rows, columns)
        inside = [i for i, name in enumerate(names) if name != self.background]
        precision, recall, f1 = intervals.scores(inside)
        figures = {
            "mcc": matthews(counts),
            "accuracy": int(counts.trace()) / len(every),
            "macro_f1": mean["f1"],
            "interval_f1": f1,
            "interval_precision": precision,
            "interval_recall": recall,
        }
        for i in inside:
            if names[i] in by:
                by[names[i]]["interval_f1"] = intervals.scores([i])[2]
        if (probabilities := self._probabilities(answers, rows)) is not None:
            for figure, rank in (("auroc", auroc), ("auprc", average_precision)):
                found = [(names[i], rank(probabilities[:, i], every == i)) for i in range(len(self.labels))]
                known = {name: value for name, value in found if value is not None}
                for name, value in known.items():
                    by[name][figure] = value
                figures[figure] = mean[figure] = sum(known.values()) / len(known) if known else 0.0
        share = float(np.bincount(every).max()) / len(every)
        notes = {"baseline": f"always {names[int(np.bincount(every).argmax())]!r} has an accuracy of {share:.4f}"}
        if unknown := int((every >= len(self.labels)).sum()):
            told = ", ".join(map(repr, names[len(self.labels) :][:5]))
            notes["unknown"] = f"{unknown:,} of {len(every):,} bases have none of the model's labels: {told}"
        notes["rule"] = self.rule_text
        totals = {"mean": {**mean, "support": len(every)}}
        num_intervals = sum(intervals.truths[i] for i in inside)
        many = {"examples": len(rows), "bases": len(every), "intervals": num_intervals}
        return PlainReport(figures, self.rule_text, many, by, totals, notes)

    def confusion(self, truths: Sequence[Sequence[str]], answers: Sequence[Answer[Any]], /) -> Confusion:
        """Return which labels of bases were taken for which, in the order of the labels.

        Raises:
            DataError: as `measure` does.
        """
        names, rows, columns = self._indexed(truths, answers)
        counts = _table(np.concatenate(rows), np.concatenate(columns), len(names))
        right, num_bases = int(counts.trace()), int(counts.sum())
        return Confusion(
            row_names=names,
            column_names=names,
            counts=tuple(tuple(row) for row in counts.tolist()),
            num_types=len(names),
            rule="same label",
            title=f"{right:,} of {num_bases:,} bases right, accuracy {right / num_bases:.4f}",
            row_axis="true label",
            column_axis="predicted label",
        )

    def _indexed(
        self, truths: Sequence[Sequence[str]], answers: Sequence[Answer[Any]]
    ) -> tuple[tuple[str, ...], list[Codes], list[Codes]]:
        """Return the names of all classes and, of each example, the indices of the truths and of the answers."""
        check_pairs(truths, answers)
        others: set[str] = set()
        columns: list[Codes] = []
        for number, (truth, answer) in enumerate(zip(truths, answers, strict=True), 1):
            if len(truth) != len(answer.y):
                raise DataError(
                    f"Example {number} has {len(truth):,} bases and {len(answer.y):,} answers. Give one for each."
                )
            said = step_codes(answer.y, self.labels)
            if (said < 0).any():
                label = answer.y[int((said < 0).argmax())]
                raise DataError(f"Answer {number} has {label!r}, none of the labels {', '.join(self.labels)}.")
            columns.append(said)
            if (step_codes(truth, self.labels) < 0).any():
                others |= {*truth} - {*self.labels}
        names = (*self.labels, *sorted(others))
        return names, [step_codes(truth, names) for truth in truths], columns

    def _probabilities(self, answers: Sequence[Answer[Any]], rows: Sequence[Codes]) -> NDArray[np.float64] | None:
        given = [answer.probabilities for answer in answers if answer.probabilities is not None]
        if not given:
            return None
        if len(given) < len(answers):
            raise DataError(f"{len(given)} of {len(answers)} answers carry probabilities. Give them for all or none.")
        for number, (of_answer, truth) in enumerate(zip(given, rows, strict=True), 1):
            if of_answer.shape != (len(truth), len(self.labels)):
                wanted = (len(truth), len(self.labels))
                raise DataError(f"Answer {number} has probabilities of shape {of_answer.shape}. Give {wanted}.")
        return np.concatenate(given).astype(np.float64)


def _table(rows: Codes, columns: Codes, num_classes: int) -> NDArray[np.int64]:
    return np.bincount(rows * num_classes + columns, minlength=num_classes**2).reshape(num_classes, num_classes)
