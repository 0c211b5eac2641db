"""Whole training runs in real processes: killed at any moment from the very first, and yet with the very same model."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [
    pytest.mark.skipif(not hasattr(os, "fork"), reason="the runs are forks"),
    pytest.mark.timeout(300),
]


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, int]]:
    folder = tmp_path_factory.mktemp("run-processes")
    command = [sys.executable, str(Path(__file__).with_name("run_processes.py")), str(folder)]
    environment = os.environ | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=280, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize("way", ["clock", "operations"])
def test_killed_at_any_moment_the_run_ends_with_the_same_model_and_rows(told: dict[str, dict[str, int]], way: str):
    assert "error" not in told[way], told[way]["error"]
    assert told[way]["before_config"] >= 1
    assert told[way]["mid_epoch"] >= 1


def test_some_runs_were_killed_between_their_configuration_and_their_first_checkpoint(
    told: dict[str, dict[str, int]],
):
    assert sum(told[way].get("before_checkpoint", 0) for way in told) >= 1
