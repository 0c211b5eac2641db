import os
from pathlib import Path

import pytest

from unrolled.errors import RunError
from unrolled.runs.paths import free_run, newest_run


def make_run(path: Path, time: int) -> None:
    path.mkdir(parents=True)
    (path / "config.json").write_text("{}")
    os.utime(path / "config.json", (time, time))


def test_the_first_free_folder_is_taken(tmp_path: Path) -> None:
    assert free_run("ner", tmp_path) == tmp_path / "ner"
    make_run(tmp_path / "ner", 1)
    assert free_run("ner", tmp_path) == tmp_path / "ner-2"
    make_run(tmp_path / "ner-2", 1)
    (tmp_path / "ner-3").mkdir()
    assert free_run("ner", tmp_path) == tmp_path / "ner-3"


def test_the_newest_run_is_the_one_written_last(tmp_path: Path) -> None:
    make_run(tmp_path / "ner", 30)
    make_run(tmp_path / "ner-2", 20)
    make_run(tmp_path / "ner-best", 90)
    assert newest_run("ner", tmp_path) == tmp_path / "ner"


def test_without_a_run_there_is_none_to_resume(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="--out"):
        newest_run("ner", tmp_path)
