"""How long files are fuzzed: some examples of each law, always the same ones, or as long as `--fuzz=SECONDS` says.

What was fuzzed on the same sources before counts, so that a long run goes on where it was stopped; examples that failed
lie in build/fuzz and come first.
"""

import contextlib
import hashlib
import json
import re
import signal
import time
import zlib
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.database import DirectoryBasedExampleDatabase
from hypothesis.strategies import SearchStrategy

__all__ = ["Fuzz", "add_option", "configure", "within"]

ROOT = Path(__file__).parents[2]
HERE = ROOT / "build" / "fuzz"
EXAMPLES = 25
"""Of each law, where no time is given."""
PATIENCE = 60
"""Seconds after which a reader counts as hanging; it takes milliseconds."""
AT_A_TIME = 100


def add_option(parser: pytest.Parser) -> None:
    """Add `--fuzz`."""
    text = "fuzz the readers so many seconds in all; what was done on the same sources before counts"
    parser.addoption("--fuzz", type=float, default=0.0, metavar="SECONDS", help=text)


def configure(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Share the time among the tests that fuzz, and lift pytest's own limit on them."""
    if config.getoption("--fuzz"):
        mine = [item for item in items if "fuzz" in getattr(item, "fixturenames", ())]
        for item in mine:
            item.add_marker(pytest.mark.timeout(0))
            item.stash[SHARE] = config.getoption("--fuzz") / len(mine)


SHARE = pytest.StashKey[float]()


class Fuzz:
    """Runs a law on what a strategy draws."""

    def __init__(self, name: str, seconds: float, folder: Path = HERE) -> None:
        self.name, self.seconds, self.folder = name, seconds, folder
        self.num_examples = 0

    def __call__(self, law: Callable[[Any], None], cases: SearchStrategy[Any]) -> None:
        """Run it on some examples, or until the time is over; the first that fails is made small and raised."""

        def run(case: Any) -> None:
            self.num_examples += 1
            with within(PATIENCE):
                law(case)

        quiet = {"deadline": None, "suppress_health_check": list(HealthCheck)}
        if not self.seconds:
            few = settings(max_examples=EXAMPLES, database=None, phases=(Phase.generate, Phase.shrink), **quiet)
            seed(zlib.crc32(self.name.encode()))(few(given(cases)(run)))()
            return
        slug = re.sub(r"\W+", "_", self.name)
        database = DirectoryBasedExampleDatabase(self.folder / "examples" / slug)
        journal = self.folder / f"{slug}.{_digest()}.json"
        many = settings(max_examples=AT_A_TIME, database=database, **quiet)
        spent = json.loads(journal.read_text())["seconds"] if journal.is_file() else 0.0
        while spent < self.seconds:
            began = time.monotonic()
            try:
                many(given(cases)(run))()
            except BaseException:
                journal.unlink(missing_ok=True)  # begins anew, with the example that failed
                raise
            spent += time.monotonic() - began
            journal.parent.mkdir(parents=True, exist_ok=True)
            journal.write_text(json.dumps({"seconds": spent, "examples of this run": self.num_examples}))


@contextlib.contextmanager
def within(seconds: float) -> Generator[None]:
    """Raise where the body takes longer; the time limit of the test itself goes on afterwards."""

    def stop(*_: object) -> None:
        raise AssertionError(f"hangs: not done after {seconds} s")

    began = time.monotonic()
    handler = signal.signal(signal.SIGALRM, stop)
    left, interval = signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, handler)
        if left:
            signal.setitimer(signal.ITIMER_REAL, max(0.01, left - (time.monotonic() - began)), interval)


def _digest() -> str:
    """Return what tells the readers and the fuzzing apart from other versions of them."""
    found = hashlib.sha256()
    for folder in (ROOT / "src" / "unrolled" / "data", ROOT / "tests" / "fuzz"):
        for path in sorted(folder.rglob("*.py")):
            found.update(path.read_bytes())
    return found.hexdigest()[:12]
