import json
from pathlib import Path

from unrolled.metrics.entities import RULES


def test_the_rule_stands_with_the_figures(run: Path, unrolled) -> None:
    result = unrolled("evaluate", run)
    assert result.exit_code == 0, result.output
    assert RULES["strict"] in result.stdout
    lines = [line.split() for line in result.stdout.splitlines()]
    assert ["type", "precision", "recall", "F1", "gold", "predicted", "correct"] in lines
    assert ["PER", "1.0000", "1.0000", "1.0000", "2", "2", "2"] in lines


def test_a_named_file_as_json(run: Path, unrolled, tmp_path: Path) -> None:
    (tmp_path / "data.conll").write_text("Ada B-PER\nin O\n1999 B-DATE\n")
    result = unrolled("evaluate", run, "--data", tmp_path / "data.conll", "--json")
    (part,) = json.loads(result.stdout)["parts"]
    assert part["unseen_types"] == ["DATE"]
    assert part["overall"]["num_gold"] == 2
    plain = unrolled("evaluate", run, "--data", tmp_path / "data.conll")
    assert "trained on no DATE" in plain.stdout


def test_a_folder_without_a_model_is_4(unrolled, tmp_path: Path) -> None:
    for verb in ("evaluate", "inspect", "predict"):
        result = unrolled(verb, tmp_path)
        assert result.exit_code == 4
        assert "error: " in result.stderr


def test_the_heading_counts_one_sentence(run: Path, unrolled, tmp_path: Path) -> None:
    data = tmp_path / "one.conll"
    data.write_text("Ada B-PER\nsat O\n")
    shown = unrolled("evaluate", run, "--data", data).stdout
    assert ", 1 sentence, 2 tokens" in " ".join(shown.split())
