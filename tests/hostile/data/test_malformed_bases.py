"""Every malformed file of labelled bases gives one error that names the file, the line, what was found, the way out."""

from pathlib import Path

import pytest

from unrolled.data.readers import BaseLabelsSettings, read_bases
from unrolled.errors import DataError

HERE = Path(__file__).parent / "bases"

# file: (file that is named, line or None, part of what was found, part of the way out)
EXPECTED: dict[str, tuple[str, int | None, str, str]] = {
    "alone.fasta": ("alone.fasta", None, "no alone.gff3 and no alone.bed", "--set intervals=FILE"),
    "count.csv": ("count.csv", 3, "2 labels for 3 bases", "one letter, or names between blanks"),
    "damaged.fasta": ("damaged.bed.gz", None, "the gzip file", "gzip -t"),
    "digits.fasta": ("digits.fasta", 2, "column 4 is '7', which is no base", "N where a base is not known"),
    "letters.csv": ("letters.csv", 2, "column 3 is '*'", "not protein"),
    "no_columns.csv": ("no_columns.csv", None, "no column of sequences", "--set sequence_column=NAME"),
    "no_labels.csv": ("no_labels.csv", 3, "a sequence without a label", "take the row out"),
    "no_mark.fasta": ("no_mark.fasta", 1, "begins with 'ACGT', and FASTA with '>'", "BED or GFF3 beside it"),
    "no_sequence.fasta": ("no_sequence.fasta", 1, "a header without a sequence", "Write its bases below it"),
    "nothing.fasta": ("nothing.fasta", None, "no labelled sequence", "not empty"),
    "truncated.fasta.gz": ("truncated.fasta.gz", None, "the gzip file ends early", "gzip -t"),
    "twice.fasta": ("twice.fasta", 3, "the sequence 'chr1' again", "a name of its own"),
}
OF_INTERVALS: dict[str, tuple[int | None, str, str]] = {
    "binary.gff3": (2, "a zero byte", "UTF-8"),
    "columns.gff3": (2, "7 columns, where GFF3 has 9", "by tabs"),
    "empty.gff3": (None, "no interval in this file", "not empty"),
    "empty_interval.bed": (1, "the interval 2 to 2 is empty", "BED counts from 0"),
    "inverted.gff3": (2, "the interval 20 to 10 is empty", "GFF3 counts from 1"),
    "no_label.bed": (1, "3 columns, where BED with labels has 4", "the fourth column"),
    "no_numbers.gff3": (2, "from 'one' to '10', which are no whole numbers", "as 120 and 180"),
    "other_names.gff3": (2, "2 intervals of chrX, chrY, and the sequences are chr1, chr2", "the same names"),
    "past_the_end.bed": (1, "the interval ends at 13, past the end of chr2 (12 bases)", "were made for"),
    "past_the_end.gff3": (2, "the interval ends at 33, past the end of chr1 (32 bases)", "were made for"),
    "strand.bed": (1, "the strand is 'plus'", "Write +, - or ."),
    "zero.gff3": (2, "the interval 0 to 10 is empty", "GFF3 counts from 1"),
}
BESIDE = {
    "digits.bed",
    "no_sequence.bed",
    "truncated.bed",
    "twice.bed",
    "damaged.bed.gz",
    "genome.fasta",
    "overlap.bed",
}


def test_every_file_is_here() -> None:
    assert {path.name for path in HERE.iterdir()} == {*EXPECTED, *OF_INTERVALS, *BESIDE}


@pytest.mark.parametrize("name", EXPECTED)
def test_the_error_names_file_line_and_way_out(name: str) -> None:
    file, line, found, way_out = EXPECTED[name]
    with pytest.raises(DataError) as error:
        read_bases(HERE / name).checked(training=True)
    told = str(error.value)
    assert told.startswith(f"{HERE / file}:{line}: " if line else f"{HERE / file}")
    assert found in told
    assert way_out in told


@pytest.mark.parametrize("name", OF_INTERVALS)
def test_the_error_of_an_interval_names_the_file_of_intervals(name: str) -> None:
    line, found, way_out = OF_INTERVALS[name]
    with pytest.raises(DataError) as error:
        read_bases(HERE / "genome.fasta", BaseLabelsSettings(intervals=str(HERE / name))).checked()
    told = str(error.value)
    assert told.startswith(f"{HERE / name}:{line}: " if line else f"{HERE / name}: ")
    assert found in told
    assert way_out in told


def test_features_that_overlap_are_a_problem_where_that_is_asked_for() -> None:
    how = {"intervals": str(HERE / "overlap.bed"), "overlap": "refuse"}
    with pytest.raises(DataError, match=r"overlap.bed:2: 'intron' covers bases of chr1 .* --set overlap=shorter"):
        read_bases(HERE / "genome.fasta", BaseLabelsSettings.from_dict(how)).checked()


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no such file"):
        read_bases(tmp_path / "none.fasta").checked()
    with pytest.raises(DataError, match=r"none.bed: there is no such file"):
        read_bases(HERE / "genome.fasta", BaseLabelsSettings(intervals=str(tmp_path / "none.bed"))).checked()
    with pytest.raises(DataError, match="this is a directory"):
        read_bases(tmp_path).checked()
