"""What all tests stand on."""

import os
import signal
from pathlib import Path

import pytest
from fuzz import fuzzing

# Hooks of pytest: how much of the proof of the native engine runs.
from native.proving import pytest_collection_modifyitems, pytest_configure, pytest_terminal_summary  # noqa: F401

from native import proving

# Before torch is there: threads that wait leave the processors to those who work, in other processes of the tests too.
os.environ.setdefault("OMP_WAIT_POLICY", "passive")
# What is kept between runs of programs is kept between runs of the tests, and nowhere else.
os.environ["UNROLLED_CACHE"] = str(Path(__file__).parent.parent / "build" / "cache")
# A shell starts background jobs with Ctrl-C ignored, which processes pass on: tests of Ctrl-C would wait in vain.
signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_addoption(parser: pytest.Parser) -> None:
    """How much of the proof of the native engine runs, and how long files are fuzzed."""
    proving.pytest_addoption(parser)
    fuzzing.add_option(parser)
