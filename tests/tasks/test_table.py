from dataclasses import replace
from pathlib import Path

import pytest

from unrolled.errors import ModelFileError, SettingsError
from unrolled.runs.evaluate import evaluate
from unrolled.runs.inspect import describe
from unrolled.runs.train import TrainingResult
from unrolled.tasks.table import TASKS, find_task


def test_each_task_is_found_by_its_own_name() -> None:
    for name, task in TASKS.items():
        assert task.name == name
        assert find_task(name) is task


def test_an_unknown_task_names_the_nearest() -> None:
    with pytest.raises(SettingsError, match=r"no task 'nre'\. Did you mean 'ner'"):
        find_task("nre")


@pytest.mark.parametrize("use", [evaluate, describe])
def test_a_model_of_a_task_that_is_not_here_is_no_misspelling(use, result: TrainingResult, tmp_path: Path) -> None:
    replace(result.model, task="chunking").save(tmp_path / "model", metrics={}, card="")
    with pytest.raises(ModelFileError, match="made for the task 'chunking', which this version of unrolled lacks"):
        use(tmp_path / "model")
