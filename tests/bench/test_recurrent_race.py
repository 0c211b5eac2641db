"""Turns, stragglers and the comparison of answers, with contestants that only pretend to take time."""

import numpy as np
import pytest
from recurrent_race import BEHIND, MAX_ROUNDS, MIN_ROUNDS, WorkerError, compare, race

ANSWERS = {"y": np.array([1.0, -2.0]), "dx": np.array([3.0])}


class Watch:
    """A clock that contestants put forward, and the order of their turns."""

    def __init__(self) -> None:
        self.now = 0.0
        self.turns: list[str] = []


class Runner:
    def __init__(self, watch: Watch, name: str, seconds: float, fails_at: int | None = None) -> None:
        self.watch, self.name, self.seconds, self.fails_at = watch, name, seconds, fails_at

    def time(self, seconds: float) -> float:
        self.watch.turns.append(self.name)
        self.watch.now += max(seconds, self.seconds)
        if self.watch.turns.count(self.name) == self.fails_at:
            raise WorkerError("no answer")
        return self.seconds


def run(budget: float = 0.2, fails: str = "", **seconds: float):
    watch = Watch()
    runners = {name: Runner(watch, name, s, 2 if name == fails else None) for name, s in seconds.items()}
    return race("ours", runners, Runner(watch, "limit", 0.1), budget, clock=lambda: watch.now), watch


def test_contestants_take_turns_and_every_round_begins_with_another() -> None:
    times, watch = run(ours=0.01, a=0.01, b=0.012)
    turns = [name for name in watch.turns if name != "limit"]
    assert turns == ["ours", "a", "b", "a", "b", "ours", "b", "ours", "a"]
    assert len(times.limit) == MIN_ROUNDS
    assert {len(found) for found in times.rounds.values()} == {MIN_ROUNDS}


def test_a_straggler_among_the_peers_is_out_but_ours_never() -> None:
    times, _ = run(budget=1.0, ours=1.0, a=0.01, b=0.01 * BEHIND * 1.1, c=0.01 * BEHIND * 0.9)
    assert times.out_after == {"b": 1}
    assert {name: len(found) for name, found in times.rounds.items()} == {"ours": 3, "a": 3, "b": 1, "c": 3}
    assert times.median("b") == pytest.approx(0.022)


def test_the_budget_buys_rounds_up_to_a_limit() -> None:
    assert len(run(budget=1.0, ours=0.01, a=0.01)[0].rounds["ours"]) > MIN_ROUNDS
    assert len(run(budget=1e9, ours=0.01, a=0.01)[0].rounds["ours"]) == MAX_ROUNDS
    assert len(run(budget=1.0, ours=10.0, a=10.0)[0].rounds["ours"]) == MIN_ROUNDS - 1


def test_a_peer_that_fails_is_left_out_and_the_race_goes_on() -> None:
    times, _ = run(fails="a", ours=0.01, a=0.01, b=0.01)
    assert times.failed == {"a": "no answer"}
    assert "a" not in times.rounds
    assert len(times.rounds["b"]) == MIN_ROUNDS


def test_ours_may_not_fail() -> None:
    with pytest.raises(WorkerError, match="no answer"):
        run(fails="ours", ours=0.01, a=0.01)


def test_equal_answers_are_right() -> None:
    found = compare(ANSWERS, {"y": ANSWERS["y"] * (1 + 1e-6), "dx": ANSWERS["dx"]}, ["y", "dx"], may_lack=False)
    assert found.wrong == []
    assert found.left_out == []
    assert found.largest == pytest.approx(1e-6, rel=1e-3)


@pytest.mark.parametrize(
    ("theirs", "what"),
    [
        ({"y": np.array([1.0, -2.001])}, "y differs by 5.0e-04"),
        ({"y": np.array([1.0, np.nan])}, "y differs by inf"),
        ({"y": np.array([[1.0, -2.0]])}, "y has shape (1, 2), ours (2,)"),
    ],
)
def test_a_wrong_answer_is_told(theirs: dict[str, np.ndarray], what: str) -> None:
    assert compare(ANSWERS, theirs, ["y"], may_lack=False).wrong == [what]


def test_only_who_says_why_may_lack_an_answer() -> None:
    theirs = {"y": ANSWERS["y"]}
    assert compare(ANSWERS, theirs, ["y", "dx"], may_lack=False).wrong == ["dx is missing"]
    excused = compare(ANSWERS, theirs, ["y", "dx"], may_lack=True)
    assert (excused.wrong, excused.left_out) == ([], ["dx"])
    assert compare({}, {}, ["y"], may_lack=True).wrong == ["y is missing in ours"]
