"""A run of format 1, kept with what the version that wrote it said of it: today's code says the same."""

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from unrolled.cli.app import app
from unrolled.errors import RunError
from unrolled.model import Model
from unrolled.model_files import read_model_files
from unrolled.runs.train import train
from unrolled.tasks import NER

KEPT = Path(__file__).with_name("version_1")

# Other instruction sets round other last bits; a probability is shown with six digits.
ROUNDING = 2e-6

NEW_NAMES = {"embedding.": "input.", "crf.": "output.crf."}

Says = Callable[..., str]


@pytest.fixture(name="run")
def fixture_run(tmp_path: Path) -> Path:
    """The run in a folder of its own; its config.json names its files there."""
    shutil.copytree(KEPT / "run", tmp_path / "run")
    shutil.copy(KEPT / "train.conll", tmp_path)
    config = tmp_path / "run" / "config.json"
    config.write_text(config.read_text().replace('"train.conll"', json.dumps(str(tmp_path / "train.conll"))))
    return tmp_path / "run"


@pytest.fixture(name="says")
def fixture_says(run: Path, monkeypatch: pytest.MonkeyPatch) -> Says:
    """Call a verb beside the run, whose paths are shown by their names alone."""
    monkeypatch.chdir(run.parent)

    def says(*arguments: str, sentences: str | None = None) -> str:
        result = CliRunner().invoke(app, arguments, input=sentences)
        assert result.exit_code == 0, result.output
        return result.stdout.replace(f"{run.parent}/", "")

    return says


def kept(name: str) -> str:
    return (KEPT / name).read_text()


def renamed(name: str) -> str:
    """What a parameter is called today."""
    return next((new + name.removeprefix(old) for old, new in NEW_NAMES.items() if name.startswith(old)), name)


def test_evaluate_says_the_same(says: Says) -> None:
    assert says("evaluate", "run") == kept("evaluate.txt")
    assert json.loads(says("evaluate", "run", "--json")) == json.loads(kept("evaluate.json"))


def test_check_says_the_same(says: Says) -> None:
    account, _, figures = says("check", "ner", "train.conll", "train.conll").partition("\n\n")
    assert figures == kept("check.txt")
    assert len(account.splitlines()) == 4  # two lines a file, which version 1 did not have
    found = json.loads(says("check", "ner", "train.conll", "--model", "run", "--json"))
    assert found.pop("accounts")[0] == account.splitlines()[:2]
    assert found.pop("notes") == []
    assert found == json.loads(kept("check.json"))


def test_predict_says_the_same(says: Says) -> None:
    sentences = kept("sentences.txt")
    assert says("predict", "run", sentences=sentences) == kept("predict.txt")
    lines = says("predict", "run", "--json", "--n-best", "2", sentences=sentences).splitlines()
    for found, expected in zip(map(json.loads, lines), map(json.loads, kept("predict.json").splitlines()), strict=True):
        for new in (found, *found["spans"]):
            for name in ("offsets", "start_char", "end_char"):
                new.pop(name, None)
        assert without_numbers(found) == without_numbers(expected)
        assert numbers(found) == pytest.approx(numbers(expected), abs=ROUNDING)


def test_inspect_says_the_same_but_for_the_names_of_parameters_and_the_engine(says: Says) -> None:
    # A table is as wide as its longest name.
    found, expected = says("inspect", "run"), kept("inspect.txt")
    lines = words(found)
    for name, value in (("tokenizer", "words"), ("members", "1")):  # there was no choice
        lines.remove([name, value])
    assert lines == [[renamed(word) for word in line] for line in words(expected)]
    model, before = json.loads(says("inspect", "run", "--json")), json.loads(kept("inspect.json"))
    for parameter in before["parameters"]:
        parameter["name"] = renamed(parameter["name"])
    assert model.pop("engine").partition(" ")[0] == before.pop("engine").partition(" ")[0]
    assert (model["settings"].pop("tokenizer"), model["settings"].pop("members")) == ("words", 1)
    assert model == before


def words(text: str) -> list[list[str]]:
    return [line.split() for line in re.sub(r"(?m)^engine .*$", "engine", text).splitlines()]


def test_labels_probabilities_and_the_bias_are_those_of_the_version_that_wrote_them(run: Path) -> None:
    expected: dict[str, Any] = json.loads(kept("answers.json"))
    model = Model.load(run)
    assert model.predict(expected["sentences"]) == expected["labels"]
    for rows, known in zip(model.probabilities(expected["sentences"]), expected["marginals"], strict=True):
        np.testing.assert_allclose(rows, known, atol=ROUNDING)
    assert float(model.network.output.outside_bias) == expected["outside_bias"]


def test_saved_again_it_is_of_format_2_and_answers_the_same(run: Path, tmp_path: Path) -> None:
    sentences = json.loads(kept("answers.json"))["sentences"]
    old = Model.load(run)
    assert read_model_files(run).version == 1
    old.save(tmp_path / "again", metrics={}, card="")
    files = read_model_files(tmp_path / "again")
    assert files.version == 2
    assert {name for name in files.tensor_shapes if name.startswith(tuple(NEW_NAMES))} == set()
    new = Model.load(tmp_path / "again")
    assert (new.x, new.y, new.network.settings) == (old.x, old.y, old.network.settings)
    assert new.predict(sentences) == old.predict(sentences)
    for rows, known in zip(new.probabilities(sentences), old.probabilities(sentences), strict=True):
        np.testing.assert_array_equal(rows, known)
    for name, weights in old.network.module.state_dict().items():
        assert np.array_equal(weights, new.network.module.state_dict()[name]), name


def test_its_checkpoint_is_for_the_version_that_wrote_it(run: Path) -> None:
    kept_files = ("config.json", "best/model.safetensors", "last/checkpoint.safetensors", "metrics.csv")
    before = {name: (run / name).read_bytes() for name in kept_files}
    with pytest.raises(RunError, match=r"is a checkpoint of format 1, .*Resume with the version that wrote it"):
        train(NER, out=run, resume=True)
    assert {name: (run / name).read_bytes() for name in kept_files} == before


def without_numbers(value: Any) -> Any:
    """The same with every fraction as 0.0."""
    if isinstance(value, dict):
        return {name: without_numbers(item) for name, item in value.items()}
    if isinstance(value, list):
        return list(map(without_numbers, value))
    return 0.0 if isinstance(value, float) else value


def numbers(value: Any) -> list[float]:
    """All fractions in it, in order."""
    if isinstance(value, dict):
        return numbers(list(value.values()))
    if isinstance(value, list):
        return [number for item in value for number in numbers(item)]
    return [value] if isinstance(value, float) else []
