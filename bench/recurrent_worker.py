"""One contestant's library in a process of its own: takes orders, a JSON object a line, and answers each with one.

A process answers only when its threads have fallen asleep, so that they take nothing from the next.
"""

import gc
import importlib
import json
import os
import signal
import statistics
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
from recurrent_grid import Point
from recurrent_problem import Problem, Run

MEASUREMENT = 0.002  # seconds that one reading of the clock covers, at least
MAX_MEASUREMENTS = 200
LONG_CALL = 0.4  # a call of more seconds needs no other to warm up
SLEEP, SLEEPS = 0.004, 250


class Worker:
    def __init__(self, module: str) -> None:
        self.module = importlib.import_module(f"peers.{module}")
        self.runs: dict[str, Run] = {}

    def open(self, point: dict[str, Any], name: str, file: str) -> dict[str, Any]:
        """Make the contestant ready; its answers go to the file. The first call is not timed: it may compile."""
        start = time.perf_counter()
        run = self.module.BUILDERS[point["task"]][name](Problem(Point(**point)))
        answers = run.answers()
        seconds = time.perf_counter() - start
        np.savez(file, allow_pickle=False, **answers)
        self.runs[name] = run
        fall_asleep()
        return {"unanswered": run.unanswered, "seconds": seconds}

    def time(self, name: str, seconds: float) -> dict[str, Any]:
        """Seconds a call, the median over `seconds` of calling; one call before them is not counted."""
        found = time_calls(self.runs[name].call, seconds)
        fall_asleep()
        return {"seconds": found}

    def close(self) -> dict[str, Any]:
        """Let go of all contestants; the bytes that the process keeps all the same."""
        self.runs.clear()
        gc.collect()
        return {"memory": resident()}

    def profile(self, name: str) -> dict[str, Any]:
        """Where the time of a call goes: seconds by operation, the largest first."""
        return {"operations": self.module.profile(self.runs[name].call)}

    def bandwidths(self) -> dict[str, Any]:
        return self.module.bandwidths()


def time_calls(call, seconds: float) -> float:
    """Median seconds a call, over at least one; of a call beyond LONG_CALL the first counts."""
    gc.disable()
    try:
        estimate = once(call, 1)
        if estimate > LONG_CALL:
            return estimate
        repeats = max(1, round(MEASUREMENT / max(estimate, 1e-7)))
        found: list[float] = []
        end = time.perf_counter() + seconds
        while not found or (time.perf_counter() < end and len(found) < MAX_MEASUREMENTS):
            found.append(once(call, repeats))
        return statistics.median(found)
    finally:
        gc.enable()


def fall_asleep() -> None:
    """Wait until this process uses no processor: idle threads of some libraries spin for up to a tenth of a second."""
    for _ in range(SLEEPS):
        used = time.process_time()
        time.sleep(SLEEP)
        if time.process_time() - used < SLEEP / 10:
            return


def resident() -> int:
    """Bytes of memory that this process has now; 0 where the system does not tell."""
    pages = Path("/proc/self/statm")
    return int(pages.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") if pages.exists() else 0


def once(call, repeats: int) -> float:
    start = time.perf_counter()
    for _ in range(repeats):
        call()
    return (time.perf_counter() - start) / repeats


def main() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which ends this process
    # What a library prints shall not come between the answers.
    replies = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    worker = Worker(sys.argv[1])
    for line in sys.stdin:
        order = json.loads(line)
        try:
            reply = getattr(worker, order.pop("do"))(**order)
        except Exception as error:
            reply = {"error": f"{type(error).__name__}: {str(error)[:500]}"}
        print(json.dumps(reply), file=replies, flush=True)


if __name__ == "__main__":
    main()
