"""How pytest proves the native engine: `--proof` says how much of tests/native runs, and what is written down of it."""

from pathlib import Path
from typing import Any

import pytest
from native.mutants import MUTANTS
from native.proof import PART, RECORD, Journal, Proof, Step, due
from native.toolbox import ROOT

__all__ = [
    "pytest_addoption",
    "pytest_collection_modifyitems",
    "pytest_configure",
    "pytest_terminal_summary",
]

HERE = Path(__file__).parent
MODES = {
    "due": "all if anything that decides the proof has changed since the record, else the self-test and some mutants",
    "all": "all",
    "record": "what has not passed since the proof began, and the record when all has",
}


def pytest_addoption(parser: pytest.Parser) -> None:
    of_modes = "; ".join(f"{mode}: {text}" for mode, text in MODES.items())
    parser.addoption("--proof", choices=MODES, default="due", help=f"how much of tests/native runs; {of_modes}")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "whole_proof: a test of the native engine that only its whole proof asks for")
    # The processes of pytest-xdist collect and run; the one that began them hears of it and writes.
    if config.getoption("--proof") == "record" and not hasattr(config, "workerinput"):
        config.pluginmanager.register(Recorder(Journal(ROOT, Proof.of(ROOT).digest)), "proof of the native engine")


@pytest.hookimpl(tryfirst=True)  # before -k and the like take any away
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what is not due; begin with what takes longest."""
    mine = {item.nodeid: step_of(item) for item in items if item.path.parent == HERE}
    if not mine:
        return
    proof, mode = Proof.of(ROOT), config.getoption("--proof")
    wanted = set(mine)
    if mode == "due":
        wanted = due(list(mine.values()), proof)
    elif mode == "record":
        journal = Journal(ROOT, proof.digest)
        journal.want(mine)
        wanted -= journal.passed()
    out = [item for item in items if item.nodeid in mine and item.nodeid not in wanted]
    config.hook.pytest_deselected(items=out)
    items[:] = sorted(
        (item for item in items if item.nodeid not in mine or item.nodeid in wanted),
        key=lambda item: item.nodeid not in mine or not mine[item.nodeid].whole,
    )


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """What was due, and why."""
    reports = [report for kind in ("passed", "failed") for report in terminalreporter.getreports(kind)]
    if config.getoption("--proof") == "due" and any(report.nodeid.startswith("tests/native/") for report in reports):
        proof = Proof.of(ROOT)
        drawn = f"proved on these sources; one in {PART} of {len(MUTANTS)} mutants, drawn by {proof.seed[:12]}"
        whole = "changed since the last proof, so that everything runs; `make prove` records it"
        terminalreporter.write_line(f"native engine: {drawn if proof.on_record else whole}")


def step_of(item: pytest.Item) -> Step:
    callspec = getattr(item, "callspec", None)
    mutant = callspec.params.get("mutant") if callspec else None
    return Step(item.nodeid, mutant, item.get_closest_marker("whole_proof") is not None)


class Recorder:
    """Keeps the journal of a proof, and ends it with the record."""

    def __init__(self, journal: Journal):
        self._journal = journal
        self._phases: dict[str, int] = {}
        self._failed = False
        self._outcome = ""

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """A step has passed when its setup, its call and its teardown have."""
        if report.failed:
            self._failed = True
            self._journal.begin_anew()
        elif report.passed and not self._failed:
            self._phases[report.nodeid] = self._phases.get(report.nodeid, 0) + 1
            if self._phases[report.nodeid] == 3:
                self._journal.add(report.nodeid)

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        fine = exitstatus in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED)
        lacks = self._journal.record() if fine else "a step has failed, or the proof was stopped"
        self._outcome = f"not recorded: {lacks}" if lacks else f"proved, and recorded in {RECORD}"
        if fine:  # none is collected where all had passed before
            session.exitstatus = pytest.ExitCode.TESTS_FAILED if lacks else pytest.ExitCode.OK

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        terminalreporter.write_line(f"native engine: {self._outcome}")
