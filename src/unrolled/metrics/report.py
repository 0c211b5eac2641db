"""A report that is its figures, and the check that all metrics of whole answers begin with."""

from collections.abc import Mapping, Sized
from dataclasses import dataclass, field

from unrolled.errors import DataError

__all__ = ["PlainReport", "check_pairs"]


@dataclass(frozen=True, slots=True)
class PlainReport:
    """The figures of one labelled part, as `Report` has them.

    Attributes:
        figures: by name, the first the one that counts.
        rule_text: how they count.
        counts: how much was measured.
        by: a row of the table for each class: figures as floats, counts as whole numbers.
        totals: the last rows of that table, which sum the others up.
        notes: what a reader should be told beside the table, by name.
    """

    figures: Mapping[str, float]
    rule_text: str
    counts: Mapping[str, int]
    by: Mapping[str, Mapping[str, float]] = field(default_factory=dict[str, Mapping[str, float]])
    totals: Mapping[str, Mapping[str, float]] = field(default_factory=dict[str, Mapping[str, float]])
    notes: Mapping[str, str] = field(default_factory=dict[str, str])

    def __post_init__(self) -> None:
        """Say the figures first: the table beside them may have none of them."""
        shown = ", ".join(f"{name.replace('_', ' ')} {value:.4f}" for name, value in self.figures.items())
        object.__setattr__(self, "notes", {"figures": shown, **self.notes})

    def to_dict(self) -> dict[str, object]:
        """Return figures, counts, rows and rule for JSON; `by` only where there are classes."""
        rows = {"by": {name: dict(row) for name, row in self.by.items()}} if self.by else {}
        return {"figures": dict(self.figures), "counts": dict(self.counts), **rows, "rule_text": self.rule_text}


def check_pairs(truths: Sized, answers: Sized) -> None:
    """Refuse truths and answers that are none, or not one for each.

    Raises:
        DataError: with both numbers.
    """
    if len(truths) != len(answers):
        raise DataError(f"{len(truths)} truths but {len(answers)} answers. Give one answer for each, in order.")
    if not len(truths):
        raise DataError("There is no labelled example to measure on. Give a part with at least one.")
