"""Every malformed file of DNA gives one error that names the file, the line, what was found and the way out."""

from pathlib import Path

import pytest

from unrolled.data.readers import SequencesSettings, read_dna
from unrolled.errors import DataError

HERE = Path(__file__).parent / "dna"

# file: (line or None, part of what was found, part of the way out)
EXPECTED: dict[str, tuple[int | None, str, str]] = {
    "bases_only.fasta": (1, "neither '>', as FASTA does, nor '@'", "name a table FILE.csv"),
    "binary.fasta": (2, "a zero byte at offset 13", "UTF-8"),
    "comment_first.fasta": (2, "bases without a header", ">name label=NAME"),
    "cut_short.fastq": (5, "the record ends early", "Copy the file again"),
    "damaged.fasta.gz": (None, "the gzip file is damaged", "gzip -t"),
    "digits.fasta": (2, "column 9 is '1', which is no base", "N where a base is not known"),
    "empty.fasta": (None, "no labelled sequence", "not empty"),
    "empty.fasta.gz": (None, "no labelled sequence", "not empty"),
    "empty_cell.csv": (3, "an empty sequence", "take the row out"),
    "gaps.fasta": (2, "column 3 is '-'", "Take the gaps of the alignment out"),
    "latin1.fasta": (1, "which is not UTF-8; read as Latin-1", "iconv -f WINDOWS-1252"),
    "letters.csv": (3, "column 3 is 'X'", "N where a base is not known"),
    "no_label.csv": (None, "no column of labels: the columns are sequence, weight, place", "--set label_column=NAME"),
    "no_labels.fasta": (1, "none of the 2 headers has label=", "--set intervals=FILE"),
    "no_mark.fasta": (1, "begins with 'a label=x': neither '>'", "FASTA"),
    "no_plus.fastq": (3, "the third line of the record is not '+'", "four lines a record"),
    "no_sequence.csv": (None, "no column of sequences: the columns are name, label", "--set sequence_column=NAME"),
    "no_sequence.fasta": (1, "a header without a sequence", "Write its bases below it"),
    "numbers.fasta": (4, "column 4 is ' '", "without blanks"),
    "one_label_missing.fasta": (3, "a sequence without a label", "Write label=NAME into its header"),
    "out_of_step.fastq": (6, "does not begin with '@'", "four lines a record"),
    "protein.fasta": (4, "column 3 is 'L'", "N where a base is not known"),
    "quality_short.fastq": (8, "3 marks of quality for 5 bases", "take the record out"),
    "truncated.fasta.gz": (None, "the gzip file ends early after this line", "gzip -t"),
    "zip.fasta": (None, "a ZIP archive", "Unpack it"),
}

OF_INTERVALS: dict[str, tuple[int | None, str, str]] = {
    "columns.gff3": (2, "7 columns, where GFF3 has 9", "by tabs"),
    "empty.bed": (None, "no interval in this file", "not empty"),
    "no_label.bed": (2, "3 columns, where BED with labels has 4", "the fourth column"),
    "no_numbers.bed": (2, "from 'ten' to '30', which are no whole numbers", "as 120 and 180"),
    "other_names.bed": (1, "2 intervals of 1, 2, and the sequences are chr1, chr2", "the same names"),
    "past_the_end.bed": (2, "the interval ends at 36, past the end of chr2 (35 bases)", "were made for"),
    "past_the_end.gff3": (3, "the interval ends at 61, past the end of chr1 (60 bases)", "were made for"),
    "reversed.bed": (2, "the interval 20 to 12 is empty", "BED counts from 0"),
    "strand.bed": (2, "the strand is 'plus'", "Write +, - or ."),
    "zero.gff3": (2, "the interval 0 to 10 is empty", "GFF3 counts from 1"),
}


def test_every_file_is_here() -> None:
    assert {path.name for path in HERE.iterdir()} == {*EXPECTED, *OF_INTERVALS, "genome.fasta"}


@pytest.mark.parametrize("name", EXPECTED)
def test_the_error_names_file_line_and_way_out(name: str) -> None:
    line, found, way_out = EXPECTED[name]
    with pytest.raises(DataError) as error:
        read_dna(HERE / name).checked(training=True)
    told = str(error.value)
    assert told.startswith(f"{HERE / name}:{line}: " if line else f"{HERE / name}")
    assert found in told
    assert way_out in told


@pytest.mark.parametrize("name", OF_INTERVALS)
def test_the_error_of_an_interval_names_the_file_of_intervals(name: str) -> None:
    line, found, way_out = OF_INTERVALS[name]
    with pytest.raises(DataError) as error:
        read_dna(HERE / "genome.fasta", SequencesSettings(intervals=str(HERE / name))).checked()
    told = str(error.value)
    assert told.startswith(f"{HERE / name}:{line}: " if line else f"{HERE / name}: ")
    assert found in told
    assert way_out in told


@pytest.mark.parametrize("end", range(0, 500, 7))
def test_wherever_gzip_ends_it_is_told(end: int, tmp_path: Path) -> None:
    packed = (HERE / "truncated.fasta.gz").read_bytes()
    (tmp_path / "a.fasta.gz").write_bytes(packed[: min(end, len(packed))])
    with pytest.raises(DataError, match=r"gzip|no labelled sequence|neither"):
        read_dna(tmp_path / "a.fasta.gz").checked()


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no such file"):
        read_dna(tmp_path / "none.fasta").checked()
    with pytest.raises(DataError, match=r"none.bed: there is no such file"):
        read_dna(HERE / "genome.fasta", SequencesSettings(intervals=str(tmp_path / "none.bed"))).checked()
    with pytest.raises(DataError, match="this is a directory"):
        read_dna(tmp_path).checked()
