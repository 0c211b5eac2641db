"""Runs in real processes: killed, interrupted, out of disk space, and yet with the very same weights at the end."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="the runs are forks")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("processes")


@pytest.fixture(scope="module")
def told(folder: Path) -> dict[str, dict[str, int]]:
    command = [sys.executable, str(Path(__file__).with_name("process_runs.py")), str(folder)]
    environment = os.environ | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=250, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_killed_at_random_moments_ends_with_the_same_weights(told: dict[str, dict[str, int]]):
    assert "error" not in told["kill"], told["kill"]["error"]
    assert told["kill"]["disturbed"] >= 3
    assert told["kill"]["mid_epoch"] >= 1


def test_ctrl_c_at_random_moments_ends_with_the_same_weights(told: dict[str, dict[str, int]]):
    assert "error" not in told["interrupt"], told["interrupt"]["error"]
    assert told["interrupt"]["disturbed"] >= 3


def test_a_full_disk_keeps_the_last_checkpoint_and_says_how_to_go_on(told: dict[str, dict[str, int]], folder: Path):
    assert "error" not in told["disk"], told["disk"]["error"]
    assert told["disk"]["kept_step"] >= 1
    message = (folder / "disk" / "error.txt").read_text()
    assert str(folder / "disk" / "checkpoint.safetensors") in message
    assert "is intact" in message
    assert "--resume" in message
