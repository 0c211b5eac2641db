import pytest

from unrolled.errors import SettingsError
from unrolled.tasks.table import TASKS, find_task


def test_each_task_is_found_by_its_own_name() -> None:
    for name, task in TASKS.items():
        assert task.name == name
        assert find_task(name) is task


def test_an_unknown_task_names_the_nearest() -> None:
    with pytest.raises(SettingsError, match=r"no task 'nre'\. Did you mean 'ner'"):
        find_task("nre")
