"""The verbs on a second task: the shape found, streams, explanations, answers as JSON."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from contract.tasks import CONLL, CSV
from typer.testing import CliRunner, Result

from unrolled.cli.app import app
from unrolled.cli.reports import print_report
from unrolled.cli.screen import screen
from unrolled.data.answer import Answer
from unrolled.metrics import ClassMetric
from unrolled.model import Model
from unrolled.runs.explain import explain
from unrolled.tasks import SENTIMENT

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


def test_check_says_in_two_lines_how_a_file_was_understood(folder: Path, unrolled: Unrolled) -> None:
    lines = unrolled("check", "sentiment", folder / "train.csv").stdout.splitlines()
    texts, labels, rows, counts = lines[0].removeprefix(f"{folder / 'train.csv'}: ").split(" · ")
    assert [texts, labels] == ['texts: column 0 "text"', 'labels: column 1 "label"']
    assert rows == "rows: a text each, the first names the columns"
    assert re.fullmatch(r"\d+ texts, \d+ tokens, 2 labels", counts)
    assert re.fullmatch(r"first, line 2: .* → \w+", lines[1])


def test_check_tells_thousands_of_faults_in_a_line_for_each_kind(tmp_path: Path, unrolled: Unrolled) -> None:
    wrong = ("so good,pos,x\n", "so bad,\n", ",pos\n", "well\n", "fine,pos\n")
    (tmp_path / "wrong.csv").write_text("text,label\n" + "".join(wrong[i % 5] for i in range(2500)))
    result = unrolled("check", "sentiment", tmp_path / "wrong.csv")
    assert result.exit_code == 1
    told = result.stdout.splitlines()
    faults = told[: told.index("")]
    assert [line.partition("wrong.csv:")[2].partition(". ")[0] for line in faults[:3]] == [
        "2: 3 fields where the first row has 2",
        "3: 500 texts without a label are left out: lines 3, 8, 13 and 497 more",
        "4: 500 empty texts are left out: lines 4, 9, 14 and 497 more",
    ]
    assert len(faults) == 5  # one word alone is left of each text, and one label
    assert len(told) < 40


def test_check_of_a_file_that_is_not_there_says_so_and_no_more(tmp_path: Path, unrolled: Unrolled) -> None:
    for name in ("none.csv", "none.jsonl", "none.parquet", "none"):
        if name.endswith("parquet"):
            pytest.importorskip("pyarrow")
        result = unrolled("check", "sentiment", tmp_path / name)
        assert result.exit_code == 1
        assert [line for line in result.stdout.splitlines() if line] == [
            f"{tmp_path / name}: there is no such file. Check the path."
        ]


def test_of_several_reports_the_last_says_the_rule(capsys: pytest.CaptureFixture[str]) -> None:
    report = ClassMetric(("a", "b")).measure(["a", "b"], [Answer("a", (1.0,))] * 2)
    for last in (False, True):
        print_report(screen(), SENTIMENT, "dev", Path("dev.csv"), report, rule=last)
        assert capsys.readouterr().out.count("Accuracy is the share of right labels") == last
