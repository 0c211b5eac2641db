import json
from pathlib import Path

import pytest

from unrolled.metrics.entities import RULES


def test_a_run_says_what_it_did_and_what_comes_next(train_small, tmp_path: Path) -> None:
    result = train_small("--out", tmp_path / "run")
    assert result.exit_code == 0, result.output
    assert "set aside as the dev part" in result.stderr
    assert "epoch 2/2" in result.stderr
    assert RULES["strict"] in result.stdout
    assert str(tmp_path / "run" / "best") in result.stdout
    assert f"unrolled predict {tmp_path / 'run'}" in result.stdout
    assert not set(result.output) & set("─│━\x1b")


def test_json_is_one_object_on_standard_output(train_small, tmp_path: Path) -> None:
    result = train_small("--out", tmp_path / "run", "--json")
    report = json.loads(result.stdout)
    assert report["model"] == str(tmp_path / "run" / "best")
    assert report["settings"]["epochs"] == 2
    assert report["rule"] == RULES["strict"]


def test_runs_without_a_name_take_the_next_free_one_and_the_newest_resumes(
    train_small, unrolled, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert "run directory  runs/ner\n" in train_small().stderr
    assert "run directory  runs/ner-2\n" in train_small("--seed", 3).stderr
    resumed = unrolled("train", "ner", "--resume")
    assert resumed.exit_code == 0, resumed.output
    assert "run directory  runs/ner-2 (resumed)" in resumed.stderr
    assert "seed=3" in resumed.stderr
    conflict = unrolled("train", "ner", "--resume", "--seed", 4)
    assert conflict.exit_code == 2
    assert "seed is 4, the run has 3" in conflict.stderr
    overwritten = train_small("--overwrite")
    assert "run directory  runs/ner\n" in overwritten.stderr


def test_a_run_is_repeated_from_its_own_configuration(run: Path, unrolled, tmp_path: Path) -> None:
    result = unrolled(
        "train", "ner", "--config", run / "config.json", "--out", tmp_path / "again", "--set", "epochs=1", "--seed", 7
    )
    assert result.exit_code == 0, result.output
    config, before = (json.loads((path / "config.json").read_text()) for path in (tmp_path / "again", run))
    assert {name for name in config if config[name] != before[name]} == {"epochs", "seed"}


def test_a_configuration_of_another_task_is_refused(unrolled, tmp_path: Path) -> None:
    (tmp_path / "c.json").write_text('{"task": "sentiment"}')
    result = unrolled("train", "ner", "--config", tmp_path / "c.json")
    assert result.exit_code == 2
    assert "for the task 'sentiment'" in result.stderr


def test_an_earlier_run_is_not_overwritten(run: Path, train_small) -> None:
    before = (run / "best" / "model.safetensors").read_bytes()
    result = train_small("--out", run)
    assert result.exit_code == 5
    assert "--overwrite" in result.stderr
    assert (run / "best" / "model.safetensors").read_bytes() == before


def test_a_malformed_file_is_named_with_its_line(unrolled, tmp_path: Path) -> None:
    (tmp_path / "bad.conll").write_text("a O\nb\n")
    result = unrolled("train", "ner", "--train", tmp_path / "bad.conll", "--out", tmp_path / "run")
    assert result.exit_code == 3
    assert "bad.conll:2:" in result.stderr
    assert result.stderr.count("error:") == 1


def test_a_run_goes_on_from_another_and_says_what_it_adds(run: Path, unrolled, tmp_path: Path) -> None:
    new = tmp_path / "new.conll"
    new.write_text("Ada B-PER\npaints O\nGuernica B-ART\n\nGuernica B-ART\nhangs O\nin O\nParis B-LOC\n")
    out = tmp_path / "second"
    result = unrolled("train", new, "--from", run, "--dev", new, "--out", out, "--set", "epochs=3")  # the model's task
    assert result.exit_code == 0, result.output + result.stderr
    note = (
        "Note: Goes on from run: 4 labels known, 1 added: B-ART; 11 words known, 3 added; not in the new training data,"
    )
    assert note in result.stderr
    shown = unrolled("inspect", out).stdout
    assert "Goes on from run: 4 labels known, 1 added: B-ART" in shown
    assert json.loads((out / "best" / "metrics.json").read_text())["start"]["sha256"] in shown
    again = unrolled("train", "ner", "--config", out / "config.json", "--out", tmp_path / "again", "--json")
    assert again.exit_code == 0, again.output
    assert json.loads(again.stdout)["start"]["added"] == ["B-ART"]
    weights = [(path / "best" / "model.safetensors").read_bytes() for path in (out, tmp_path / "again")]
    assert weights[0] == weights[1]
    for words, message in (
        (("ner", "--set", "hidden_size=9"), "hidden_size is 9, the model has 8"),
        (("sentiment",), "is a model of the task ner, and the task is sentiment"),
        (("ner", "--resume", "--out", run), f"from is {out}, but the run in {run} goes on with its own: none given"),
        (("ner", "--set", "from=x"), "from is not a setting. Give it with --from"),
    ):
        refused = unrolled("train", *words, "--from", out if "--resume" in words else run)
        assert refused.exit_code == 2, words
        assert message in " ".join(refused.stderr.split()), refused.stderr


def test_going_on_takes_data(run: Path, unrolled, tmp_path: Path) -> None:
    refused = unrolled("train", "ner", "--from", run, "--out", tmp_path / "out")
    assert refused.exit_code == 2, refused.output
    assert "Give a training file: --train FILE." in " ".join(refused.stderr.split())
    assert not (tmp_path / "out").exists()


def test_folds_give_figures_answers_and_a_model_and_go_on_where_they_were(unrolled, tmp_path: Path) -> None:
    rows = [
        f"{'abcdef'[n % 6]},so {word} {n},{label}" for n in range(9) for word, label in (("good", "p"), ("bad", "n"))
    ]
    (tmp_path / "a.csv").write_text("who,text,label\n" + "\n".join(rows) + "\n")
    small = [
        f"--set={text}" for text in ("epochs=1", "hidden_size=4", "word_size=4", "attention_size=3", "num_threads=1")
    ]
    data, out = tmp_path / "a.csv", tmp_path / "run"
    found = unrolled("train", "sentiment", data, "--folds", 3, "--group", "who", "--out", out, *small)
    assert found.exit_code == 0, found.output
    assert "3 folds of 6 to 6 of 18 texts, divided by who, so that none is on both sides," in found.stderr
    assert "Fold 2 of 3: accuracy" in found.stderr
    assert "standard error" in found.stdout
    assert len((out / "answers.jsonl").read_text().splitlines()) == 18
    again = unrolled("train", "sentiment", "--resume", "--out", out, "--json")
    assert again.exit_code == 0, again.output
    report = json.loads(again.stdout)
    assert (report["folds"], report["group"], report["epochs"]) == (3, "who", 1)
    assert unrolled("predict", out, input="so good\n").exit_code == 0
    refused = unrolled("train", "sentiment", data, "--dev", data, "--folds", 3)
    assert refused.exit_code == 2
    assert "--dev and --folds exclude each other" in refused.stderr
