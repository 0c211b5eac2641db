"""How much of the proof of the native engine is due, and when it goes on record."""

import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from native.mutant import BUILDS, Mutant
from native.mutants import MUTANTS
from native.proof import RECORD, Journal, Proof, Step, digest_of, drawn, due, missing, seed_of
from native.toolbox import ROOT, need

UNCHANGED = [Mutant(f"unchanged, {build}", "cells.hpp", "x", "x", build=build) for build in BUILDS]
STEPS = [
    *(Step(f"tests/native/test_mutants.py::caught[{mutant.name}]", mutant) for mutant in (*MUTANTS, *UNCHANGED)),
    Step("tests/native/test_self_test.py::release"),
    Step("tests/native/test_self_test.py::sanitized", whole=True),
    Step("tests/native/test_proof.py::this"),
]
CHANGED = Proof(digest="new", recorded="old", seed="1")
ON_RECORD = Proof(digest="same", recorded="same", seed="1")


def mutants_of(names: set[str]) -> list[Mutant]:
    return [step.mutant for step in STEPS if step.name in names and step.mutant and step.mutant.changes]


def test_everything_is_due_where_sources_are_not_on_record() -> None:
    assert due(STEPS, CHANGED) == due(STEPS, replace(CHANGED, recorded="")) == {step.name for step in STEPS}


def test_on_record_the_quick_steps_and_a_tenth_of_the_mutants_are_due() -> None:
    found = due(STEPS, ON_RECORD)
    assert len(mutants_of(found)) == -(-len(MUTANTS) // 10)
    assert {"tests/native/test_self_test.py::release", "tests/native/test_proof.py::this"} <= found
    assert "tests/native/test_self_test.py::sanitized" not in found
    unchanged = {step.mutant.build for step in STEPS if step.name in found and step.mutant in UNCHANGED}
    assert unchanged == {mutant.build for mutant in mutants_of(found)}


def test_the_commit_alone_draws() -> None:
    assert due(STEPS, ON_RECORD) == due(STEPS[::-1], ON_RECORD)
    assert due(STEPS, ON_RECORD) != due(STEPS, replace(ON_RECORD, seed="2"))


def test_every_mutant_gets_its_turn() -> None:
    turns = dict.fromkeys((mutant.name for mutant in MUTANTS), 0)
    for commit in range(400):
        for mutant in drawn(MUTANTS, f"{commit:040x}"):
            turns[mutant.name] += 1
    # Of 400 commits each is drawn by 40, give or take four standard deviations.
    assert min(turns.values()) >= 16, turns
    assert max(turns.values()) <= 65, turns


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    """What decides the proof, in a folder of its own."""
    folder = tmp_path / "sources"
    shutil.copytree(ROOT / "native", folder / "native")
    shutil.copytree(
        ROOT / "tests" / "native", folder / "tests" / "native", ignore=shutil.ignore_patterns("__pycache__")
    )
    shutil.copy(ROOT / "CMakeLists.txt", folder)
    (folder / RECORD).unlink(missing_ok=True)
    return folder


@pytest.mark.parametrize(
    "name",
    [
        "CMakeLists.txt",
        "native/cells.hpp",
        "native/bind.cpp",
        "native/self_test.cpp",
        "native/self_test/call.hpp",
        "tests/native/mutants.py",
        "tests/native/test_self_test.py",
        "tests/native/proof.py",
    ],
)
def test_whatever_decides_the_proof_is_in_the_digest(sources: Path, name: str) -> None:
    before = digest_of(sources)
    assert before == digest_of(ROOT)
    path = sources / name
    path.write_bytes(path.read_bytes() + b"\n")
    assert digest_of(sources) != before


def test_names_of_files_are_in_the_digest(sources: Path) -> None:
    before = digest_of(sources)
    (sources / "native" / "cells.hpp").rename(sources / "native" / "another.hpp")
    assert digest_of(sources) != before


def test_the_record_and_what_lies_elsewhere_are_not_in_the_digest(sources: Path) -> None:
    before = digest_of(sources)
    (sources / RECORD).write_text("anything\n", encoding="utf-8")
    (sources / "README.md").write_text("anything\n", encoding="utf-8")
    assert digest_of(sources) == before
    (sources / "native" / "new.hpp").touch()
    assert digest_of(sources) != before


def test_the_seed_is_the_commit_or_without_git_the_engines_digest(sources: Path) -> None:
    without = seed_of(sources)
    assert len(without) == 64
    (sources / "native" / "cells.hpp").write_text("", encoding="utf-8")
    assert seed_of(sources) != without
    git = need("git", "it is where this source is from")
    identity = ("-c", "user.name=A", "-c", "user.email=a@b.c")
    for words in (("init", "-q"), ("add", "."), (*identity, "commit", "-q", "-m", "first")):
        subprocess.run([git, *words], cwd=sources, check=True)
    head = subprocess.run([git, "rev-parse", "HEAD"], cwd=sources, check=True, capture_output=True, text=True)
    assert seed_of(sources) == head.stdout.strip() != without


def wanted_of(sources: Path) -> list[str]:
    files = sorted((sources / "tests" / "native").glob("test_*.py"))
    return [
        *(f"tests/native/{path.name}::one" for path in files),
        *(f"tests/native/test_mutants.py::test[{mutant.name}]" for mutant in MUTANTS),
    ]


def test_the_record_is_written_when_all_has_passed_and_not_before(sources: Path) -> None:
    wanted = wanted_of(sources)
    for name in wanted:
        journal = Journal(sources, digest_of(sources))  # as after a stop
        journal.want(wanted)
        assert "have not passed" in journal.record()
        assert not Proof.of(sources).on_record
        journal.add(name)
    assert journal.record() == ""
    assert Proof.of(sources).on_record
    assert journal.passed() == set()  # who proves once more proves it all
    (sources / "native" / "cells.hpp").write_text("", encoding="utf-8")
    assert not Proof.of(sources).on_record


def test_after_a_failure_the_proof_begins_anew(sources: Path) -> None:
    journal = Journal(sources, digest_of(sources))
    journal.want(wanted_of(sources))
    for name in wanted_of(sources):
        journal.add(name)
    journal.begin_anew()
    assert "have not passed" in journal.record()


def test_sources_that_change_while_the_proof_runs_are_not_recorded(sources: Path) -> None:
    journal = Journal(sources, digest_of(sources))
    journal.want(wanted_of(sources))
    for name in wanted_of(sources):
        journal.add(name)
    (sources / "native" / "cells.hpp").write_text("", encoding="utf-8")
    assert "have changed" in journal.record()
    assert not Proof.of(sources).on_record


def test_a_proof_of_some_files_or_mutants_is_none(sources: Path) -> None:
    wanted = wanted_of(sources)
    assert missing(set(wanted), set(wanted), sources) == []
    for left_out in ("tests/native/test_self_test.py::one", wanted[-1]):
        some = set(wanted) - {left_out}
        assert len(missing(some, some, sources)) == 1
    assert len(missing(set(), set(), sources)) > len(MUTANTS)  # nothing was ever collected


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A proof in small: an engine without mutants, and two tests of it, of which the second ends as END says."""
    folder = tmp_path / "tests" / "native"
    folder.mkdir(parents=True)
    (tmp_path / "native").mkdir()
    (tmp_path / "CMakeLists.txt").touch()
    (tmp_path / "conftest.py").write_text(
        f"""import sys
sys.path.insert(0, {str(ROOT / "tests")!r})
from pathlib import Path
import native.proof, native.proving
native.proof.MUTANTS = ()
native.proving.ROOT = Path(__file__).parent
native.proving.HERE = native.proving.ROOT / "tests" / "native"
from native.proving import *
""",
        encoding="utf-8",
    )
    (folder / "test_it.py").write_text(
        """import os, pytest
@pytest.fixture
def end():
    yield
    assert os.environ["END"] != "fail at the teardown"
def test_one(): pass
def test_two(end):
    if os.environ["END"] == "skip": pytest.skip("no compiler")
    assert os.environ["END"] != "fail"
""",
        encoding="utf-8",
    )
    return tmp_path


def prove(folder: Path, *words: str, end: str = "pass") -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--proof=record", *words, "tests/native"]
    return subprocess.run(
        command, cwd=folder, env=os.environ | {"END": end}, capture_output=True, text=True, check=False
    )


def test_a_proof_that_passes_is_recorded(small: Path) -> None:
    found = prove(small, "-n", "2")
    assert found.returncode == 0, found.stdout + found.stderr
    assert "2 passed" in found.stdout
    assert "proved, and recorded" in found.stdout
    assert Proof.of(small).on_record


@pytest.mark.parametrize("end", ["skip", "fail", "fail at the teardown"])
def test_a_proof_that_does_not_pass_is_not_recorded(small: Path, end: str) -> None:
    found = prove(small, end=end)
    assert found.returncode != 0
    assert "not recorded" in found.stdout, found.stdout + found.stderr
    assert not Proof.of(small).on_record


def test_a_proof_of_some_tests_is_not_recorded_and_goes_on_with_the_others(small: Path) -> None:
    found = prove(small, "-k", "test_one")
    assert found.returncode != 0
    assert "1 steps have not passed, such as tests/native/test_it.py::test_two" in found.stdout, found.stdout
    assert not Proof.of(small).on_record
    found = prove(small)
    assert found.returncode == 0, found.stdout + found.stderr
    assert "1 passed, 1 deselected" in found.stdout
    assert Proof.of(small).on_record
