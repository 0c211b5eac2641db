"""One point of the recurrent benchmark: every contestant is opened, compared with ours and raced."""

import statistics
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from recurrent_aims import missed
from recurrent_grid import Point
from recurrent_libraries import BFLOAT16, LIBRARIES, LIMIT, MACHINE, OURS, PRODUCT_FLOPS
from recurrent_problem import answer_names
from recurrent_process import WorkerProcess
from recurrent_race import ROUNDED_WEIGHTS, TOLERANCE, WorkerError, compare, race
from recurrent_rows import Row

OPEN_LIMIT, TIME_LIMIT = 600.0, 300.0  # seconds for compiling and answering, and for one turn
MOST_IDLE = 3 << 30
"""Bytes that a process may keep between points. TensorFlow keeps what its largest one took, until none is left for the
others; a process with more is started anew at the next point."""


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
        self,
        libraries: list[str],
        threads: int,
        start: Callable[[str, int, dict[str, str]], Any] = WorkerProcess,
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

    def measure(self, point: Point, budget: float) -> Row:
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
        if missed(row):
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
