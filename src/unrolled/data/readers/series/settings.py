"""How labelled series of numbers are read."""

from dataclasses import dataclass
from typing import ClassVar, Literal

from unrolled.data.readers.reading_settings import ReadingSettings
from unrolled.settings import setting

__all__ = ["SeriesSettings"]


@dataclass(frozen=True, kw_only=True)
class SeriesSettings(ReadingSettings):
    """How labelled series of numbers are read.

    With `strict` a file of a folder that is no series is a problem, which is else left out and told.

    >>> SeriesSettings(value_columns="x, y").names_of_values()
    ('x', 'y')

    Attributes:
        sequence_column: which steps belong together, where each row is a step: a column's name or its number (0 is the
            first, -1 the last). None takes the usual names, such as `sequence` and `id`.
        time_column: the time of each step, a number or a date as ISO 8601 writes it; None takes the usual names, such
            as `time` and `frame`; without such a column the order of the rows counts.
        label_column: y, of a whole series where it stays the same in each, else of each step; None takes the usual
            names, such as `label` and `y`.
        value_columns: the numbers of a step, names separated by commas; None takes all other columns that hold numbers.
        y: what y is: a "label" or a "number"; "detect" takes numbers with fractions, and whole ones that hardly ever
            occur twice, for numbers.
    """

    doubts: ClassVar[tuple[str, ...]] = ("one_label", "rare_labels", "constant_columns", "missing_columns", "lengths")

    sequence_column: str | int | None = setting(None)
    time_column: str | int | None = setting(None)
    label_column: str | int | None = setting(None)
    value_columns: str | None = setting(None)
    y: Literal["detect", "label", "number"] = setting("detect")

    def names_of_values(self) -> tuple[str, ...] | None:
        """Return the names in `value_columns`, None where there are none."""
        names = tuple(name.strip() for name in (self.value_columns or "").split(",") if name.strip())
        return names or None
