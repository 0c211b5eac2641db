"""One point of the recurrent benchmark: a process a library, every contestant opened, compared with ours and raced.

Run as a program this is the process of one library: it takes orders, a JSON object a line, and answers each with one;
it answers only when its threads have fallen asleep, so that they take nothing from the next.
"""

import gc
import importlib
import json
import os
import select
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from record import Row, environment
from recurrent_grid import Point
from recurrent_libraries import BFLOAT16, LIBRARIES, LIMIT, MACHINE, OURS, PRODUCT_FLOPS
from recurrent_problem import Problem, Run, answer_names

SLOT = 0.05  # seconds of calling in a turn, at least one call
MAX_ROUNDS, MIN_ROUNDS = 15, 3
LONG, LONG_ROUNDS = 4, 2  # where that many budgets are spent already, so few rounds must do
LIMIT_ROUNDS = 3
BEHIND = 2.0  # this many times slower than the best peer is out: it can no longer be the best
TOLERANCE = 1e-4
"""Of the largest value of an answer. float32 rounds to 6e-8; sums over thousands of rows and a hundred steps, added up
in another order, have been seen to differ by some 1e-6; a wrong gate or a step too few differs by more than 1e-2."""
ROUNDED_WEIGHTS = 2e-2
"""The same where a contestant rounds its weights to bfloat16, each by up to 2e-3 of itself."""
OPEN_LIMIT, TIME_LIMIT = 600.0, 300.0  # seconds for compiling and answering, and for one turn
MOST_IDLE = 3 << 30
"""Bytes that a process may keep between points. TensorFlow keeps what its largest one took, until none is left for the
others; a process with more is started anew at the next point."""
MEASUREMENT = 0.002  # seconds that one reading of the clock covers, at least
MAX_MEASUREMENTS = 200
LONG_CALL = 0.4  # a call of more seconds needs no other to warm up
SLEEP, SLEEPS = 0.004, 250


class WorkerError(Exception):
    """A contestant could not do what was asked; its own words."""


class Contestant(Protocol):
    def time(self, seconds: float) -> float:
        """Seconds a call, over about `seconds` of calling; raises WorkerError."""
        ...


@dataclass(slots=True)
class Times:
    """What a race found: seconds a call of each round, by contestant."""

    rounds: dict[str, list[float]] = field(default_factory=dict)
    out_after: dict[str, int] = field(default_factory=dict)  # rounds after which a peer was far behind
    failed: dict[str, str] = field(default_factory=dict)
    limit: list[float] = field(default_factory=list)  # of the matrix product

    def median(self, name: str) -> float:
        return statistics.median(self.rounds[name])


def race(
    ours: str,
    contestants: Mapping[str, Contestant],
    limit: Contestant,
    budget: float,
    *,
    clock: Callable[[], float] = time.perf_counter,
) -> Times:
    """Rounds until about `budget` seconds are spent; every round begins with another contestant.

    `limit`, the matrix product, is timed in the first rounds. A peer that fails is left out; ours may not fail.
    """
    times = Times({name: [] for name in contestants})
    running = list(contestants)
    start = clock()
    for number in range(MAX_ROUNDS):
        first = number % len(running)
        for name in running[first:] + running[:first]:
            try:
                times.rounds[name].append(contestants[name].time(SLOT))
            except WorkerError as error:
                if name == ours:
                    raise
                times.failed[name] = str(error)
                del times.rounds[name]
        if number < LIMIT_ROUNDS:
            times.limit.append(limit.time(SLOT))
        spent = clock() - start
        enough = MIN_ROUNDS if spent < LONG * budget else LONG_ROUNDS
        if number + 1 >= enough and spent >= budget:
            break
        running = [name for name in running if name not in times.failed]
        out = stragglers(ours, times, running)
        times.out_after |= dict.fromkeys(out, number + 1)
        running = [name for name in running if name not in out]
    return times


def stragglers(ours: str, times: Times, running: list[str]) -> list[str]:
    """Peers that are far behind the best peer in all rounds so far; another way of ours is none."""
    peers = [name for name in running if name != ours and not name.startswith(f"{ours},")]
    if not peers:
        return []
    best = min(times.median(name) for name in peers)
    return [name for name in peers if min(times.rounds[name]) > BEHIND * best]


@dataclass(frozen=True, slots=True)
class Comparison:
    """How far one contestant's answers lie from ours."""

    largest: float  # of all answers compared, as a share of the answer's largest value
    wrong: list[str]  # what is not within the tolerance, and by how much
    left_out: list[str]  # not compared, for the reason that the contestant gives


def compare(
    ours: Mapping[str, np.ndarray],
    theirs: Mapping[str, np.ndarray],
    names: list[str],
    may_lack: bool,
    tolerance: float = TOLERANCE,
) -> Comparison:
    """`names` are all that is to be compared; a contestant may lack some of them only where it says why."""
    largest, wrong, left_out = 0.0, [], []
    for name in names:
        if name not in ours:
            wrong.append(f"{name} is missing in ours")
        elif name not in theirs:
            (left_out if may_lack else wrong).append(name if may_lack else f"{name} is missing")
        elif ours[name].shape != theirs[name].shape:
            wrong.append(f"{name} has shape {theirs[name].shape}, ours {ours[name].shape}")
        else:
            difference = relative_difference(ours[name], theirs[name])
            largest = max(largest, difference)
            if not difference <= tolerance:
                wrong.append(f"{name} differs by {difference:.1e}")
    return Comparison(largest, wrong, left_out)


def relative_difference(a: np.ndarray, b: np.ndarray) -> float:
    """Largest difference as a share of the largest value; infinite where a value is not finite."""
    if not (np.isfinite(a).all() and np.isfinite(b).all()):
        return float("inf")
    scale = float(np.abs(a).max())
    difference = float(np.abs(a - b).max())
    return difference / scale if scale else difference


class WorkerProcess:
    """A library's process; it is started with the first order, and again after it was lost."""

    def __init__(self, module: str, threads: int, more: dict[str, str]) -> None:
        self.module = module
        self.threads = threads
        self.environment = environment(threads) | more
        self.process: subprocess.Popen[str] | None = None

    def order(self, do: str, *, limit: float, **arguments: Any) -> dict[str, Any]:
        """The worker's reply; raises WorkerError where it reports an error, ends, or takes longer than `limit` s."""
        process = self._running()
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            process.stdin.write(json.dumps({"do": do, **arguments}) + "\n")
            process.stdin.flush()
        except BrokenPipeError:
            self.end()
            raise WorkerError("the process ended") from None
        if not select.select([process.stdout], [], [], limit)[0]:
            self.end()
            raise WorkerError(f"no answer within {limit:.0f} s")
        line = process.stdout.readline()
        if not line:
            code = process.wait()
            self.end()
            raise WorkerError(f"the process ended with exit code {code}")
        reply = json.loads(line)
        if "error" in reply:
            raise WorkerError(reply["error"])
        return reply

    def _running(self) -> subprocess.Popen[str]:
        if self.process is None:
            command = [sys.executable, __file__, self.module]
            pipe = subprocess.PIPE
            self.process = subprocess.Popen(command, env=self.environment, stdin=pipe, stdout=pipe, text=True)
            if hasattr(os, "sched_setaffinity"):
                # XLA's and TensorFlow's pools have a thread a processor that they may run on.
                processors = sorted(os.sched_getaffinity(0))[: self.threads]
                os.sched_setaffinity(self.process.pid, processors)
        return self.process

    def end(self) -> None:
        """Nothing of it is left; its contestants are lost."""
        if self.process is not None:
            self.process.kill()
            self.process.communicate()
            self.process = None


class Process(Protocol):
    def order(self, do: str, *, limit: float, **arguments: Any) -> dict[str, Any]: ...


class Opened:
    """A contestant that is ready in its process."""

    def __init__(self, process: Process, name: str) -> None:
        self.process, self.name = process, name

    def time(self, seconds: float) -> float:
        return self.process.order("time", limit=TIME_LIMIT, name=self.name, seconds=seconds)["seconds"]


class Field:
    """The processes of ours, of the peers asked for and of the machine's limits; nothing outlives `with`."""

    def __init__(
        self, libraries: list[str], threads: int, start: Callable[[str, int, dict[str, str]], Any] = WorkerProcess
    ) -> None:
        self.libraries = [OURS, *(name for name in libraries if name != OURS)]
        self.threads = threads
        self.processes = {
            name: start(LIBRARIES[name].module, threads, LIBRARIES[name].environment) for name in self.libraries
        }
        self.machine = start(MACHINE.module, threads, MACHINE.environment)
        self.bandwidths: dict[str, float] = {}

    def __enter__(self) -> "Field":
        return self

    def __exit__(self, *_: object) -> None:
        for process in (*self.processes.values(), self.machine):
            process.end()

    def measure(self, point: Point, budget: float, wants_profile: Callable[[Row], bool] = lambda _: False) -> Row:
        """The row of this point; raises WorkerError where ours or the matrix product fails."""
        if not self.bandwidths:
            self.bandwidths = self.machine.order("bandwidths", limit=TIME_LIMIT)
        with tempfile.TemporaryDirectory(prefix="recurrent") as folder:
            contestants, row = self.open(point, Path(folder))
        times = race(OURS, contestants, Opened(self.machine, LIMIT), budget)
        row |= {
            "threads": self.threads,
            "libraries": self.libraries,
            "seconds": {name: statistics.median(found) for name, found in times.rounds.items()},
            "rounds": times.rounds,
            "out_after": times.out_after,
            "failed": row["failed"] | times.failed,
            "product": PRODUCT_FLOPS / statistics.median(times.limit),
            "bandwidths": self.bandwidths,
        }
        if wants_profile(row):
            row["profile"] = self.processes[OURS].order("profile", limit=TIME_LIMIT, name=OURS)["operations"]
        for process in (*self.processes.values(), self.machine):
            if process.order("close", limit=TIME_LIMIT)["memory"] > MOST_IDLE:
                process.end()
        return row

    def open(self, point: Point, folder: Path) -> tuple[dict[str, Opened], Row]:
        """Those that can be raced, and what is wrong with the others or with their answers."""
        contestants: dict[str, Opened] = {}
        row: Row = {"point": point.as_json()}
        row |= {kind: {} for kind in ("differences", "wrong", "left_out", "reasons", "failed", "opening")}
        file = folder / "answers.npz"
        order = {"limit": OPEN_LIMIT, "point": point.as_json(), "file": str(file)}
        ours: dict[str, np.ndarray] = {}
        for library in self.libraries:
            process = self.processes[library]
            for name in LIBRARIES[library].contestants(point):
                try:
                    reply = process.order("open", name=name, **order)
                except WorkerError as error:
                    if name == OURS:
                        raise
                    row["failed"][name] = str(error)
                    continue
                row["opening"][name] = reply["seconds"]
                contestants[name] = Opened(process, name)
                with np.load(file, allow_pickle=False) as archive:
                    answers = dict(archive)
                if name == OURS:
                    ours = answers
                    continue
                tolerance = ROUNDED_WEIGHTS if name == BFLOAT16 else TOLERANCE
                found = compare(ours, answers, answer_names(point), bool(reply["unanswered"]), tolerance)
                row["differences"][name] = found.largest
                if found.wrong:
                    row["wrong"][name] = found.wrong
                if found.left_out:
                    row["left_out"][name], row["reasons"][name] = found.left_out, reply["unanswered"]
        self.machine.order("open", name=LIMIT, **order)
        return contestants, row


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
