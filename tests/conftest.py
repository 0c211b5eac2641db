"""What all tests stand on."""

import os
import signal

# Hooks of pytest: how much of the proof of the native engine runs.
from native.proving import (  # noqa: F401
    pytest_addoption,
    pytest_collection_modifyitems,
    pytest_configure,
    pytest_terminal_summary,
)

# Before torch is there: threads that wait leave the processors to those who work, in other processes of the tests too.
os.environ.setdefault("OMP_WAIT_POLICY", "passive")
# A shell starts background jobs with Ctrl-C ignored, which processes pass on: tests of Ctrl-C would wait in vain.
signal.signal(signal.SIGINT, signal.default_int_handler)
