"""The verbs on DNA: packed files and intervals, strands in check, FASTA to predict, base by base."""

import gzip
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from unrolled.cli.app import app
from unrolled.data.bases import other_strand
from unrolled.data.made_up_dna import fasta_of, made_up_windows
from unrolled.model import Model

Unrolled = Callable[..., Result]

TINY = ("hidden_size=6", "base_size=6", "place_size=2", "attention_size=4", "num_threads=1", "bidirectional=false")
SET = [word for setting in (*TINY, "epochs=5", "batch_fraction=0.2") for word in ("--set", setting)]
WINDOWS = made_up_windows(80, 5)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Windows as packed FASTA, and the same cut by intervals from one long sequence of their own."""
    path = tmp_path_factory.mktemp("dna")
    (path / "train.fasta.gz").write_bytes(gzip.compress(fasta_of(WINDOWS, "train").encode()))
    (path / "genome.fa").write_text(">chr1\n" + "\n".join(bases for bases, _ in WINDOWS) + "\n")
    rows = [f"chr1\t{60 * i}\t{60 * i + 60}\t{label}\t0\t+\n" for i, (_, label) in enumerate(WINDOWS)]
    (path / "sites.bed").write_text("".join(rows))
    return path


@pytest.fixture(scope="module")
def trained(folder: Path) -> Result:
    data = str(folder / "train.fasta.gz")
    return CliRunner().invoke(app, ["train", data, "--dev", data, "--out", str(folder / "run"), *SET])


def test_the_task_is_found_and_the_figures_are_shown(trained: Result, folder: Path) -> None:
    assert trained.exit_code == 0, trained.output + trained.stderr
    assert "X: bases, T_x 60 · Y: a label · many-to-one, T_y = 1 · task: dna" in trained.stderr
    assert "auroc" in trained.stdout
    assert {"confusion.png", "calibration.png"} <= {path.name for path in (folder / "run").iterdir()}


def test_intervals_give_what_the_windows_gave(trained: Result, folder: Path, unrolled: Unrolled) -> None:
    data = folder / "genome.fa"
    of_intervals = ("--set", f"intervals={folder / 'sites.bed'}")
    found = json.loads(unrolled("evaluate", folder / "run", "--data", data, *of_intervals, "--json").stdout)
    recorded = json.loads((folder / "run" / "best" / "metrics.json").read_text())
    assert found["parts"][0]["figures"] == recorded["dev"]["figures"]


def test_predict_reads_fasta_and_stream_reads_base_by_base(trained: Result, folder: Path, unrolled: Unrolled) -> None:
    windows = [bases for bases, _ in WINDOWS[:5]]
    text = "".join(f">{i} some words\n{bases[:40].lower()}\n{bases[40:]}\n" for i, bases in enumerate(windows))
    wanted = Model.load(folder / "run").predict(windows)
    lines = unrolled("predict", folder / "run", input=text).stdout.splitlines()
    assert [line.split("\t")[0] for line in lines] == list("01234")
    assert [line.split("\t")[1] for line in lines] == wanted
    assert [line.split("\t")[3] for line in lines] == windows
    rows = [json.loads(line) for line in unrolled("predict", folder / "run", "--json", input=text).stdout.splitlines()]
    assert [(row["name"], row["label"]) for row in rows] == list(zip("01234", wanted, strict=True))
    packed = folder / "few.fasta.gz"
    packed.write_bytes(gzip.compress(text.encode()))
    assert unrolled("predict", folder / "run", packed).stdout.splitlines() == lines
    pieces = "".join(f"{bases[:7]}\n{bases[7:]}\n\n" for bases in windows)
    told = [json.loads(row) for row in unrolled("stream", folder / "run", "--json", input=pieces).stdout.splitlines()]
    assert [row["label"] for row in told if row.get("final")] == wanted
    assert "".join(row["base"] for row in told if "base" in row) == "".join(windows)


def test_predict_names_what_is_no_base_or_too_long(trained: Result, folder: Path, unrolled: Unrolled) -> None:
    told = unrolled("predict", folder / "run", input=f"AC-T\n{'A' * 61}\n")
    assert told.exit_code == 1
    assert "'-' at place 3" in told.stderr
    assert "windows of 60" in told.stderr


def test_mutations_are_drawn_and_bed_has_no_place_for_windows(
    trained: Result, folder: Path, unrolled: Unrolled, tmp_path: Path
) -> None:
    out, window = tmp_path / "window.png", WINDOWS[0][0]
    told = unrolled("explain", folder / "run", "--picture", out, "--label", "donor", input=f">a\n{window}\n")
    assert told.exit_code == 0, told.stderr
    assert "log-odds of donor" in told.stderr
    assert out.read_bytes().startswith(b"\x89PNG")
    refused = unrolled("explain", folder / "run", "--picture", out, "--region", "a:1-3", input=window)
    assert "for models of the task bases" in refused.stderr
    assert "finds no intervals" in unrolled("predict", folder / "run", "--output-format", "bed", input=window).stderr


def test_check_counts_the_other_strand_within_and_across_files(tmp_path: Path, unrolled: Unrolled) -> None:
    first, second = WINDOWS[0][0], WINDOWS[1][0]
    (tmp_path / "a.fa").write_text(f">1 label=x\n{first}\n>2 label=y\n{second}\n>3 label=x\n{other_strand(first)}\n")
    (tmp_path / "b.fa").write_text(f">1 label=x\n{other_strand(second)}\n>2 label=y\n{second}\n")
    told = unrolled("check", "dna", tmp_path / "a.fa", tmp_path / "b.fa").stdout
    assert "1 more of" in told
    assert "as their reverse complement" in told
    report = json.loads(unrolled("check", "dna", tmp_path / "a.fa", tmp_path / "b.fa", "--json").stdout)
    assert report["files"][0]["num_reverse_complements"] == 1
    assert (report["overlaps"][0]["num_shared"], report["overlaps"][0]["num_alike"]) == (1, 1)
