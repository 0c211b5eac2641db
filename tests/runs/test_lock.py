"""The lock on a run's folder, and processes that are forked while it is held."""

import os
from pathlib import Path

import pytest

from unrolled.errors import RunError
from unrolled.runs.lock import FolderLock

pytestmark = [
    pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
]


def test_a_process_forked_meanwhile_does_not_hold_the_lock_any_longer(tmp_path: Path) -> None:
    lock = FolderLock(tmp_path / "lock")
    receive, send = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(send)
        os.read(receive, 1)  # until the parent closes its end
        os._exit(0)
    try:
        lock.release()
        FolderLock(tmp_path / "lock").release()
    finally:
        os.close(send)
        os.close(receive)
        os.waitpid(child, 0)


def test_a_forked_process_does_not_let_go_of_its_parents_lock(tmp_path: Path) -> None:
    lock = FolderLock(tmp_path / "lock")
    child = os.fork()
    if child == 0:
        lock.release()
        os._exit(0)
    os.waitpid(child, 0)
    with pytest.raises(RunError, match="is being written by process"):
        FolderLock(tmp_path / "lock")
    lock.release()
