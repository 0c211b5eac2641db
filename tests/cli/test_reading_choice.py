import json
from pathlib import Path

import pytest

CHOSEN = ("--set", "token_column=1", "--set", "label_column=2")


@pytest.fixture(name="four")
def fixture_four(corpus: Path, tmp_path: Path) -> Path:
    path = tmp_path / "four.conll"
    lines = corpus.read_text().splitlines()
    path.write_text("".join(f"{n} {line} X\n" if line else "\n" for n, line in enumerate(lines)))
    return path


def test_train_check_and_evaluate_on_four_columns(four: Path, corpus: Path, unrolled, train_small, tmp_path: Path):
    out = tmp_path / "run"
    result = train_small("--train", four, "--dev", four, "--out", out, *CHOSEN)
    assert result.exit_code == 0, result.output
    assert "label_column=2" in result.stderr
    report = json.loads(unrolled("check", "ner", four, *CHOSEN, "--json").stdout)
    assert report["files"][0]["entities"] == {"LOC": 2, "PER": 2}
    own = json.loads(unrolled("evaluate", out, "--json").stdout)["parts"][0]
    named = json.loads(unrolled("evaluate", out, "--data", four, "--json").stdout)["parts"][0]
    back = ("--set", "token_column=null", "--set", "label_column=-1")
    two = json.loads(unrolled("evaluate", out, "--data", corpus, *back, "--json").stdout)["parts"][0]
    assert own["overall"] == named["overall"] == two["overall"]
    assert own["overall"]["num_gold"] == 4


def test_a_choice_that_does_not_fit_the_file_names_the_setting(four: Path, unrolled) -> None:
    result = unrolled("check", "ner", four, "--set", "label_column=7")
    assert result.exit_code == 1
    assert "label_column is 7, but the lines have 4 columns. Give --set label_column=N" in result.stdout
    result = unrolled("check", "ner", four, "--set", "label_column=tag")
    assert result.exit_code == 1
    assert "label_column is tag, but the lines have 4 columns without names" in result.stdout


def test_only_what_is_read_can_be_set_where_nothing_is_trained(four: Path, run: Path, unrolled) -> None:
    for verb in (("check", "ner", four), ("evaluate", run, "--data", four)):
        result = unrolled(*verb, "--set", "epochs=3")
        assert result.exit_code == 2
        assert "epochs has no effect here" in result.stderr
        assert "Did you mean 'label_column'" in unrolled(*verb, "--set", "label_colum=3").stderr
