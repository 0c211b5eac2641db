"""Real training runs of the task in real processes, killed at any moment and resumed; run by test_run_processes.py.

    python run_processes.py FOLDER

Torch is imported once, here; each run is a fork that ends by SIGKILL: sent from outside after a random time, or by
itself right before one of its operations on the run directory, so that every gap between two of them is met. One JSON
object goes to standard output: for each way the figures of it, or "error" where the end is not that of a run which
nothing disturbed.
"""

import csv
import json
import os
import random
import signal
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path

from unrolled.model import Model
from unrolled.runs.train import train
from unrolled.tasks import NER
from unrolled.training import read_checkpoint

SETTINGS = NER.defaults.replaced(
    {
        "hidden_size": 4, "word_size": 4, "affix_size": 2, "character_size": 4, "dropout": 0.3, "calibrate": True,
        "epochs": 3, "batch_steps": 6, "learning_rate": 0.2, "ema_decay": 0.9, "patience": None,
        "num_threads": 1, "checkpoint_seconds": 0.0,
    }
)  # fmt: skip
TRAIN = """\
Teddy B-PER
Roosevelt I-PER
spoke O
. O

The O
bears O
sat O
in O
Paris B-LOC
. O

He O
sat O
. O

Ada B-PER
Lovelace I-PER
spoke O
in O
London B-LOC
. O

London B-LOC
is O
large O
. O
"""
DEV = """\
Teddy B-PER
spoke O
in O
London B-LOC
. O

The O
bears O
spoke O
. O
"""
CHANGES = frozenset({"os.mkdir", "os.rename", "os.remove", "os.rmdir"})


def run(folder: Path, out: Path) -> None:
    """Train or resume, as a user would who has only the files to go by."""
    if (out / "config.json").exists():
        train(NER, out=out, resume=True)
    else:
        vectors = folder / "vectors.txt"
        vectors.write_text("spoke 1 0 0 0\nin 0 1 0 0\nsat 0 0 1 0\nRome 0 0 0 1\n")
        settings = SETTINGS.replaced({"vectors": str(vectors)})
        train(NER, train=folder / "train.conll", dev=folder / "dev.conll", out=out, settings=settings)


def die_before(operation: int, out: Path) -> None:
    """Let this process kill itself right before it opens or changes something of the run directory so many times."""
    left = operation

    def count(event: str, arguments: tuple[object, ...]) -> None:
        nonlocal left
        if event == "open" or event in CHANGES:
            path = arguments[0]
            if isinstance(path, str | os.PathLike) and os.fspath(path).startswith(str(out)):
                left -= 1
                if left == 0:
                    os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(count)


def start(folder: Path, out: Path, operation: int = 0) -> int:
    """Begin or resume a run in a process of its own and return its number."""
    number = os.fork()
    if number:
        return number
    status = 1
    try:
        if operation:
            die_before(operation, out)
        run(folder, out)
        status = 0
    except BaseException:
        (folder / f"{out.name}.error").write_text(traceback.format_exc())
    finally:
        os._exit(status)
    raise AssertionError


def ended(folder: Path, out: Path, number: int) -> bool:
    """Wait for a process; return whether its run was complete."""
    status = os.waitstatus_to_exitcode(os.waitpid(number, 0)[1])
    assert status in {0, -signal.SIGKILL}, (folder / f"{out.name}.error").read_text()
    (folder / "vectors.txt").unlink(missing_ok=True)  # a resumed run must not need it
    return status == 0


def place(out: Path, counts: dict[str, int]) -> None:
    """Count where in its life a run was killed."""
    counts["killed"] += 1
    if not (out / "config.json").exists():
        counts["before_config"] += 1
    elif not (out / "last" / "checkpoint.safetensors").exists():
        counts["before_checkpoint"] += 1
    else:
        counts["mid_epoch"] += read_checkpoint(out / "last" / "checkpoint.safetensors").state["batch"] > 0


def killed_by_the_clock(folder: Path, out: Path) -> dict[str, int]:
    """Kill after random times, up to a limit that grows until a run fits below it, however slow the machine is."""
    chance = random.Random(0)
    counts = dict.fromkeys(("killed", "before_config", "before_checkpoint", "mid_epoch"), 0)
    while True:
        number = start(folder, out)
        time.sleep(chance.uniform(0.0, 0.01 * 1.15 ** counts["killed"]))
        os.kill(number, signal.SIGKILL)  # where it has ended, to no effect: nobody has waited for it yet
        if ended(folder, out, number):
            return counts
        place(out, counts)
        assert counts["killed"] < 500


def killed_at_operations(folder: Path, out: Path) -> dict[str, int]:
    """Kill before the first operation, then before the second of the next process, and so on; later before any one."""
    chance = random.Random(1)
    counts = dict.fromkeys(("killed", "before_config", "before_checkpoint", "mid_epoch"), 0)
    while True:
        begun = (out / "config.json").exists()
        operation = chance.randint(1, 60) if begun else counts["killed"] + 1
        if ended(folder, out, start(folder, out, operation)):
            return counts
        place(out, counts)
        assert counts["killed"] < 500


def outcome(out: Path) -> dict[str, object]:
    """What must not depend on how often a run was killed."""
    with (out / "metrics.csv").open(newline="") as file:
        rows = [{k: v for k, v in row.items() if "second" not in k} for row in csv.DictReader(file)]
    metrics = json.loads((out / "best" / "metrics.json").read_text())
    return {
        "weights": (out / "best" / "model.safetensors").read_bytes().hex(),
        "rows": rows,
        "outside_bias": float(Model.load(out).network.output.outside_bias),
        "dev": metrics["dev"],
        "finished": metrics["finished"],
    }


def main(folder: Path) -> None:
    (folder / "train.conll").write_text(TRAIN)
    (folder / "dev.conll").write_text(DEV)
    run(folder, folder / "plain")  # in this process: its forks need not import what it has imported
    expected = outcome(folder / "plain")
    assert expected["finished"]
    assert expected["outside_bias"] != 0.0  # a run that calibrates to some effect
    ways: dict[str, Callable[[Path, Path], dict[str, int]]] = {
        "clock": killed_by_the_clock,
        "operations": killed_at_operations,
    }
    told: dict[str, object] = {}
    for name, way in ways.items():
        try:
            told[name] = way(folder, folder / name)
            found = outcome(folder / name)
            others = [key for key in expected if expected[key] != found[key]]
            assert not others, others
        except Exception:
            told[name] = {"error": traceback.format_exc()}
    print(json.dumps(told))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
