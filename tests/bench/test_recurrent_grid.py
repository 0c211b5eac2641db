"""The points of the recurrent benchmark, and the arrays that all contestants compute on."""

import numpy as np
import pytest
from recurrent_grid import Point, grid, ragged_lengths
from recurrent_problem import Problem, answer_names, reorder_gates


def test_the_grid_is_the_whole_product_and_holds_no_point_twice() -> None:
    points = grid()
    assert len(points) == len(set(points)) == 2 * 3 * 2 * 4 * 5 * 2 + 3 * 5
    assert {point.T for point in points if point.task != "step"} == {50, 64, 66, 85, 100}


def test_a_part_of_the_grid_is_what_was_asked_for() -> None:
    points = grid(("step", "training"), ("gru",), (2,), (8,), (64,), ("ragged",), (128,))
    assert set(points) == {Point("step", "gru", 1, 1, 128, "equal"), Point("training", "gru", 2, 8, 64, "ragged")}


@pytest.mark.parametrize("N", [8, 32, 128])
def test_ragged_lengths_are_mixed_and_not_sorted(N: int) -> None:
    lengths = ragged_lengths(N)
    assert len(lengths) == N
    assert max(lengths) <= 100
    assert min(lengths) >= 10
    assert np.median(lengths) == pytest.approx(36, abs=1)
    assert lengths not in (sorted(lengths), sorted(lengths, reverse=True))
    assert sorted(lengths) == sorted(ragged_lengths(N))


def test_useful_work_counts_rows_directions_and_the_backward_pass() -> None:
    inference = Point("inference", "lstm", 1, 8, 64, "equal")
    assert inference.flops == 2 * (8 * 64) * (4 * 64) * (64 + 64)
    assert Point("training", "lstm", 2, 8, 64, "equal").flops == 6 * inference.flops
    ragged = Point("inference", "lstm", 1, 8, 64, "ragged")
    assert ragged.flops / inference.flops == sum(ragged.lengths_N) / (8 * 64)


def test_a_problem_is_the_same_in_every_process_and_padding_comes_and_goes() -> None:
    point = Point("training", "gru", 2, 8, 3, "ragged")
    problem, again = Problem(point), Problem(point)
    np.testing.assert_array_equal(problem.x_MD, again.x_MD)
    np.testing.assert_array_equal(problem.weights[1]["ban"], again.weights[1]["ban"])
    padded = problem.padded(problem.x_MD)
    assert padded.shape == (point.T, 8, 3)
    np.testing.assert_array_equal(problem.rows(padded), problem.x_MD)
    np.testing.assert_array_equal(problem.mask().sum(axis=0), problem.sorted_lengths)
    longest = int(np.argmax(problem.lengths))
    start = int(problem.lengths[:longest].sum())
    np.testing.assert_array_equal(padded[: problem.lengths[longest], 0], problem.x_MD[start:][: padded.shape[0]])


def test_all_outputs_and_gradients_are_compared() -> None:
    assert answer_names(Point("inference", "rnn", 1, 1, 2, "equal")) == ["y_forwards"]
    assert len(answer_names(Point("training", "gru", 2, 1, 2, "equal"))) == 2 + 1 + 2 * 4
    assert answer_names(Point("step", "lstm", 1, 1, 2, "equal")) == ["a", "c"]


def test_gates_change_places() -> None:
    blocks = np.repeat([0.0, 1.0, 2.0], 2)
    assert reorder_gates(blocks, (1, 0, 2)).tolist() == [1, 1, 0, 0, 2, 2]
