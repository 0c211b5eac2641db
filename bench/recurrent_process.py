"""The parent's end of a worker: starts it, gives it orders, and ends it when it fails to answer."""

import json
import os
import select
import subprocess
import sys
from pathlib import Path
from typing import Any

from recurrent_race import WorkerError

WORKER = Path(__file__).with_name("recurrent_worker.py")
THREAD_VARIABLES = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")


class WorkerProcess:
    """A library's process; it is started with the first order, and again after it was lost."""

    def __init__(self, module: str, threads: int, environment: dict[str, str]) -> None:
        self.module = module
        self.threads = threads
        self.environment = os.environ | dict.fromkeys(THREAD_VARIABLES, str(threads)) | environment
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
            command = [sys.executable, str(WORKER), self.module]
            self.process = subprocess.Popen(
                command, env=self.environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
            )
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
