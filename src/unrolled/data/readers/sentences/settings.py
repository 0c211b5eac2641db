"""How labelled sentences are read from a file."""

from dataclasses import dataclass
from typing import ClassVar, Literal

from unrolled.data.readers.label_names import parse_label_names
from unrolled.data.readers.reading_settings import ReadingSettings
from unrolled.data.tags import Scheme
from unrolled.settings import setting

__all__ = ["TaggedSettings"]


@dataclass(frozen=True, kw_only=True)
class TaggedSettings(ReadingSettings):
    """How labelled sentences are read.

    What is rare and has one meaning only: a few stray `I-`, `0` for `O`, marks of documents.

    >>> TaggedSettings(label_column=2, scheme="BIOES", label_names="O, S-PER").names_of_labels()
    ('O', 'S-PER')

    Attributes:
        token_column: where the words are: a column's number (0 is the first, -1 the last) or its name in a header; in
            JSON a key. None takes the usual names, else what the figures of the columns say.
        label_column: where the labels are, likewise; `MISC:name` takes the value of `name=` in the last column of
            CoNLL-U.
        sentence_column: of files with one token a row: what tells its sentences apart; None for the usual names.
        header: whether the first row names the columns; None where its content tells.
        scheme: that the labels are written in; "detect" takes the one that the fewest labels contradict.
        label_names: what the labels 0, 1, 2, ... mean, separated by commas.
        offsets: what the offsets of spans count: "characters" (code points), "utf16" (code units, as JavaScript does),
            "bytes" (of UTF-8) or "tokens"; "detect" takes characters beside a text, unless what the file says of its
            spans fits another one, and tokens beside tokens alone.
        nested: which of two spans stays where one lies in the other; "error" for none.
    """

    doubts: ClassVar[tuple[str, ...]] = (
        *("one_word_sentences", "long_sentence", "counted_tokens", "odd_words", "no_entities", "offsets"),
        *("many_types", "odd_types", "rare_types", "similar_types", "numbered_labels"),
    )

    token_column: str | int | None = setting(None)
    label_column: str | int | None = setting(None)
    sentence_column: str | int | None = setting(None)
    header: bool | None = setting(None)
    scheme: Literal["detect", "IOB2", "IOB1", "BIOES", "IOE2", "bare"] = setting("detect")
    label_names: str | None = setting(None)
    offsets: Literal["detect", "characters", "utf16", "bytes", "tokens"] = setting("detect")
    nested: Literal["error", "outermost", "innermost"] = setting("error")

    def __post_init__(self) -> None:
        super().__post_init__()
        parse_label_names(self.label_names)

    def known_scheme(self) -> Scheme | None:
        """Return the scheme, None where it is to be detected."""
        return None if self.scheme == "detect" else self.scheme

    def names_of_labels(self) -> tuple[str, ...] | None:
        """Return the names in `label_names`, None where there are none."""
        return parse_label_names(self.label_names)
