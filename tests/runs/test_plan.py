from pathlib import Path
from typing import Any

import pytest
from contract.tasks import ROWS, TaskRow

from unrolled.errors import DataError, SettingsError
from unrolled.runs.folds_plan import plan_folds
from unrolled.runs.plan import plan_training
from unrolled.tasks import SENTIMENT, Task
from unrolled.tasks.table import TASKS


@pytest.mark.parametrize("task", TASKS.values(), ids=TASKS)
def test_a_metric_that_there_is_not_is_refused_before_the_data_are_read(task: Task[Any, Any], tmp_path: Path) -> None:
    settings = task.defaults.replaced({"metric": "foo"})
    for plan in (plan_training, plan_folds):
        more: dict[str, Any] = {"folds": 3} if plan is plan_folds else {}
        with pytest.raises(SettingsError, match=r"metric is 'foo'.*Did you mean"):
            plan(task, train=tmp_path / "there is no such file", settings=settings, out=tmp_path / "run", **more)


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_the_figures_that_a_task_names_beforehand_are_those_of_its_metrics(row: TaskRow, tmp_path: Path) -> None:
    data = tmp_path / row.file
    data.write_text(row.content)
    settings = row.task.defaults.replaced({**row.settings, **row.read})
    _, y = row.task.codecs(row.task.read(data, settings).pairs, settings)
    names = {figure.name for metric in row.task.metrics for figure in metric.figures}
    assert {figure.name for figure in row.task.metric(y).figures} <= names


def folded(path: Path, rows: list[str], folds: int, **settings: object) -> None:
    path.write_text("text,who,label\n" + "".join(f"{row}\n" for row in rows))
    plan_folds(
        SENTIMENT, folds=folds, train=path, settings=SENTIMENT.defaults.replaced(settings), out=path.parent / "run"
    )


def test_folds_that_leave_too_little_are_refused_before_anything_is_written(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    with pytest.raises(DataError, match=r"Fold 1 of 2 holds out 1 and leaves 1 text: too few .* Give more folds"):
        folded(path, ["so good,ann,x", "so bad,bob,y"], 2)
    people = [f"so it was {i},{'ann' if i < 6 else 'bob'},{'x' if i < 6 else 'y'}" for i in range(12)]
    with pytest.raises(DataError, match=r"Fold 1 of 2 holds out (ann|bob) and leaves 1 group"):
        folded(path, people, 2, group="who")
    four = [f"so it was {i},{'abcd'[i // 3]},{'x' if i < 6 else 'y'}" for i in range(12)]
    with pytest.raises(DataError, match=r"what is left to train on has the label '[xy]' alone"):
        folded(path, four, 2, group="who", dev_fraction=0.5)
    assert not (tmp_path / "run").exists()
