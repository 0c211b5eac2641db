"""FASTA beside BED or GFF3, and tables, come in as bases with a label each, by a stated rule where features overlap."""

import gzip
import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unrolled.data.made_up_genes import fasta_of_loci, gff3_of_loci, made_up_loci
from unrolled.data.pair import Pair
from unrolled.data.readers import BaseLabelsSettings, Reading, read_bases
from unrolled.data.readers.dna.intervals import Interval
from unrolled.data.readers.dna.painting import Overlap, paint
from unrolled.data.step_labels import StepLabels
from unrolled.errors import SettingsError

FASTA = ">one of two\nACGTA\nCGtac\n\n>two\nNNRYA\n"
BED = "track name=x\none\t2\t5\texon\t0\t+\none\t7\t9\texon\t0\t-\ntwo\t0\t1\tintron\n"
GFF3 = (
    "##gff-version 3\none\ta\texon\t3\t5\t.\t+\t.\tID=1\none\ta\texon\t8\t9\t.\t-\t.\tID=2\n"
    "two\ta\tfeature\t1\t1\t.\t.\t.\tlabel=intron\n##FASTA\n>x\nACGT\n"
)
LABELS = ["..eee..ee.".replace(".", "-"), "i----"]
NAMES = {"-": "intergenic", "e": "exon", "i": "intron"}


def as_pairs() -> list[Pair[str, tuple[str, ...]]]:
    return [
        Pair(bases, tuple(NAMES[letter] for letter in letters))
        for bases, letters in zip(("ACGTACGTAC", "NNRYA"), LABELS, strict=True)
    ]


def read(
    folder: Path, intervals: str, name: str = "a.bed", fasta: str = FASTA, **how: object
) -> Reading[str, StepLabels]:
    (folder / "a.fasta").write_text(fasta)
    (folder / name).write_text(intervals)
    return read_bases(folder / "a.fasta", BaseLabelsSettings.from_dict(how))


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("name", ["a.bed", "a.gff3"])
def test_either_kind_of_intervals_gives_the_same_labels(name: str, packed: bool, tmp_path: Path) -> None:
    for file, content in (("a.fasta", FASTA), (name, BED if name == "a.bed" else GFF3)):
        path = tmp_path / (file + ".gz" * packed)
        path.write_bytes(gzip.compress(content.encode()) if packed else content.encode())
    reading = read_bases(tmp_path / ("a.fasta" + ".gz" * packed))
    assert reading.problems == []
    assert reading.pairs == as_pairs()
    assert reading.lines == [1, 5]
    assert reading.facts["labels"] == "exon, intergenic, intron"


def test_a_table_has_a_letter_for_each_base_or_names(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("id,sequence,labels\n1,ACGTacgtac,--eee--ee-\n2,NNRYA,i e e e e\n")
    reading = read_bases(tmp_path / "a.csv")
    assert reading.problems == []
    assert reading.pairs == [Pair("ACGTACGTAC", tuple("--eee--ee-")), Pair("NNRYA", tuple("ieeee"))]
    (tmp_path / "b.tsv").write_text("ACG\texon exon none\nATG\tnone exon none\n")
    named = [Pair("ACG", ("exon", "exon", "none")), Pair("ATG", ("none", "exon", "none"))]
    assert read_bases(tmp_path / "b.tsv").pairs == named


def test_strands_are_told_apart_where_that_is_asked_for(tmp_path: Path) -> None:
    reading = read(tmp_path, BED, strands="apart", background="none")
    assert [run[2] for run in reading.pairs[0].y.runs()] == ["none", "exon+", "none", "exon-", "none"]
    assert reading.pairs[1].y.runs()[0] == (0, 1, "intron+")


def test_gene_models_have_exons_introns_and_utrs(tmp_path: Path) -> None:
    loci = made_up_loci(4, 11)
    reading = read(tmp_path, gff3_of_loci(loci, "x"), "a.gff3", fasta_of_loci(loci, "x"))
    assert reading.problems == []
    assert [list(pair.y) for pair in reading.pairs] == [locus.labels() for locus in loci]
    assert reading.taken["features"] == "CDS as exon, exon as utr, mRNA as intron"
    assert not any("several labels" in note for note in reading.notes)
    only = read(tmp_path, gff3_of_loci(loci, "x"), "a.gff3", fasta_of_loci(loci, "x"), features="gene=gene, CDS=x")
    assert {label for pair in only.pairs for label in pair.y} == {"gene", "intergenic"}
    nested = read(tmp_path, gff3_of_loci(loci, "x"), "a.gff3", fasta_of_loci(loci, "x"), features="CDS=x,gene")
    assert {label for pair in nested.pairs for label in pair.y} == {"gene", "intergenic", "x"}


def covering(intervals: list[Interval], overlap: Overlap, t: int) -> str:
    """The label of one base, looked up by itself."""
    own = [(i, one) for i, one in enumerate(intervals) if one.start <= t < one.end]
    if not own:
        return "none"
    if overlap == "last":
        return own[-1][1].label
    return own[0][1].label if overlap == "first" else min(own, key=lambda o: (o[1].end - o[1].start, o[0]))[1].label


@given(
    st.lists(st.tuples(st.integers(0, 19), st.integers(1, 9), st.sampled_from("abc")), max_size=8), st.integers(0, 9)
)
@settings(deadline=None)
def test_the_rule_for_overlaps_holds_at_every_base(drawn: list[tuple[int, int, str]], seed: int) -> None:
    intervals = [Interval(n, "x", a, min(a + n, 20), minus=False, label=label) for n, (a, n, label) in enumerate(drawn)]
    random.Random(seed).shuffle(intervals)
    for overlap in ("shorter", "first", "last"):
        painted = paint(20, intervals, background="none", overlap=overlap)
        assert list(painted.labels) == [covering(intervals, overlap, t) for t in range(20)]
        several = [len({o.label for o in intervals if o.start <= t < o.end}) > 1 for t in range(20)]
        assert painted.num_covered_twice == sum(several)
    order = {"b": "B", "a": "A"}
    ranked = list(paint(20, intervals, background="none", labels=order).labels)
    for t, label in enumerate(ranked):
        there = {one.label for one in intervals if one.start <= t < one.end}
        assert label == ("B" if "b" in there else "A" if "a" in there else "none")


def test_what_was_found_is_told(tmp_path: Path) -> None:
    reading = read(tmp_path, f"{BED}three\t0\t4\texon\n", fasta=f"{FASTA}>bare\nACG\n")
    told = "\n".join(reading.notes)
    assert "1 interval of sequences that are not in this file (three), the first at" in told
    assert "1 sequence without any feature: all 'intergenic'" in told
    assert "3 of 18 bases (16.67%) are in lower case" in told
    assert "4 of 18 bases (22.22%) are codes of several bases (2 of them N)" in told
    overlapping = read(tmp_path, "one\t0\t6\ta\none\t4\t8\tb\n")
    assert "2 of 15 bases (13.33%) are covered by features of several labels; overlap=shorter" in overlapping.notes[0]
    strict = read(tmp_path, f"{BED}three\t0\t4\texon\n", strict=True)
    assert "three" in str(strict.problems[0])


def test_one_label_is_a_doubt_that_can_be_settled(tmp_path: Path) -> None:
    bed = "one\t0\t10\tx\ntwo\t0\t5\tx\n"
    assert read(tmp_path, bed).doubts[0].name == "one_label"
    assert read(tmp_path, bed, accept="one_label").doubts == ()
    assert read(tmp_path, "one\t0\t10\tx\n").doubts == ()


def test_settings_that_cannot_be_are_refused() -> None:
    for how, words in (({"features": "=exon"}, "TYPE=LABEL"), ({"background": " "}, "background is empty")):
        with pytest.raises(SettingsError, match=words):
            BaseLabelsSettings.from_dict(how)


def test_features_that_are_not_there_are_told(tmp_path: Path) -> None:
    reading = read(tmp_path, BED, features="CDS=exon")
    assert "none of the features CDS: the types here are exon, intron" in str(reading.problems[0])


def test_sequences_whose_names_begin_as_headers_of_browsers_do_keep_their_intervals(tmp_path: Path) -> None:
    fasta = tmp_path / "a.fasta"
    fasta.write_text(">track1\nACGTACGT\n>browser1\nACGTACGT\n")
    (tmp_path / "a.bed").write_text("track name=x\nbrowser position 1\ntrack1\t0\t4\texon\nbrowser1\t4\t8\texon\n")
    found = read_bases(fasta)
    assert [pair.y.runs() for pair in found.pairs] == [
        [(0, 4, "exon"), (4, 8, "intergenic")],
        [(0, 4, "intergenic"), (4, 8, "exon")],
    ]
    gff = tmp_path / "a.gff3"
    gff.write_text("browser1\t.\texon\t1\t2\t.\t+\t.\tID=a\n")
    assert read_bases(fasta, BaseLabelsSettings(intervals=str(gff))).pairs[1].y.runs()[0] == (0, 2, "exon")


def test_the_files_that_were_read_besides_are_told_and_so_are_features_without_a_strand(tmp_path: Path) -> None:
    fasta, bed = tmp_path / "a.fasta", tmp_path / "a.bed"
    fasta.write_text(">a\nACGTACGT\n")
    bed.write_text("a\t0\t4\texon\nb\t0\t4\texon\n")
    found = read_bases(fasta, BaseLabelsSettings(strands="apart"))
    assert found.besides == (str(bed),)
    assert f"{fasta}: 2 features without a strand, the first at {bed}:1: taken for +." in found.notes
    assert any(f"the first at {bed}:2: left out." in note for note in found.notes)
