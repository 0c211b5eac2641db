"""What was taken for what, as data for a picture and for JSON."""

from dataclasses import dataclass

__all__ = ["Confusion"]


@dataclass(frozen=True, slots=True)
class Confusion:
    """How often the truth i was answered by j: `counts[i][j]`.

    The first `num_types` rows and columns are the types or classes, the same ones in the same order, so that the
    diagonal holds the correct answers. Rows after them count answers that belong to no truth, columns after them truths
    that no answer belongs to.

    Attributes:
        row_names: what the rows are.
        column_names: what the columns are.
        counts: a row of counts for each row name.
        num_types: how many leading rows and columns are types or classes.
        rule: how an answer is matched with a truth.
        title: one line that sums the counts up.
        row_axis: what the rows are called together.
        column_axis: what the columns are called together.
    """

    row_names: tuple[str, ...]
    column_names: tuple[str, ...]
    counts: tuple[tuple[int, ...], ...]
    num_types: int
    rule: str
    title: str
    row_axis: str
    column_axis: str

    @property
    def types(self) -> tuple[str, ...]:
        """The types or classes."""
        return self.row_names[: self.num_types]

    def to_dict(self) -> dict[str, object]:
        """Return names and counts for JSON."""
        return {
            "rule": self.rule,
            "row_names": list(self.row_names),
            "column_names": list(self.column_names),
            "counts": [list(row) for row in self.counts],
        }
