"""How labelled sequences of DNA are read."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

from unrolled.data.readers.reading_settings import ReadingSettings
from unrolled.settings import PATH, setting

__all__ = ["SequencesSettings"]


@dataclass(frozen=True, kw_only=True)
class SequencesSettings(ReadingSettings):
    """How labelled sequences of DNA are read.

    With `strict` these are problems, too, which are else read and told: lines of comments in FASTA, and intervals of
    sequences that the file does not have.

    >>> SequencesSettings(label_key="class", accept="one_label").accepted()
    frozenset({'one_label'})

    Attributes:
        label_key: what stands before the label in a header, as in `>chr1 label=donor`.
        sequence_column: of CSV or TSV: where the sequences are, a column's name or number; None takes the usual names,
            else the column with the longest cells of bases alone.
        label_column: where the labels are, likewise; None takes the usual names, else the other of two columns.
        intervals: a BED or GFF3 file; each interval is an example, cut out of the sequences of the FASTA file.
        interval_length: how many bases are cut round the middle of each interval; None cuts the interval itself.
    """

    doubts: ClassVar[tuple[str, ...]] = ("one_label", "rare_labels", "unequal_labels", "unknown_bases")

    label_key: str = setting("label")
    sequence_column: str | int | None = setting(None)
    label_column: str | int | None = setting(None)
    intervals: Annotated[str | None, PATH] = setting(None)
    interval_length: int | None = setting(None, least=1, when=("intervals", bool))
