"""Rows of the recurrent benchmark: measured with processes that only pretend, kept, gone on with, and judged."""

import json
import sys
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest
import recurrent
from record import read_rows, write_rows
from recurrent_grid import Point, grid
from recurrent_libraries import BFLOAT16, LIBRARIES, LIMIT, OURS, PEERS, PRODUCT_FLOPS, WORDS
from recurrent_problem import Problem, answer_names
from recurrent_race import Field, WorkerError
from recurrent_report import (
    AIMS,
    best_peer,
    bfloat16_ratio,
    is_finished,
    key_of,
    missed,
    ratio,
    report,
    share,
    step_ratio,
    unsteady,
    words_ratio,
    write_picture,
)

TRAINING = Point("training", "lstm", 1, 8, 64, "ragged")
STEP = Point("step", "gru", 1, 1, 128, "equal")
SECONDS = {
    OURS: 0.001,
    WORDS: 0.0005,
    BFLOAT16: 0.0008,
    LIMIT: 0.1,
    "torch padded": 0.0015,
    "torch packed": 0.005,
    "jax": 0.002,
}


class FakeProcess:
    """Answers as a worker would: the right numbers, unless its module is in `wrong` or its contestant in `failing`."""

    wrong: tuple[str, ...] = ()
    failing: tuple[str, ...] = ()
    rounding = 0.0
    memory: ClassVar[dict[str, int]] = {}
    opened: list[tuple[str, str]]
    ended = 0

    def __init__(self, module: str, threads: int, environment: dict[str, str]) -> None:
        self.module = module

    def order(self, do: str, *, limit: float, **arguments: Any) -> dict[str, Any]:
        return getattr(self, do)(**arguments)

    def open(self, point: dict[str, Any], name: str, file: str) -> dict[str, Any]:
        FakeProcess.opened.append((Point(**point).name, name))
        if name in self.failing:
            raise WorkerError("no memory")
        problem = Problem(Point(**point))
        answers = dict.fromkeys(answer_names(problem.point), problem.x_MD * 0.5)
        if self.module in self.wrong:
            answers["y_forwards"] = answers["y_forwards"] + 1.0
        if name == BFLOAT16:
            answers = {key: answer * (1 + self.rounding) for key, answer in answers.items()}
        np.savez(file, allow_pickle=False, **answers)
        return {"unanswered": "", "seconds": 0.1}

    def time(self, name: str, seconds: float) -> dict[str, Any]:
        return {"seconds": SECONDS.get(name, 0.004)}

    def profile(self, name: str) -> dict[str, Any]:
        return {"operations": [["aten::mm", 0.0004]]}

    def bandwidths(self) -> dict[str, float]:
        return {"memory": 2e10, "cache": 6e10}

    def close(self) -> dict[str, Any]:
        return {"memory": self.memory.get(self.module, 0)}

    def end(self) -> None:
        FakeProcess.ended += 1


@pytest.fixture
def fakes(monkeypatch: pytest.MonkeyPatch) -> type[FakeProcess]:
    for name, value in (("wrong", ()), ("failing", ()), ("opened", []), ("ended", 0)):
        monkeypatch.setattr(FakeProcess, name, value, raising=False)
    monkeypatch.setattr(recurrent, "Field", lambda peers, threads: Field(peers, threads, FakeProcess))
    return FakeProcess


def measure(point: Point, peers: list[str] = PEERS) -> dict[str, Any]:
    with Field(peers, 2, FakeProcess) as field:
        row = field.measure(point, 0.0)
    return json.loads(json.dumps(row | {"machine": "a machine"}))


def command(monkeypatch: pytest.MonkeyPatch, folder: Path, *more: str) -> int:
    options = [
        "--date",
        "today",
        "--results",
        str(folder),
        "--budget",
        "0",
        "-H",
        "64",
        "-N",
        "8",
        "--tasks",
        "training",
    ]
    monkeypatch.setattr(sys, "argv", ["recurrent.py", *options, "--directions", "1", *more])
    return recurrent.main()


def test_a_row_holds_times_ratio_share_and_the_comparison(fakes: type[FakeProcess]) -> None:
    row = measure(TRAINING)
    assert best_peer(row) == "torch padded"
    assert ratio(row) == pytest.approx(1.5)
    keras = ["keras, jax", "keras, tensorflow", "keras, tensorflow XLA"]
    assert row["out_after"] == dict.fromkeys(["torch packed", *keras], 1)
    assert row["product"] == PRODUCT_FLOPS / 0.1
    assert share(row) == pytest.approx(TRAINING.flops / 0.001 / (PRODUCT_FLOPS / 0.1))
    assert row["differences"] == dict.fromkeys(["torch packed", "torch padded", "jax", *keras], 0.0)
    assert fakes.ended == len(LIBRARIES) + 1


def test_ours_is_profiled_where_a_figure_is_missed(fakes: type[FakeProcess], monkeypatch: pytest.MonkeyPatch) -> None:
    with Field(["torch"], 2, FakeProcess) as field:
        assert "profile" not in field.measure(TRAINING, 0.0, lambda row: bool(missed(row)))
        monkeypatch.setitem(SECONDS, OURS, 0.0015)
        assert field.measure(TRAINING, 0.0, lambda row: bool(missed(row)))["profile"] == [["aten::mm", 0.0004]]


def test_a_process_that_keeps_much_memory_is_ended_between_points(
    fakes: type[FakeProcess], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fakes, "memory", {"keras_tensorflow": 1 << 33, "ours": 1 << 30})
    with Field(PEERS, 2, FakeProcess) as field:
        field.measure(TRAINING, 0.0)
        assert fakes.ended == 1
        assert "keras, tensorflow" in field.measure(STEP, 0.0)["seconds"]


def test_a_wrong_peer_is_no_peer_and_the_run_fails(
    fakes: type[FakeProcess], monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fakes.wrong = ("torch_layers",)
    row = measure(TRAINING)
    assert sorted(row["wrong"]) == ["torch packed", "torch padded"]
    assert best_peer(row) == "jax"
    assert command(monkeypatch, tmp_path, "--peers", "torch", "jax", "--cells", "rnn", "--lengths", "equal") == 1
    assert "answers differ" in capsys.readouterr().err
    assert "**wrong**, training rnn, uni, N=8, H=64, equal, torch padded: y_forwards differs" in page(tmp_path)


def test_a_peer_that_fails_is_named_and_ours_ends_the_run(fakes: type[FakeProcess]) -> None:
    fakes.failing = ("jax",)
    assert measure(TRAINING)["failed"] == {"jax": "no memory"}
    fakes.failing = (OURS,)
    with pytest.raises(WorkerError, match="no memory"):
        measure(TRAINING)


def page(folder: Path) -> str:
    return (folder / "recurrent_today.md").read_text(encoding="utf-8")


def test_finished_points_are_not_measured_again(
    fakes: type[FakeProcess], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert command(monkeypatch, tmp_path, "--peers", "torch", "--cells", "rnn") == 0
    first = len(fakes.opened)
    assert command(monkeypatch, tmp_path, "--peers", "torch") == 0
    assert all("rnn" not in point for point, _ in fakes.opened[first:])
    assert len(read_rows(tmp_path / "recurrent_today.jsonl", key_of)) == 3 * 2
    second = len(fakes.opened)
    assert command(monkeypatch, tmp_path, "--peers", "torch", "--cells", "rnn", "--fresh") == 0
    assert len(fakes.opened) == second + first
    # Another peer can only be compared in a row of its own.
    assert command(monkeypatch, tmp_path, "--peers", "torch", "jax", "--cells", "rnn") == 0
    assert (f"{Point('training', 'rnn', 1, 8, 64, 'ragged').name}", OURS) in fakes.opened[second + first :]
    assert (tmp_path / "recurrent_today.png").stat().st_size > 0


@pytest.mark.parametrize("name", [OURS, "torch padded", "torch packed"])
def test_points_of_a_disturbed_machine_are_repeated_whoever_gained(
    fakes: type[FakeProcess], monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str
) -> None:
    assert command(monkeypatch, tmp_path, "--cells", "rnn", "lstm") == 0
    log = tmp_path / "recurrent_today.jsonl"
    rows = read_rows(log, key_of)
    disturbed = rows[TRAINING, 2]
    disturbed["rounds"][name].append(2.1 * min(disturbed["rounds"][name]))
    write_rows(log, rows)
    first = len(fakes.opened)
    assert command(monkeypatch, tmp_path, "--cells", "rnn", "lstm", "--unsteady") == 0
    repeated = {point for point, _ in fakes.opened[first:]}
    assert repeated == (set() if name == "torch packed" else {TRAINING.name})  # that one is far behind


def test_points_where_products_were_slow_are_repeated(
    fakes: type[FakeProcess], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    first = ("--cells", "rnn", "lstm", "--unsteady")
    assert command(monkeypatch, tmp_path, *first) == 0  # nothing is there yet
    log = tmp_path / "recurrent_today.jsonl"
    rows = read_rows(log, key_of)
    assert unsteady(list(rows.values())) == set()
    rows[TRAINING, 2]["product"] *= 0.5
    assert unsteady(list(rows.values())) == {TRAINING}


def test_ctrl_c_keeps_the_finished_rows(
    fakes: type[FakeProcess], monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(fakes, "close", interrupt_at(fakes, "training lstm"), raising=True)
    assert command(monkeypatch, tmp_path, "--peers", "torch", "--lengths", "equal") == 1
    assert {key[0].cell for key in read_rows(tmp_path / "recurrent_today.jsonl", key_of)} == {"rnn", "gru"}
    assert "--date today goes on" in capsys.readouterr().err
    assert "2 of the" in page(tmp_path)


def interrupt_at(fakes: type[FakeProcess], start: str):
    def close(self: FakeProcess) -> dict[str, Any]:
        if fakes.opened[-1][0].startswith(start):
            raise KeyboardInterrupt
        return {"memory": 0}

    return close


def test_a_row_that_was_cut_off_is_measured_again(fakes: type[FakeProcess], tmp_path: Path) -> None:
    log = tmp_path / "rows.jsonl"
    row = measure(TRAINING)
    write_rows(log, {key_of(row): row})
    log.write_text(log.read_text(encoding="utf-8") + '{"point": {"task', encoding="utf-8")
    rows = read_rows(log, key_of)
    assert rows == {(TRAINING, 2): row}
    assert is_finished(rows, TRAINING, 2, [OURS, "torch"])
    assert not is_finished(rows, TRAINING, 1, [OURS, "torch"])
    assert not is_finished(rows, STEP, 2, [OURS])


def test_the_step_is_judged_against_the_slower_to_beat(fakes: type[FakeProcess]) -> None:
    row = measure(STEP)
    assert step_ratio(row) == pytest.approx(4.0)
    assert words_ratio(row) == pytest.approx(8.0)  # another way of ours, no peer
    assert bfloat16_ratio(row) == pytest.approx(5.0)
    assert ratio(row) == pytest.approx(2.0)  # jax, which the aim does not name
    assert missed(row) == []
    row["seconds"]["onnxruntime"] = 0.0019
    assert [aim.title for aim in missed(row)] == [AIMS[-3].title]
    assert step_ratio(measure(STEP, ["torch"])) is None


@pytest.mark.parametrize(("rounding", "right"), [(4e-3, True), (3e-2, False)])
def test_rounded_weights_have_a_tolerance_of_their_own(
    fakes: type[FakeProcess], monkeypatch: pytest.MonkeyPatch, rounding: float, right: bool
) -> None:
    monkeypatch.setattr(fakes, "rounding", rounding)
    row = measure(STEP)
    assert row["differences"][BFLOAT16] == pytest.approx(rounding, rel=1e-3)
    assert list(row["wrong"]) == ([] if right else [BFLOAT16])


def test_the_report_says_reached_only_of_the_whole_grid(fakes: type[FakeProcess]) -> None:
    lines = report([measure(TRAINING)], "recurrent_today", "c").splitlines()
    (line,) = [line for line in lines if line.startswith("| training, ragged: smallest")]
    assert line.endswith("| ≥ 1.20 | 1.50 | training lstm, uni, N=8, H=64, ragged | 1 of 120 | so far |")
    (mean,) = [line for line in lines if line.startswith("| training, ragged: geometric")]
    assert mean.endswith("| 1 of 120 | not so far |")
    ragged = [point for point in grid(("training",)) if point.lengths == "ragged"]
    row = measure(TRAINING)
    everything = [row | {"point": point.as_json()} for point in ragged]
    (line,) = [
        line
        for line in report(everything, "recurrent_today", "c").splitlines()
        if line.startswith("| training, ragged: smallest")
    ]
    assert line.endswith("| 120 of 120 | yes |")


def test_the_report_says_where_the_time_goes_where_a_figure_is_missed(fakes: type[FakeProcess]) -> None:
    slow = measure(TRAINING)
    slow["seconds"][OURS] = 0.0015
    slow["profile"] = [["aten::mm", 0.0004]]
    text = report([slow], "recurrent_today", "c")
    assert "training lstm, uni, N=8, H=64, ragged: 1.00; ours 1.500 ms; torch padded 1.500 ms. Profile" in text
    assert "aten::mm 0.4" in text
    assert "| lstm | uni | ragged | 8 | 64 | 1.50 | torch padded | **1.00** |" in text


def test_pictures_are_drawn_of_any_part_of_the_grid(fakes: type[FakeProcess], tmp_path: Path) -> None:
    for number, rows in enumerate(([measure(STEP)], [measure(TRAINING), measure(STEP)])):
        write_picture(rows, tmp_path / f"{number}.png")
    assert len(list(tmp_path.glob("*.png"))) == 2
