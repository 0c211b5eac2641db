"""One training run, killed again and again by SIGKILL and resumed; run by test_tasks.py.

    python killed_runs.py '{"task": "ner", "data": FILE, "out": FOLDER, "settings": {...}}'

Torch is imported once, here; each attempt is a fork, which kills itself at a step that chance says.
"""

import json
import os
import random
import signal
import sys
import traceback
from pathlib import Path
from typing import Any

from unrolled.runs.train import train
from unrolled.tasks import find_task
from unrolled.training import Event, StepDone


def attempt(given: dict[str, Any], left: int) -> None:
    """Train or resume; die right after so many steps."""
    task, out, data = find_task(given["task"]), Path(given["out"]), Path(given["data"])
    steps = 0

    def die(event: Event) -> None:
        nonlocal steps
        steps += isinstance(event, StepDone)
        if steps == left:
            os.kill(os.getpid(), signal.SIGKILL)

    if (out / "config.json").exists():
        train(task, out=out, resume=True, on_event=die)
    else:
        train(task, train=data, dev=data, out=out, settings=task.defaults.replaced(given["settings"]), on_event=die)


def main(given: dict[str, Any]) -> None:
    chance, killed = random.Random(0), 0
    while True:
        left = chance.randint(1, 4)
        number = os.fork()
        if not number:
            status = 1
            try:
                attempt(given, left)
                status = 0
            except BaseException:
                traceback.print_exc()
            finally:
                os._exit(status)
        status = os.waitstatus_to_exitcode(os.waitpid(number, 0)[1])
        if status == 0:
            print(json.dumps({"killed": killed}))
            return
        assert status == -signal.SIGKILL
        killed += 1
        assert killed < 100


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
