"""How labelled texts are read."""

from dataclasses import dataclass
from typing import ClassVar

from unrolled.data.readers.label_names import parse_label_names
from unrolled.data.readers.reading_settings import ReadingSettings
from unrolled.settings import setting

__all__ = ["TextsSettings"]


@dataclass(frozen=True, kw_only=True)
class TextsSettings(ReadingSettings):
    """How labelled texts are read.

    With `strict` these are problems, too, which are else left out and told: a few texts without a label (or with the
    label `nan`, or -1 beside names of labels), a few empty texts, a header that stands in the file again, files of a
    folder that are no texts, and the folder `unsup` of the IMDb corpus.

    >>> TextsSettings(text_column="review", label_column=-1, label_names="bad, good").names_of_labels()
    ('bad', 'good')

    Attributes:
        text_column: where the texts are: a column's name in the header, or its number (0 is the first, -1 the last); in
            JSON Lines a key. None takes the usual names, else the column with the longest texts.
        label_column: where the labels are, likewise; None takes the usual names, else the column with few values.
        header: whether the first row of CSV or TSV names the columns; None where its content tells.
        label_names: what the labels 0, 1, 2, ... mean, separated by commas.
    """

    doubts: ClassVar[tuple[str, ...]] = (
        *("empty_texts", "one_word_texts", "long_text", "no_texts", "odd_texts", "cut_texts", "unequal_labels"),
        *("empty_labels", "no_labels", "one_label", "many_labels", "odd_labels", "rare_labels", "similar_labels"),
        *("numbered_labels", "header"),
    )

    text_column: str | int | None = setting(None)
    label_column: str | int | None = setting(None)
    header: bool | None = setting(None)
    label_names: str | None = setting(None)

    def __post_init__(self) -> None:
        super().__post_init__()
        parse_label_names(self.label_names)

    def names_of_labels(self) -> tuple[str, ...] | None:
        """Return the names in `label_names`, None where there are none."""
        return parse_label_names(self.label_names)
