"""What every benchmark keeps: rows, a JSON object a line as soon as it is measured, and the machine they come from."""

import contextlib
import importlib.metadata
import json
import os
import platform
import resource
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

RESULTS = Path(__file__).parent / "results"
THREAD_VARIABLES = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")

Row = dict[str, Any]
Key = TypeVar("Key")


def read_rows(log: Path, key_of: Callable[[Row], Key]) -> dict[Key, Row]:
    """The rows by key, of a key the last; none without a log. A last line that was cut off is left out."""
    rows: dict[Key, Row] = {}
    lines = log.read_text(encoding="utf-8").splitlines() if log.exists() else []
    for number, line in enumerate(lines, start=1):
        try:
            row = json.loads(line)
        except json.JSONDecodeError:
            if number == len(lines):
                break
            raise
        rows[key_of(row)] = row
    return rows


def write_rows(log: Path, rows: dict[Key, Row]) -> None:
    """All rows anew, by way of a second file: the log is whole at every moment."""
    text = "".join(f"{json.dumps(row)}\n" for row in rows.values())
    new = log.with_suffix(".new")
    new.write_text(text, encoding="utf-8")
    new.replace(log)


def environment(threads: int) -> dict[str, str]:
    """This process's environment, for one whose libraries shall use `threads` threads."""
    return os.environ | dict.fromkeys(THREAD_VARIABLES, str(threads))


def describe(packages: tuple[str, ...]) -> str:
    """Python, `packages` with their versions, and the processor, in one line."""
    versions = ", ".join(f"{package} {version(package)}" for package in packages)
    return f"Python {platform.python_version()}, {versions}; {processor()}"


def version(package: str) -> str:
    """Its version, or that of its build for processors alone."""
    for name in (package, f"{package}-cpu"):
        with contextlib.suppress(importlib.metadata.PackageNotFoundError):
            return importlib.metadata.version(name)
    return "(not installed)"


def processor() -> str:
    """The processor's own name where the system tells it."""
    information = Path("/proc/cpuinfo")
    if information.exists():
        for line in information.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def peak_mib() -> float:
    """The largest resident size of this process so far, libraries included, in MiB."""
    status = Path("/proc/self/status")
    if status.exists():
        # getrusage would count the process that started this one: Linux hands its peak on.
        for line in status.read_text(encoding="utf-8").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 2**10
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (2**20 if sys.platform == "darwin" else 2**10)
