"""How sequences of DNA with a label for every base are read."""

from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

from unrolled.data.readers.reading_settings import ReadingSettings
from unrolled.errors import SettingsError
from unrolled.settings import PATH, setting

__all__ = ["BaseLabelsSettings"]


@dataclass(frozen=True, kw_only=True)
class BaseLabelsSettings(ReadingSettings):
    """How sequences of DNA with a label for every base are read.

    With `strict` these are problems, too, which are else read and told: lines of comments in FASTA, and intervals of
    sequences that the file does not have.

    >>> BaseLabelsSettings(features="CDS=exon, mRNA=intron").labels_of_features()
    {'CDS': 'exon', 'mRNA': 'intron'}

    Attributes:
        intervals: a BED or GFF3 file; None takes the file beside the FASTA file that has its name and the suffix .gff3,
            .gff or .bed (or one of these and .gz).
        label_key: the attribute of a GFF3 feature that holds its label, where it has one; else its type does.
        features: which features become which labels, as in `CDS=exon, mRNA=intron`; others are left out, and where
            several cover a base, the one that stands first here wins. None takes every label as it stands; of the gene
            models of GFF3 the usual ones: CDS is exon, the rest of exons and UTRs utr, the rest of transcripts intron.
        overlap: which feature wins where several cover a base that `features` does not tell apart: "shorter" (of equal
            ones the first of the file), "first" or "last" of the file, or "refuse", by which it is a problem.
        background: the label of bases that no feature covers.
        strands: whether a label is one on both strands ("together"), or "apart": exon+ and exon-; a feature without a
            strand counts as on the first one.
        sequence_column: of CSV or TSV: where the sequences are, a column's name or number; None takes the usual names,
            else the column with the longest cells of bases alone.
        label_column: where the labels of the bases are, likewise; None takes the usual names, else the other of two
            columns. A cell has one letter for each base, or names between blanks.
    """

    doubts: ClassVar[tuple[str, ...]] = ("one_label", "unknown_bases")

    intervals: Annotated[str | None, PATH] = setting(None)
    label_key: str = setting("label")
    features: str | None = setting(None)
    overlap: Literal["shorter", "first", "last", "refuse"] = setting("shorter")
    background: str = setting("intergenic")
    strands: Literal["together", "apart"] = setting("together")
    sequence_column: str | int | None = setting(None)
    label_column: str | int | None = setting(None)

    def __post_init__(self) -> None:
        super().__post_init__()
        self.labels_of_features()
        if not self.background.strip():
            raise SettingsError("background is empty. Give the label of bases that no feature covers.")

    def labels_of_features(self) -> dict[str, str] | None:
        """Return the labels by the features' types, those that win first; None where all are taken as they stand."""
        if self.features is None:
            return None
        found: dict[str, str] = {}
        for part in self.features.split(","):
            name, _, label = (word.strip() for word in part.partition("="))
            if not name:
                raise SettingsError(f"features is {self.features!r}. Give TYPE=LABEL, as in CDS=exon, mRNA=intron.")
            found.setdefault(name, label or name)
        return found
