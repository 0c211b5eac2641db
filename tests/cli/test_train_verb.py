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
