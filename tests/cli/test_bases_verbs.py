"""The verbs on labelled bases: intervals beside FASTA, whole FASTA to predict, BED and GFF3 out, pictures, a stream."""

import gzip
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from unrolled.cli.app import app
from unrolled.data.made_up_genes import fasta_of_loci, gff3_of_loci, made_up_loci
from unrolled.data.readers import BaseLabelsSettings, read_bases
from unrolled.model import Model

Unrolled = Callable[..., Result]

TINY = ("hidden_size=6", "base_size=6", "num_threads=1", "epochs=2", "batch_fraction=0.2", "answer_steps=600")
SET = [word for setting in TINY for word in ("--set", setting)]
LOCI = made_up_loci(6, 21)
PNG = b"\x89PNG"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("bases")
    (path / "train.fasta.gz").write_bytes(gzip.compress(fasta_of_loci(LOCI, "train").encode()))
    (path / "train.gff3").write_text(gff3_of_loci(LOCI, "train"))
    (path / "plain.fa").write_text(fasta_of_loci(LOCI, "train").lower())
    return path


@pytest.fixture(scope="module")
def trained(folder: Path) -> Result:
    data = str(folder / "train.fasta.gz")
    return CliRunner().invoke(app, ["train", data, "--dev", data, "--out", str(folder / "run"), *SET])


def test_the_task_is_found_and_the_figures_are_shown(trained: Result, folder: Path) -> None:
    assert trained.exit_code == 0, trained.output + trained.stderr
    assert "Y: a label per base · many-to-many, T_x = T_y · task: bases" in trained.stderr
    assert "interval f1" in trained.stdout
    assert (folder / "run" / "confusion.png").read_bytes().startswith(PNG)


@pytest.mark.parametrize("form", ["bed", "gff3"])
def test_predictions_as_intervals_are_read_as_what_was_predicted(
    form: str, trained: Result, folder: Path, unrolled: Unrolled, tmp_path: Path
) -> None:
    out = tmp_path / f"found.{form}"
    done = unrolled("predict", folder / "run", folder / "plain.fa", "--output-format", form, "--output", out)
    assert done.exit_code == 0, done.stderr
    found = read_bases(folder / "train.fasta.gz", BaseLabelsSettings(intervals=str(out)))
    assert found.problems == []
    wanted = Model.load(folder / "run").predict([locus.bases for locus in LOCI])
    assert [tuple(pair.y) for pair in found.pairs] == [tuple(y) for y in wanted]
    assert out.read_text().startswith("##gff-version 3\n" if form == "gff3" else "made_up_train_1\t")


def test_predict_reads_records_of_many_lines_packed_or_not_from_a_file_or_a_pipe(
    trained: Result, folder: Path, unrolled: Unrolled
) -> None:
    packed = unrolled("predict", folder / "run", folder / "train.fasta.gz", "--json").stdout
    plain = unrolled("predict", folder / "run", folder / "plain.fa", "--json").stdout
    piped = unrolled("predict", folder / "run", "--json", input=fasta_of_loci(LOCI, "train")).stdout
    assert packed == plain == piped
    rows = [json.loads(line) for line in packed.splitlines()]
    assert [row["name"] for row in rows] == [f"made_up_train_{i}" for i in range(1, 7)]
    for row, locus in zip(rows, LOCI, strict=True):
        assert row["num_bases"] == len(locus.bases)
        ends = [(one["start"], one["end"]) for one in row["stretches"]]
        assert [a for a, _ in ends] == [0, *(b for _, b in ends[:-1])]
        assert ends[-1][1] == len(locus.bases)
        assert all(0 < one["confidence"] <= 1 for one in row["stretches"])
    fields = unrolled("predict", folder / "run", folder / "plain.fa").stdout.splitlines()[0].split("\t")
    assert fields[0] == "made_up_train_1"
    assert fields[2] == "0"
    lines = unrolled("predict", folder / "run", input="acgtacgt\n\nACGTN\n").stdout
    assert lines.splitlines()[0].split("\t")[1] == "0"


def test_what_cannot_be_answered_is_named(trained: Result, folder: Path, unrolled: Unrolled, tmp_path: Path) -> None:
    (tmp_path / "a.fa").write_text(">good\nACGT\n>bad\nAC\nG7T\n>empty\n>last\nGGG\n")
    done = unrolled("predict", folder / "run", tmp_path / "a.fa", "--json")
    assert done.exit_code == 1
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert [row.get("name") for row in rows] == ["good", None, None, "last"]
    assert (rows[1]["line"], rows[2]["line"]) == (3, 6)
    assert "'7' at place 4" in rows[1]["error"]
    (tmp_path / "b.fa.gz").write_bytes(gzip.compress(b">a\n" + b"ACGTTGCA" * 500)[:40])
    short = unrolled("predict", folder / "run", tmp_path / "b.fa.gz")
    assert short.exit_code != 0
    assert "the gzip file ends early" in short.stderr


def test_the_tracks_of_a_region_are_drawn(trained: Result, folder: Path, unrolled: Unrolled, tmp_path: Path) -> None:
    out = tmp_path / "tracks.png"
    told = unrolled(
        *("explain", folder / "run", "--picture", out, "--data", folder / "train.fasta.gz"),
        *("--region", "made_up_train_2:101-900"),
    )
    assert told.exit_code == 0, told.stderr
    assert "made_up_train_2 101-900" in told.stderr
    assert out.read_bytes().startswith(PNG)
    out.unlink()
    assert unrolled("explain", folder / "run", "--picture", out, input=fasta_of_loci(LOCI[:1], "x")).exit_code == 0
    assert out.read_bytes().startswith(PNG)
    for region, words in (("nobody", "no sequence 'nobody'"), ("made_up_train_1:5-99999", "is not in a sequence")):
        data = ("--data", folder / "train.fasta.gz", "--region", region)
        assert words in unrolled("explain", folder / "run", "--picture", out, *data).stderr
    assert "empty" in unrolled("explain", folder / "run", "--picture", out, "--region", "a:9-3", input="ACGT\n").stderr
    assert "--picture FILE" in unrolled("explain", folder / "run", "--region", "a:1-3", input="ACGT\n").stderr


def test_one_way_is_streamed_base_by_base(folder: Path, unrolled: Unrolled) -> None:
    how = [*SET, "--set", "bidirectional=false", "--set", "output=softmax", "--set", "reverse_complement=augment"]
    data = folder / "train.fasta.gz"
    assert unrolled("train", data, "--dev", data, "--out", folder / "live", *how).exit_code == 0
    bases = LOCI[0].bases[:200]
    told = unrolled("stream", folder / "live", "--json", input=f"{bases[:7]}\n{bases[7:]}\n\n").stdout
    rows = [json.loads(row) for row in told.splitlines()]
    (wanted,) = Model.load(folder / "live").predict([bases])
    assert [row["label"] for row in rows] == list(wanted)
    assert "".join(row["base"] for row in rows) == bases


def test_check_counts_stretches_and_names_what_two_files_share(folder: Path, unrolled: Unrolled) -> None:
    report = json.loads(
        unrolled("check", "bases", folder / "train.fasta.gz", folder / "train.fasta.gz", "--json").stdout
    )
    assert report["files"][0]["num_bases"] == sum(len(locus.bases) for locus in LOCI)
    assert report["files"][0]["labels"].keys() == {"exon", "intergenic", "intron", "utr"}
    assert report["files"][0]["num_stretches"] > 50
    assert report["overlaps"][0]["num_shared"] == len(LOCI)
