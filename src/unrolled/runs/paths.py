"""Where runs go that nobody named: `runs/ner`, then `runs/ner-2`, `runs/ner-3`, ..."""

import itertools
import os
import re
from pathlib import Path

from unrolled.errors import RunError

__all__ = ["RUNS", "absolute", "free_run", "newest_run"]

RUNS = Path("runs")


def free_run(name: str, root: Path = RUNS) -> Path:
    """Return the first folder of that name that holds nothing yet."""
    names = itertools.chain([name], (f"{name}-{number}" for number in itertools.count(2)))
    return next(path for path in map(root.joinpath, names) if not path.exists() or _is_empty(path))


def newest_run(name: str, root: Path = RUNS) -> Path:
    """Return the run of that name that was written to last.

    Raises:
        RunError: there is none.
    """
    pattern = re.compile(rf"{re.escape(name)}(-\d+)?")
    runs = [config.parent for config in root.glob("*/config.json") if pattern.fullmatch(config.parent.name)]
    if not runs:
        raise RunError(f"There is no run in {root / name} to resume. Name its folder with --out.")
    return max(runs, key=_last_written)


def absolute(path: Path) -> Path:
    """Return the path from the root, links as they are."""
    return Path(os.path.abspath(path))  # noqa: PTH100  -- Path.resolve follows links, Path.absolute keeps ".."


def _is_empty(path: Path) -> bool:
    return path.is_dir() and not any(path.iterdir())


def _last_written(run: Path) -> int:
    return max(file.stat().st_mtime_ns for file in run.iterdir())
