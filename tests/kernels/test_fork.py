"""A forked process answers, whatever its parent has done before, and says once that it works on one thread."""

import json
import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest
import torch

from unrolled.data import Ragged
from unrolled.kernels import forked, log_partition
from unrolled.layers import Recurrent

CASES = (
    "loaded", "used", "trained", "more_threads", "nested", "one_thread", "other_thread_forks", "beside_training",
    "pool", "loaders", "model", "pool_that_does_not_end",
)  # fmt: skip

Told = dict[str, str | None]


@pytest.fixture(scope="module", params=["native", "torch"])
def told(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Told:
    command = [sys.executable, str(Path(__file__).with_name("fork_processes.py"))]
    # Threads that spin while they wait would take the processors from those they wait for.
    environment = os.environ | {"UNROLLED_ENGINE": request.param, "OMP_WAIT_POLICY": "passive"}
    for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS"):
        environment.pop(name, None)
    # Files, no pipes: who reads a pipe waits for every child that hangs.
    out, err = (tmp_path_factory.mktemp("fork") / name for name in ("out", "err"))
    with out.open("w") as out_file, err.open("w") as err_file:
        process = subprocess.Popen(command, env=environment, stdout=out_file, stderr=err_file, start_new_session=True)
        try:
            assert process.wait(timeout=280) == 0, err.read_text()
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
    return json.loads(out.read_text())


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
@pytest.mark.parametrize("case", CASES)
def test_a_forked_process_answers(told: Told, case: str) -> None:
    assert case in told, f"not run: {told}"
    assert told[case] is None, told[case]


@pytest.fixture
def process(monkeypatch: pytest.MonkeyPatch) -> forked._Process:
    """This process, as if it had been forked from one with three threads."""
    process = forked._Process(threads_before=3)
    monkeypatch.setattr(forked, "_process", process)
    monkeypatch.setattr(torch, "get_num_threads", lambda: 1)
    return process


x = Ragged.from_list([torch.ones(3, 2)])


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("what", ["recurrence", "chain"])
@pytest.mark.usefixtures("process")
def test_the_first_use_of_either_engine_says_it(dtype: torch.dtype, what: str) -> None:
    layer, given = Recurrent("gru", 2, 3).to(dtype), x.with_rows(x.rows.to(dtype))
    zeros = torch.zeros(2, 2, dtype=dtype)

    def use() -> None:
        _ = layer(given) if what == "recurrence" else log_partition(given, zeros, zeros[0], zeros[0])

    with pytest.warns(RuntimeWarning, match="forked from one with 3 threads and works on one") as said:
        use()
    assert len(said) == 1
    use()  # a second warning would be an error


def test_a_graph_says_it_when_it_runs_not_when_it_is_traced(process: forked._Process) -> None:
    layer = Recurrent("gru", 2, 3)

    def last(rows: torch.Tensor, lengths: torch.Tensor) -> torch.Tensor:
        return layer(Ragged(rows, lengths))[0].rows

    torch._dynamo.reset()
    compiled = torch.compile(last, backend="aot_eager", fullgraph=True)
    with pytest.warns(RuntimeWarning, match="forked"):
        found = compiled(x.rows, x.lengths)
    assert torch.equal(found, last(x.rows, x.lengths))
    assert process.threads_before == 0
    torch._dynamo.reset()


def test_a_process_that_is_not_forked_says_nothing(process: forked._Process) -> None:
    process.threads_before = 0
    forked.tell()
    assert forked.num_threads() == 1


def test_a_process_that_was_given_threads_says_nothing(
    process: forked._Process, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch, "get_num_threads", lambda: 2)
    assert forked.num_threads() == 2
    assert process.threads_before == 0


def test_a_process_that_has_lost_its_pool_has_one_thread(
    process: forked._Process, monkeypatch: pytest.MonkeyPatch
) -> None:
    process.lost = True
    monkeypatch.setattr(torch, "get_num_threads", lambda: 2)
    with pytest.warns(RuntimeWarning, match="leave it at one"):
        assert forked.num_threads() == 1
