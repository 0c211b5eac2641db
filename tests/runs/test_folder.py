import csv
import errno
import os
import signal
from pathlib import Path

import pytest
from training.tiny import TinyTagger, tagged

from unrolled.errors import RunError, SettingsError
from unrolled.runs.folder import RunDirectory
from unrolled.runs.keeper import Keeper
from unrolled.training import EpochDone, Event, FitSettings, History, StepDone, broadcast, fit

SETTINGS = FitSettings(epochs=4, batch_steps=40, learning_rate=0.05)


def train(run: RunDirectory, settings: FitSettings = SETTINGS, *, resume: bool = False, on_event=None) -> History:
    model = TinyTagger()

    def save_best(folder: Path) -> None:
        folder.mkdir(exist_ok=True)
        (folder / "model.txt").write_text(repr(model.network[1].bias.tolist()))

    record = Keeper(run, save_best)
    history = fit(
        model, tagged(40, 1), tagged(15, 2), settings,
        on_event=broadcast(record, on_event) if on_event else record, checkpoint=run.checkpoint, resume=resume,
    )  # fmt: skip
    assert (run.best / "model.txt").read_text() == repr(model.network[1].bias.tolist())
    return history


def rows(run: RunDirectory) -> list[dict[str, float]]:
    with run.metrics.open(newline="") as file:
        return [{name: float(value) for name, value in row.items()} for row in csv.DictReader(file)]


def test_a_run_leaves_its_files(tmp_path: Path):
    with RunDirectory(tmp_path / "deep" / "run") as run:
        run.write_config({"epochs": 4, "name": "Zoë"})
        history = train(run)
        assert rows(run) == [dict(row) for row in history.rows]
    assert {p.name for p in run.path.iterdir()} == {
        "best", "last", "metrics.csv", "train.log", "config.json", "curves.png", "unrolled.lock",
    }  # fmt: skip
    assert [p.name for p in (run.path / "last").iterdir()] == ["checkpoint.safetensors"]
    assert run.metrics.read_text().startswith(
        "epoch,step,train_loss,learning_rate,f1,dev_loss,seconds,steps_per_second"
    )
    assert run.config.read_text() == '{\n  "epochs": 4,\n  "name": "Zoë"\n}\n'
    assert run.curves.read_bytes().startswith(b"\x89PNG")
    log = run.log.read_text().splitlines()
    assert "The run starts" in log[0]
    assert sum("epoch " in line and "loss" in line for line in log) == 4
    assert "All 4 epochs are done." in log[-1]
    assert all(line[10] == "T" for line in log)


def test_a_resumed_run_has_the_rows_of_an_uninterrupted_one_and_drops_those_past_the_checkpoint(tmp_path: Path):
    def press(event: Event) -> None:
        if isinstance(event, StepDone) and event.epoch == 3:
            signal.raise_signal(signal.SIGINT)

    with RunDirectory(tmp_path / "plain") as plain, RunDirectory(tmp_path / "run") as run:
        train(plain)
        with pytest.raises(KeyboardInterrupt):
            train(run, on_event=press)
        assert len(rows(run)) == 2
        with run.metrics.open("a") as file:  # what a killed run wrote after its last checkpoint
            file.write("3,999,0.1,0.1,0.1,0.1,0.1,0.1\n")
    with RunDirectory(tmp_path / "run", resume=True) as run:

        def look(event: Event) -> None:
            if type(event).__name__ == "RunStarted":
                assert [row["epoch"] for row in rows(run)] == [1, 2]

        train(run, resume=True, on_event=look)
        untimed = [[{k: v for k, v in r.items() if "second" not in k} for r in rows(each)] for each in (run, plain)]
        assert untimed[0] == untimed[1]
        assert (run.best / "model.txt").read_text() == (plain.best / "model.txt").read_text()


def test_an_earlier_run_is_kept_unless_asked(tmp_path: Path):
    with RunDirectory(tmp_path / "run") as run:
        run.write_config({})
        train(run)
    before = {p: p.read_bytes() for p in run.path.rglob("*") if p.is_file()}
    with pytest.raises(RunError, match=r"holds an earlier run.*--overwrite"):
        RunDirectory(tmp_path / "run")
    assert {p: p.read_bytes() for p in run.path.rglob("*") if p.is_file()} == before


def test_overwrite_removes_what_a_run_writes_and_nothing_else(tmp_path: Path):
    with RunDirectory(tmp_path / "run") as run:
        train(run)
        run.write_config({})
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "precious").touch()
    (run.path / "notes.txt").write_text("mine")
    (run.path / "last" / "mine").touch()
    (run.path / "metrics.csv.partial").touch()
    (run.path / ".best.unrolled-old").symlink_to(elsewhere, target_is_directory=True)
    with RunDirectory(tmp_path / "run", overwrite=True):
        left = {str(p.relative_to(run.path)) for p in run.path.rglob("*")}
        assert left == {"notes.txt", "last", "last/mine", "unrolled.lock"}
    assert (elsewhere / "precious").exists()


@pytest.mark.parametrize("mode", [{}, {"overwrite": True}, {"resume": True}])
def test_a_folder_that_is_no_run_is_left_alone(tmp_path: Path, mode: dict[str, bool]):
    (tmp_path / "metrics.csv").write_text("mine")
    with pytest.raises(RunError, match="not made by a run"):
        RunDirectory(tmp_path, **mode)
    assert [p.name for p in tmp_path.iterdir()] == ["metrics.csv"]
    with pytest.raises(RunError, match="is a file"):
        RunDirectory(tmp_path / "metrics.csv", **mode)


def test_there_must_be_something_to_resume(tmp_path: Path):
    with pytest.raises(RunError, match="no run in"):
        RunDirectory(tmp_path / "none", resume=True)
    with pytest.raises(SettingsError, match="exclude each other"):
        RunDirectory(tmp_path / "none", resume=True, overwrite=True)
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize("mode", [{"overwrite": True}, {"resume": True}])
def test_two_runs_do_not_share_a_folder(tmp_path: Path, mode: dict[str, bool]):
    with RunDirectory(tmp_path / "run") as run:
        run.write_config({})
        with pytest.raises(RunError, match=f"being written by process {os.getpid()}"):
            RunDirectory(tmp_path / "run", **mode)
        assert run.config.exists()
    RunDirectory(tmp_path / "run", **mode).close()


def test_the_lock_file_of_a_dead_process_is_no_obstacle(tmp_path: Path):
    (tmp_path / "unrolled.lock").write_text("process 1\n")  # alive, but holds no lock
    RunDirectory(tmp_path).close()
    assert (tmp_path / "unrolled.lock").read_text() == f"process {os.getpid()}\n"


def test_a_run_that_was_killed_before_it_began_is_no_obstacle_and_nothing_to_resume(tmp_path: Path):
    with RunDirectory(tmp_path / "run") as run:
        run.first_model.mkdir()
        run.log.write_text("a line\n")
        (run.path / "notes.txt").write_text("mine")
    with pytest.raises(RunError, match="no run in"):
        RunDirectory(tmp_path / "run", resume=True)
    with RunDirectory(tmp_path / "run") as run:
        assert {str(p.relative_to(run.path)) for p in run.path.rglob("*")} == {"last", "notes.txt", "unrolled.lock"}
        assert (run.path / "notes.txt").read_text() == "mine"


@pytest.mark.parametrize("name", ["config.json", "last/checkpoint.safetensors", "best/model.txt"])
def test_what_is_left_of_a_run_is_not_lost_unasked(tmp_path: Path, name: str):
    with RunDirectory(tmp_path / "run") as run:
        (run.path / name).parent.mkdir(exist_ok=True)
        (run.path / name).write_text("precious")
    way_out = "--resume, or --overwrite" if name == "config.json" else r"without its config\.json\. Pass --overwrite"
    with pytest.raises(RunError, match=way_out):
        RunDirectory(tmp_path / "run")
    assert (run.path / name).read_text() == "precious"
    RunDirectory(tmp_path / "run", overwrite=True).close()
    assert not (run.path / name).exists()


def test_an_overwriting_that_fails_lets_go_of_the_lock_and_cannot_be_taken_for_a_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    with RunDirectory(tmp_path / "run") as run:
        run.write_config({})
        run.checkpoint.touch()
        run.best.mkdir()

    def fail(path: Path) -> None:
        raise OSError(errno.EACCES, os.strerror(errno.EACCES), str(path))

    monkeypatch.setattr("unrolled.runs.folder.shutil.rmtree", fail)
    with pytest.raises(RunError, match="Permission denied"):
        RunDirectory(tmp_path / "run", overwrite=True)
    monkeypatch.undo()
    assert not run.config.exists()
    RunDirectory(tmp_path / "run", overwrite=True).close()  # which a lock that is held would refuse


def test_a_model_that_cannot_be_saved_says_how_to_go_on(tmp_path: Path):
    def refuse(folder: Path) -> None:
        raise RunError(f"{folder}: the model was not written.")

    with RunDirectory(tmp_path / "run") as run, pytest.raises(RunError, match=r"not written\. Then resume.*--resume"):
        fit(TinyTagger(), tagged(40, 1), tagged(15, 2), SETTINGS, on_event=Keeper(run, refuse))


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path):
    (tmp_path / "file").touch()
    with pytest.raises(RunError, match="cannot be written"):
        RunDirectory(tmp_path / "file" / "run")


def test_a_full_disk_under_a_listener_says_how_to_go_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def full(path: Path, content: bytes) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))

    def fill(event: Event) -> None:
        if isinstance(event, EpochDone) and event.epoch == 2:
            monkeypatch.setattr("unrolled.runs.keeper.write_atomically", full)

    with RunDirectory(tmp_path / "run") as run:
        with pytest.raises(RunError, match=r"metrics\.csv could not be written: No space left.*checkpoint.*--resume"):
            train(run, on_event=fill)
        monkeypatch.undo()
        assert "No space left" in run.log.read_text().splitlines()[-1]
        train(run, resume=True)
        assert len(rows(run)) == 4
