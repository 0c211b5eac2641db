"""The verbs on a second task: the shape found, streams, explanations, answers as JSON."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from contract.tasks import CONLL, CSV
from typer.testing import CliRunner, Result

from unrolled.cli.app import app
from unrolled.model import Model
from unrolled.runs.explain import explain

Unrolled = Callable[..., Result]

TINY = ("hidden_size=6", "word_size=6", "affix_size=2", "attention_size=4", "min_count=1", "num_threads=1")
LEARN = ("epochs=6", "learning_rate=0.03", "batch_fraction=1")
SET = [word for setting in (*TINY, *LEARN) for word in ("--set", setting)]
TEXTS = ("A warm kettle.", "So noisy, and not kind", "never seen")


def trained(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["train", *map(str, arguments), *SET])


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sentiment")
    (path / "train.csv").write_text(CSV)
    (path / "train.conll").write_text(CONLL)
    return path


@pytest.fixture(scope="module")
def found(folder: Path) -> Result:
    """Trained without a task's name, to answer while x arrives."""
    data = folder / "train.csv"
    return trained(data, "--dev", data, "--out", folder / "run", "--set", "bidirectional=false")


@pytest.fixture(scope="module")
def run(found: Result, folder: Path) -> Path:
    assert found.exit_code == 0, found.output + found.stderr
    return folder / "run"


def test_train_without_a_task_says_what_it_found(run: Path, found: Result) -> None:
    assert "X: words, T_x 4–9 · Y: a label · many-to-one, T_y = 1 · task: sentiment" in found.stderr
    assert "accuracy" in found.stdout
    assert json.loads((run / "config.json").read_text())["task"] == "sentiment"


def test_what_is_neither_task_nor_file_is_named(unrolled: Unrolled, folder: Path) -> None:
    result = unrolled("train", "sentimant")
    assert result.exit_code == 2
    assert "Did you mean 'sentiment'?" in result.stderr
    (folder / "none.csv").write_text("a\nb\n")
    result = unrolled("train", folder / "none.csv")
    assert result.exit_code == 3
    assert "none of the files that a task here reads" in result.stderr
    result = unrolled("train", folder / "train.csv", "--train", folder / "train.csv")
    assert result.exit_code == 2
    assert "given twice" in result.stderr


def test_predict_answers_as_json_fields_and_on_a_terminal(
    run: Path, unrolled: Unrolled, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = Model.load(run)
    told = unrolled("predict", run, "--json", input="\n".join([*TEXTS, ""]) + "\n").stdout.splitlines()
    rows = [json.loads(line) for line in told]
    assert rows[-1] == {"tokens": [], "label": None, "confidence": None}
    assert rows[0]["tokens"] == ["A", "warm", "kettle", "."]
    assert [row["label"] for row in rows[:-1]] == model.predict([row["tokens"] for row in rows[:-1]])
    assert all(0.5 <= row["confidence"] <= 1 for row in rows[:-1])
    (row,) = map(json.loads, unrolled("predict", run, "--json", "--n-best", 2, input=TEXTS[0]).stdout.splitlines())
    assert row["n_best"][0]["label"] == row["label"]
    assert sum(each["probability"] for each in row["n_best"]) == pytest.approx(1, abs=1e-5)
    label, sure, text = unrolled("predict", run, input=TEXTS[0]).stdout.rstrip("\n").split("\t")
    assert (label, text) == (rows[0]["label"], "A warm kettle .")
    assert float(sure) == pytest.approx(rows[0]["confidence"], abs=1e-5)
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm-256color")
    shown = unrolled("predict", run, input=TEXTS[0]).stdout
    assert "\x1b[" in shown
    assert re.sub(r"\x1b\[[0-9;]*m", "", shown).split() == [label, "A", "warm", "kettle."]


def test_stream_answers_word_by_word_and_at_the_end(run: Path, unrolled: Unrolled) -> None:
    model = Model.load(run)
    text = "A warm\nkettle\n\nSo noisy\n"
    rows = [json.loads(line) for line in unrolled("stream", run, "--json", input=text).stdout.splitlines() if line]
    assert [row.get("token") for row in rows] == ["A", "warm", "kettle", None, "So", "noisy", None]
    finals = [row for row in rows if row.get("final")]
    assert [row["label"] for row in finals] == model.predict([("A", "warm", "kettle"), ("So", "noisy")])
    whole = unrolled("stream", run, "--json", input="A warm kettle\n\nSo\nnoisy").stdout
    assert [json.loads(line) for line in whole.splitlines() if line] == rows
    plain = unrolled("stream", run, input="A warm\n").stdout.splitlines()
    assert plain[0].split("\t")[:2] == ["A", rows[0]["label"]]
    assert plain[-1].split("\t") == [plain[1].split("\t")[1], plain[1].split("\t")[2], "True"]


def test_a_model_that_must_see_the_end_does_not_stream(folder: Path, unrolled: Unrolled) -> None:
    data = folder / "train.csv"
    result = trained("sentiment", data, "--dev", data, "--out", folder / "both", "--set", "epochs=1")
    assert result.exit_code == 0, result.stderr
    result = unrolled("stream", folder / "both", input="so\n")
    assert result.exit_code == 2
    assert "bidirectional=false" in result.stderr


def test_explain_says_how_much_each_word_spoke(run: Path, unrolled: Unrolled, monkeypatch: pytest.MonkeyPatch) -> None:
    model, words = Model.load(run), ("So", "noisy", ",", "and", "not", "kind")
    wanted = explain(model, words)
    (row, empty, _) = unrolled("explain", run, "--json", input=f"{TEXTS[1]}\n\n{TEXTS[0]}\n").stdout.splitlines()
    told = json.loads(row)
    assert told.pop("tokens") == list(words)
    assert told == wanted.to_dict()
    assert empty == ""
    plain = unrolled("explain", run, input=TEXTS[1]).stdout.rstrip("\n")
    assert plain == f"{wanted.label}\t" + " ".join(f"{w}:{v:+.3f}" for w, v in zip(words, wanted.steps, strict=True))
    other = "good" if wanted.label == "bad" else "bad"
    of_other = json.loads(unrolled("explain", run, "--json", "--label", other, input=TEXTS[1]).stdout)
    assert of_other["label"] == other
    assert of_other["steps"] == pytest.approx([-value for value in wanted.steps], abs=1e-5)
    result = unrolled("explain", run, "--label", "goood", input=TEXTS[1])
    assert result.exit_code == 3
    assert "nearest" in result.stderr
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLORTERM", "truecolor")
    monkeypatch.setenv("TERM", "xterm-256color")
    shown = unrolled("explain", run, input=TEXTS[1]).stdout
    colours = re.findall(r"\x1b\[30;48;2;(\d+);(\d+);(\d+)m(\S+?)\x1b", shown)
    most = max(map(abs, wanted.steps))
    strong = {word: value for word, value in zip(words, wanted.steps, strict=True) if abs(value) / most > 0.1}
    assert [word for *_, word in colours] == list(strong)
    for red, green, _, word in colours:
        assert (int(green) > int(red)) == (strong[word] > 0)
    assert "lead" in shown


def test_explain_needs_a_label_for_all_of_x(folder: Path, unrolled: Unrolled) -> None:
    data = folder / "train.conll"
    quick = [word for setting in (*TINY[:3], "epochs=1") for word in ("--set", setting)]
    result = unrolled("train", "ner", data, "--dev", data, "--out", folder / "ner", *quick)
    assert result.exit_code == 0, result.stderr
    result = unrolled("explain", folder / "ner", input="Ada sat\n")
    assert result.exit_code == 2
    assert "explain needs a model with one label for all of x" in result.stderr
