"""What a metric is: it counts, and says by which rule."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, TypeAlias, TypeVar

from unrolled.data.answer import Answer
from unrolled.metrics.confusion import Confusion

__all__ = ["Figure", "Goal", "Metric", "Needs", "Report"]

Goal: TypeAlias = Literal["higher", "lower"]
Needs: TypeAlias = Literal["answers", "probabilities"]

Y_contra = TypeVar("Y_contra", contravariant=True)


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure that may choose the weights.

    Attributes:
        name: as in the history, such as "f1".
        goal: whether a higher or a lower one is better.
        floor: the figure of a model that has learnt nothing yet; waiting for a better one begins when it is left.
    """

    name: str
    goal: Goal = "higher"
    floor: float | None = None


class Report(Protocol):
    """The figures of one labelled part."""

    @property
    def figures(self) -> Mapping[str, float]:
        """The figures by name, the first the one that counts."""
        ...

    @property
    def rule_text(self) -> str:
        """How they count, in a sentence or two."""
        ...

    @property
    def by(self) -> Mapping[str, Mapping[str, float]]:
        """A row of the table for each type or class: figures as floats, counts as whole numbers."""
        ...

    @property
    def totals(self) -> Mapping[str, Mapping[str, float]]:
        """The last rows of that table, which sum the others up: {"all": {"precision": 0.9, …}}."""
        ...

    @property
    def counts(self) -> Mapping[str, int]:
        """How much was measured: {"sentences": 200, "tokens": 3000}."""
        ...

    @property
    def notes(self) -> Mapping[str, str]:
        """What a reader should be told beside the table, by name."""
        ...

    def to_dict(self) -> dict[str, object]:
        """Return the report for JSON."""
        ...


class Metric(Protocol[Y_contra]):
    """Compares answers with the truth; its figures are those of its field's reference tool.

    Attributes:
        figures: those that may choose the weights, the default first.
        rule_text: how they count, in a sentence or two; printed with them.
        needs: what an answer must hold: "answers" for y alone, "probabilities" for those of every class too.
    """

    @property
    def figures(self) -> Sequence[Figure]: ...

    @property
    def rule_text(self) -> str: ...

    @property
    def needs(self) -> Needs: ...

    def measure(self, truths: Sequence[Y_contra], answers: Sequence[Answer[Y_contra]], /) -> Report:
        """Return the figures of answers to pairs with these truths, in the same order.

        Raises:
            DataError: truths and answers that do not match.
        """
        ...

    def confusion(self, truths: Sequence[Y_contra], answers: Sequence[Answer[Y_contra]], /) -> Confusion | None:
        """Return what was taken for what; None where nothing can be taken for another, as with numbers.

        Apart from `measure`, which runs every epoch.

        Raises:
            DataError: truths and answers that do not match.
        """
        ...
