"""How labelled sentences are read from a file."""

from dataclasses import dataclass
from typing import ClassVar, Literal

from unrolled.data.readers.label_names import parse_label_names
from unrolled.data.tags import Scheme
from unrolled.settings import Settings, setting

__all__ = ["TaggedSettings"]


@dataclass(frozen=True, kw_only=True)
class TaggedSettings(Settings):
    """How labelled files are read.

    >>> TaggedSettings(label_column=2, scheme="BIOES", label_names="O, S-PER").names_of_labels()
    ('O', 'S-PER')

    Attributes:
        token_column: where the words are: a column's number (0 is the first, -1 the last) or its name in a table's
            header; in JSON Lines a key. None takes the first column of CoNLL files, elsewhere the usual names.
        label_column: where the labels are, likewise; None takes the last column of CoNLL files, elsewhere the usual
            names.
        sentence_column: of a table with one token a row: what tells its sentences apart; None for the usual names.
        scheme: that the labels are written in; "detect" takes the one that the fewest labels contradict.
        label_names: what the labels 0, 1, 2, ... of tables and JSON Lines mean, separated by commas.
    """

    title: ClassVar[str] = "setting of how files are read"

    token_column: str | int | None = setting(None)
    label_column: str | int | None = setting(None)
    sentence_column: str | int | None = setting(None)
    scheme: Literal["detect", "IOB2", "IOB1", "BIOES", "bare"] = setting("detect")
    label_names: str | None = setting(None)

    def __post_init__(self) -> None:
        super().__post_init__()
        parse_label_names(self.label_names)

    def known_scheme(self) -> Scheme | None:
        """Return the scheme, None where it is to be detected."""
        return None if self.scheme == "detect" else self.scheme

    def names_of_labels(self) -> tuple[str, ...] | None:
        """Return the names in `label_names`, None where there are none."""
        return parse_label_names(self.label_names)
