"""Every seeded mistake in the native engine is caught by its self-test."""

import os
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from native.mutant import BUILDS, Mutant, Unit
from native.mutants import MUTANTS
from native.toolbox import need

from unrolled.kernels.library import load

# A mutant that could not run would seem to be caught.
engine = load()
needs_avx512 = pytest.mark.skipif(engine is None or "avx512" not in engine.paths(), reason="no AVX-512 here")

UNCHANGED = tuple(
    Mutant(f"unchanged, {build}", "cells.hpp", "#pragma once", "#pragma once", build=build) for build in BUILDS
)


def where_they_run(mutants: Iterable[Mutant]) -> list[Any]:
    return [
        pytest.param(mutant, id=mutant.name, marks=[needs_avx512] if mutant.build == "avx512" else [])
        for mutant in mutants
    ]


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for what all processes of this session link with."""
    own = tmp_path_factory.getbasetemp()
    folder = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "units"
    folder.mkdir(exist_ok=True)
    return folder


def end_of(mutant: Mutant, shared: Path, folder: Path) -> "subprocess.CompletedProcess[str]":
    """How the self-test ends on a mutant."""
    compiler = need(os.environ.get("CXX", "c++"), "the native engine needs GCC or clang")
    return mutant.run(compiler, folder / "mutant", Unit.compile_all(compiler, shared, mutant.build))


@pytest.mark.timeout(900)
@pytest.mark.parametrize("mutant", where_they_run(MUTANTS))
def test_mutant_is_caught(mutant: Mutant, shared: Path, tmp_path: Path):
    end = end_of(mutant, shared, tmp_path)
    # A wrong place in memory may also end the program by a signal.
    assert end.returncode != 0, end.stdout
    signs = {"address": "AddressSanitizer", "thread": "data race"}
    by_numbers = mutant.build not in signs
    assert signs.get(mutant.build, "FAILED") in end.stdout or (by_numbers and end.returncode < 0), end.stdout


@pytest.mark.timeout(900)
@pytest.mark.parametrize("mutant", where_they_run(UNCHANGED))
def test_a_mutant_that_changes_nothing_is_not_caught(mutant: Mutant, shared: Path, tmp_path: Path):
    end = end_of(mutant, shared, tmp_path)
    assert end.returncode == 0, end.stdout


def test_a_mutant_of_text_that_is_gone_is_refused():
    with pytest.raises(AssertionError, match="bring the mutant up to date"):
        Mutant("stale", "cells.hpp", "no such text", "").source()
    with pytest.raises(AssertionError, match="bring the mutant up to date"):
        Mutant("not the only one", "cells.hpp", "store(", "").source()
    with pytest.raises(AssertionError, match="bring the mutant up to date"):
        Mutant("stale place", "cells.hpp", "store(", "", after="struct Abacus").source()


def test_names_of_mutants_are_unique():
    assert len({mutant.name for mutant in MUTANTS}) == len(MUTANTS)
