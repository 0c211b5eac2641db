import dataclasses

import pytest

from unrolled.data import Problem
from unrolled.errors import DataError, UnrolledError


@pytest.mark.parametrize(
    ("problem", "expected"),
    [
        (Problem("a.conll", 3, "1 column", "Give 2"), "a.conll:3: 1 column. Give 2."),
        (Problem("a.conll", None, "nothing in it", "Give a file."), "a.conll: nothing in it. Give a file."),
        (Problem("a.conll", 1, "what is this?", ""), "a.conll:1: what is this?"),
    ],
)
def test_problem_reads_as_path_line_found_way_out(problem: Problem, expected: str) -> None:
    assert str(problem) == expected


def test_error_carries_the_problem() -> None:
    problem = Problem("a.conll", 3, "1 column", "Give 2")
    error = problem.error()
    assert type(error) is DataError
    assert isinstance(error, UnrolledError)
    assert isinstance(error, ValueError)
    assert str(error) == str(problem)


def test_problem_is_frozen_and_comparable() -> None:
    problem = Problem("a.conll", 3, "1 column", "Give 2")
    assert problem == Problem("a.conll", 3, "1 column", "Give 2")
    with pytest.raises(dataclasses.FrozenInstanceError):
        problem.line = 4  # type: ignore[misc]
