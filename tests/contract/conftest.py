"""Puts tests/ on the path, so that every room's tests can import the tables as `contract.cells` and so on."""

import sys
from pathlib import Path

TESTS = str(Path(__file__).parents[1])
if TESTS not in sys.path:
    sys.path.insert(0, TESTS)
