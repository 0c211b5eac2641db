"""Real processes that train, and are killed, interrupted or starved of disk space; run by test_processes.py.

    python process_runs.py FOLDER

Torch is imported once, here; each run is a fork, ended by a real signal. One JSON object goes to standard output: for
each way of disturbing a run the figures of it, or "error" where the weights at the end are not, bit for bit, those of a
run that nothing disturbed.
"""

import json
import os
import random
import resource
import signal
import sys
import time
import traceback
import warnings
from collections.abc import Callable
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from tiny import TinyTagger, same_bits, tagged, weights

from unrolled.errors import RunError
from unrolled.training import Event, FitSettings, StepDone, fit, read_checkpoint

SETTINGS = FitSettings(
    epochs=4, batch_steps=24, learning_rate=0.05, schedule="cosine", averaging="ema", ema_decay=0.9, num_threads=1,
    checkpoint_seconds=0.01,
)  # fmt: skip
FULL, INTERRUPTED = 5, 130

# From Python 3.12 on. A library's idle threads are not there after the fork, nor missed: every run computes in one.
warnings.filterwarnings("ignore", r"This process .* is multi-threaded, use of fork\(\)", DeprecationWarning)


def run(folder: Path, on_event: Callable[[Event], None]) -> None:
    """Train, or go on with training, and leave the weights in `folder`."""
    model = TinyTagger()
    fit(
        model, tagged(60, 1), tagged(20, 2), SETTINGS,
        on_event=on_event, checkpoint=folder / "checkpoint.safetensors", resume=True,
    )  # fmt: skip
    save_file(weights(model), folder / "weights.safetensors")


def slowly(event: Event) -> None:
    if isinstance(event, StepDone):
        time.sleep(0.003)


def start(folder: Path, on_event: Callable[[Event], None] = slowly) -> int:
    """Start a run in a process of its own and return its number."""
    number = os.fork()
    if number:
        return number
    status = 1
    try:
        run(folder, on_event)
        status = 0
    except KeyboardInterrupt:
        status = INTERRUPTED
    except RunError as error:
        (folder / "error.txt").write_text(str(error))
        status = FULL
    finally:
        os._exit(status)
    raise AssertionError


def exit_status(number: int) -> int:
    return os.waitstatus_to_exitcode(os.waitpid(number, 0)[1])


def stamp(path: Path) -> int:
    return path.stat().st_mtime_ns if path.exists() else 0


def disturb(folder: Path, number: int, chance: random.Random, sent: signal.Signals) -> int:
    """Wait until the run has got on, then a little more, send it a signal and return its exit status."""
    before = stamp(folder / "checkpoint.safetensors")
    while stamp(folder / "checkpoint.safetensors") == before:
        done, status = os.waitpid(number, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.001)
    time.sleep(chance.uniform(0.0, 0.06))
    os.kill(number, sent)
    return exit_status(number)


def repeatedly(folder: Path, sent: signal.Signals, expected: int) -> dict[str, int]:
    """Start and disturb runs until one ends by itself."""
    chance = random.Random(0)
    disturbed = mid_epoch = 0
    while (status := disturb(folder, start(folder), chance, sent)) != 0:
        assert status == expected, status
        disturbed += 1
        mid_epoch += read_checkpoint(folder / "checkpoint.safetensors").state["batch"] > 0
        assert disturbed < 500
    return {"disturbed": disturbed, "mid_epoch": mid_epoch}


def full_disk(folder: Path) -> dict[str, int]:
    """Let a run meet a limit on file size after its tenth step; then give it space."""

    def starve(event: Event) -> None:
        slowly(event)
        if isinstance(event, StepDone) and event.step == 10:
            resource.setrlimit(resource.RLIMIT_FSIZE, (1000, resource.RLIM_INFINITY))
            sys.stdout = None  # nothing else may be what fails

    def give_back(event: Event) -> None:
        starve(event)
        if type(event).__name__ == "Stopped":
            resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))

    status = exit_status(start(folder, give_back))
    assert status == FULL, status
    assert not list(folder.glob("*.partial"))
    step = read_checkpoint(folder / "checkpoint.safetensors").state["step"]
    assert step <= 10, step
    assert exit_status(start(folder)) == 0
    return {"kept_step": step}


def main(folder: Path) -> None:
    torch.set_num_threads(1)
    TinyTagger().measure(tagged(1, 1))
    torch.optim.Adam(TinyTagger().network.parameters())  # torch imports much of itself at the first optimiser
    plain = folder / "plain"
    plain.mkdir()
    assert exit_status(start(plain)) == 0
    expected = load_file(plain / "weights.safetensors")
    ways: dict[str, Callable[[Path], dict[str, int]]] = {
        "kill": lambda folder: repeatedly(folder, signal.SIGKILL, -signal.SIGKILL),
        "interrupt": lambda folder: repeatedly(folder, signal.SIGINT, INTERRUPTED),
        "disk": full_disk,
    }
    told: dict[str, object] = {}
    for name, way in ways.items():
        disturbed = folder / name
        disturbed.mkdir()
        try:
            told[name] = way(disturbed)
            assert same_bits(expected, load_file(disturbed / "weights.safetensors")), "other weights"
        except Exception:
            told[name] = {"error": traceback.format_exc()}
    print(json.dumps(told))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
