"""Several labels at once for each example: micro and macro F1, exact match and Jaccard's index.

Each figure equals scikit-learn's on indicator matrices. Where that leaves a choice: a figure whose denominator is zero
is 0 (`zero_division=0`), but an empty set answered by an empty set has a Jaccard index of 1 (`zero_division=1`), for it
is right; the macro mean runs over the labels that occur in the truth or the answers.
"""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from unrolled.data.answer import Answer
from unrolled.errors import DataError
from unrolled.metrics.metric import Figure, Needs
from unrolled.metrics.report import PlainReport, check_pairs

__all__ = ["SetMetric"]

RULE = (
    "Micro F1 counts the labels of all examples together; macro F1 is the mean over the labels that occur in the truth "
    "or the answers; exact match is the share of examples with all labels right and none besides; Jaccard is the mean "
    "of labels in both ÷ labels in either, 1 where there are none."
)


@dataclass(frozen=True, slots=True)
class SetMetric:
    """Compares sets of labels; truths and answers are frozensets or tuples, whose order and repetitions do not count.

    >>> report = SetMetric().measure([("a", "b"), ("c",)], [Answer(("b", "a")), Answer(("a",))])
    >>> report.figures["exact_match"], round(report.figures["micro_f1"], 3)
    (0.5, 0.667)
    """

    @property
    def figures(self) -> tuple[Figure, ...]:
        """Those that may choose the weights; of a model that answers nothing yet, both F1 are 0."""
        f1s = Figure("micro_f1", "higher", 0.0), Figure("macro_f1", "higher", 0.0)
        return *f1s, Figure("exact_match"), Figure("jaccard")

    @property
    def rule_text(self) -> str:
        """How the figures count."""
        return RULE

    @property
    def needs(self) -> Needs:
        """Labels alone."""
        return "answers"

    def measure(self, truths: Sequence[Collection[str]], answers: Sequence[Answer[Collection[str]]], /) -> PlainReport:
        """Return the figures over all examples and of each label.

        Raises:
            DataError: no examples, another number of answers, or a string where a set of labels should be.
        """
        check_pairs(truths, answers)
        supports: Counter[str] = Counter()
        answered: Counter[str] = Counter()
        correct: Counter[str] = Counter()
        exact, jaccard = 0, 0.0
        for number, (truth, answer) in enumerate(zip(truths, answers, strict=True), start=1):
            if isinstance(truth, str) or isinstance(answer.y, str):
                raise DataError(f"Example {number} has a string for a set of labels. Give a tuple or a frozenset.")
            gold, found = frozenset(truth), frozenset(answer.y)
            supports.update(gold)
            answered.update(found)
            correct.update(gold & found)
            exact += gold == found
            jaccard += len(gold & found) / len(gold | found) if gold | found else 1.0
        names = sorted(supports.keys() | answered.keys())
        by = {name: _row(supports[name], answered[name], correct[name]) for name in names}
        micro = _row(supports.total(), answered.total(), correct.total())
        mean = {key: sum(row[key] for row in by.values()) / max(len(by), 1) for key in ("precision", "recall", "f1")}
        figures = {
            "micro_f1": micro["f1"],
            "macro_f1": mean["f1"],
            "exact_match": exact / len(truths),
            "jaccard": jaccard / len(truths),
        }
        counts = {"examples": len(truths), "labels": supports.total()}
        totals = {"all": micro, "mean": {**mean, "support": supports.total()}}
        return PlainReport(figures, RULE, counts, by, totals, {"rule": RULE})

    def confusion(self, truths: Sequence[Collection[str]], answers: Sequence[Answer[Collection[str]]], /) -> None:
        """Return None: of several labels none is taken for another."""


def _row(support: int, answered: int, correct: int) -> dict[str, float]:
    return {
        "precision": correct / answered if answered else 0.0,
        "recall": correct / support if support else 0.0,
        "f1": 2 * correct / (support + answered) if support + answered else 0.0,
        "support": support,
    }
