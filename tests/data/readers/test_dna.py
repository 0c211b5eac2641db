"""FASTA, FASTQ, tables and intervals come in as pairs of bases and label."""

import gzip
import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unrolled.data.bases import other_strand
from unrolled.data.pair import Pair
from unrolled.data.readers import Reading, SequencesSettings, read_dna
from unrolled.data.readers.dna.intervals import Interval
from unrolled.data.readers.dna.windows import cut_window

FORMATS = {
    "a.fasta": ">a label=x\nACGT\nac\n\n>b some words label=y more\r\nUUN\r\n",
    "b.fa": '; an old comment\n>a|label=x\nACGT\n  AC\n>b;label="y"\nTTN',
    "c.fastq": "@a label=x\nACGTAC\n+\nIIIIII\n@b label=y\nTTN\n+b label=y\n@@@\n",
    "d.csv": "id,label,sequence\n1,x,ACGTAC\n2,y,ttn\n",
    "e.tsv": "ACGTAC\tx\nTTN\ty\n",
    "f.csv": "kind;window;weight\nx;ACGTAC;1\ny;TTN;2\n",
}


def read(path: Path, content: str, **how: object) -> Reading[str, str]:
    path.write_text(content, newline="")
    return read_dna(path, SequencesSettings.from_dict(how))


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("packed", [False, True])
def test_every_format_gives_the_same_pairs(name: str, packed: bool, tmp_path: Path) -> None:
    path = tmp_path / (name + ".gz" * packed)
    content = FORMATS[name].encode()
    path.write_bytes(gzip.compress(content) if packed else content)
    how = SequencesSettings(label_column="kind", encoding="cp1252") if name == "f.csv" else None
    reading = read_dna(path, how)
    assert reading.problems == []
    assert reading.pairs == [Pair("ACGTAC", "x"), Pair("TTN", "y")]
    assert reading.faults(training=True) == []
    content.decode().splitlines()[reading.lines[1] - 1].index("y")


def test_gzip_of_several_members_is_read_to_its_end(tmp_path: Path) -> None:
    """As bgzip writes it."""
    path = tmp_path / "a.fasta.gz"
    path.write_bytes(b"".join(gzip.compress(f">{i} label={i % 2}\nACGT\n".encode()) for i in range(5)))
    assert [pair.y for pair in read_dna(path).pairs] == ["0", "1", "0", "1", "0"]


def test_what_was_found_is_told(tmp_path: Path) -> None:
    reading = read(tmp_path / "a.fasta", ">a label=x\nACgtN\n>b label=y\nRAAAA\n")
    assert reading.facts == {"labels": "x, y", "bases each": "5"}
    assert reading.taken["labels"] == '"label=" in their headers'
    assert "aligned=no" in reading.taken["places"]
    assert any("2 of 10 bases (20.00%) are in lower case" in note for note in reading.notes)
    assert any("2 of 10 bases (20.00%) are codes of several bases (1 of them N)" in note for note in reading.notes)


def test_comments_are_told_and_under_strict_a_problem(tmp_path: Path) -> None:
    assert any("';'" in note for note in read(tmp_path / "b.fa", FORMATS["b.fa"]).notes)
    assert [p.line for p in read(tmp_path / "b.fa", FORMATS["b.fa"], strict=True).problems] == [1]


def test_another_key_and_all_problems_at_once(tmp_path: Path) -> None:
    content = ">a class=x\nAC7T\n>b class=y\nACGT\n>c\nACGT\n>d class=x\nACG*\n>e class=x\nA-\n"
    reading = read(tmp_path / "a.fasta", content, label_key="class")
    assert [problem.line for problem in reading.problems] == [2, 5, 8, 10]
    assert len({problem.kind for problem in reading.problems}) == 4
    assert reading.pairs == [Pair("ACGT", "y")]
    assert [doubt.name for doubt in reading.doubts] == ["one_label"]


def test_doubts_are_settled_by_accept(tmp_path: Path) -> None:
    content = "".join(f">{i} label=x\nNNNA\n" for i in range(4))
    assert [d.name for d in read(tmp_path / "a.fa", content).doubts] == ["one_label", "unknown_bases"]
    assert not read(tmp_path / "a.fa", content, accept="one_label,unknown_bases").doubts
    unequal = "".join(f">{i} label={i % 2}\nACGT\n" for i in range(4))
    assert [d.name for d in read(tmp_path / "a.fa", unequal).doubts] == ["unequal_labels"]


GENOME = ">chr1 first\nAACCGGTTAC\nGTACGT\n>chr 2\nTTTTTCCCCC\n"
WINDOWS = [Pair("CCGG", "one"), Pair("CCGG", "two"), Pair("GTAA", "three"), Pair("TTTTT", "four")]
BED = (
    "track name=x\n#comment\nchr1\t2\t6\tone\nchr1\t2\t6\ttwo\t0\t-\nchr1\t6\t10\tthree\t5\t-\textra\nchr\t0\t5\tfour\n"
)
GFF = (
    "##gff-version 3\nchr1\t.\tone\t3\t6\t.\t+\t.\tID=a\nchr1\t.\tx\t3\t6\t.\t-\t.\tID=b;label=two\n"
    "chr1\t.\tthr%65e\t7\t10\t.\t-\t0\t.\nchr\t.\tx\t1\t5\t.\t?\t.\tlabel=four\n##FASTA\n>chr1\nAAA\n"
)


@pytest.mark.parametrize(("name", "content"), [("a.bed", BED), ("a.gff3", GFF), ("a.txt", BED), ("b.txt", GFF)])
def test_windows_are_cut_by_bed_from_0_and_by_gff3_from_1(name: str, content: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(content)
    (tmp_path / f"{name}.gz").write_bytes(gzip.compress(content.encode()))
    for path in (tmp_path / name, tmp_path / f"{name}.gz"):
        reading = read(tmp_path / "genome.fasta", GENOME, intervals=str(path))
        assert reading.problems == []
        assert reading.pairs == WINDOWS
        first = next(i for i, line in enumerate(content.splitlines(), 1) if line.startswith("chr1"))
        assert reading.place(0) == f"{path}:{first}"
        assert "cut by the intervals of" in reading.taken["sequences"]


def test_intervals_of_other_sequences_are_left_out_and_told(tmp_path: Path) -> None:
    (tmp_path / "a.bed").write_text("chr9\t0\t5\tx\nchr1\t0\t5\ty\n")
    reading = read(tmp_path / "genome.fasta", GENOME, intervals=str(tmp_path / "a.bed"))
    assert reading.pairs == [Pair("AACCG", "y")]
    assert any("1 interval of sequences that are not in this file (chr9)" in note for note in reading.notes)
    strict = read(tmp_path / "genome.fasta", GENOME, intervals=str(tmp_path / "a.bed"), strict=True)
    assert [(problem.path, problem.line) for problem in strict.problems] == [(str(tmp_path / "a.bed"), 1)]


@settings(deadline=None)
@given(st.integers(0, 19), st.integers(1, 20), st.integers(1, 30), st.booleans())
def test_the_window_round_a_middle_is_the_same_on_either_strand(
    start: int, length: int, window: int, minus: bool
) -> None:
    """Against a plain reading: the whole sequence is turned round, and each base of the window is looked up."""
    bases = "".join(random.Random(start).choices("ACGT", k=40))
    end = start + length
    found = cut_window(bases, Interval(1, "a", start, end, minus, "x"), window)
    read_way = other_strand(bases) if minus else bases
    first = len(bases) - end if minus else start
    begin = first + (length - window) // 2
    assert found == "".join(read_way[i] if 0 <= i < len(bases) else "N" for i in range(begin, begin + window))
