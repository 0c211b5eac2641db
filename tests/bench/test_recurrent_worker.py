"""The worker's own process, and ours as a contestant: right against the plain equations."""

import json
from pathlib import Path

import numpy as np
import pytest
from peers import ours
from recurrent_grid import NUM_GATES, Point
from recurrent_problem import STEPS, Problem, answer_names
from recurrent_race import WorkerError, WorkerProcess, time_calls

from unrolled.textbook import CELLS, unroll


def test_a_process_answers_reports_an_error_and_goes_on(tmp_path: Path) -> None:
    point, file = Point("inference", "rnn", 1, 1, 4, "equal"), tmp_path / "answers.npz"
    process = WorkerProcess("ours", 1, {})
    try:
        with pytest.raises(WorkerError, match="KeyError"):
            process.order("open", limit=60, point=point.as_json(), name="nobody", file=str(file))
        assert (
            process.order("open", limit=60, point=point.as_json(), name=ours.NAME, file=str(file))["unanswered"] == ""
        )
        with np.load(file, allow_pickle=False) as answers:
            assert set(answers) == set(answer_names(point))
        assert process.order("time", limit=60, name=ours.NAME, seconds=0.001)["seconds"] > 0
        if Path("/proc/self/statm").exists():
            assert 1 << 24 < process.order("close", limit=60)["memory"] < 1 << 34
            process.order("open", limit=60, point=point.as_json(), name=ours.NAME, file=str(file))
        with pytest.raises(WorkerError, match="no answer within 0 s"):
            process.order("time", limit=0, name=ours.NAME, seconds=0.2)
        assert process.process is None
    finally:
        process.end()


@pytest.mark.parametrize("cell", NUM_GATES)
@pytest.mark.parametrize("task", ["training", "inference"])
def test_our_answers_are_complete_and_those_of_the_textbook(cell: str, task: str) -> None:
    problem = Problem(Point(task, cell, 2, 8, 5, "ragged"))
    answers = ours.BUILDERS[task][ours.NAME](problem).answers()
    assert sorted(answers) == sorted(answer_names(problem.point))
    start = int(problem.lengths[0])
    x = problem.x_MD[start : start + problem.lengths[1]].astype(float)
    expected = unroll(CELLS[cell], problem.weights[0], x).a
    np.testing.assert_allclose(answers["y_forwards"][start : start + len(x)], expected, atol=1e-6)


@pytest.mark.parametrize("cell", NUM_GATES)
def test_our_step_goes_on_from_the_state(cell: str) -> None:
    problem = Problem(Point("step", cell, 1, 1, 5, "equal"))
    run = ours.BUILDERS["step"][ours.NAME](problem)
    first = run.answers()
    state = (problem.a_H, problem.c_H)[: 2 if cell == "lstm" else 1]
    x = np.repeat(problem.x_MD, STEPS, axis=0)
    expected = unroll(CELLS[cell], problem.weights[0], x, state).a
    np.testing.assert_allclose(first["a"], expected[-1], atol=1e-6)
    run.call()
    np.testing.assert_array_equal(run.answers()["a"], first["a"])


def test_calls_are_timed_one_by_one() -> None:
    calls: list[int] = []
    assert 0 < time_calls(lambda: calls.append(1), 0.005) < 0.005
    assert len(calls) > 100
    assert json.dumps(time_calls(lambda: None, 0.001))
