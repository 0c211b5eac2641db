"""Every seeded mistake in the path of a layer is caught by the law that is named for it."""

import pytest
from contract.layer_laws import LAWS
from contract.layer_mutant import Mutant
from contract.layer_mutants import MUTANTS
from contract.layer_row import running
from contract.layers import ROWS


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_mutant_is_caught(mutant: Mutant, monkeypatch: pytest.MonkeyPatch):
    (row,) = [row for row in ROWS if row.name == mutant.row]
    mutant.apply(monkeypatch)
    with running(row), pytest.raises(AssertionError):
        LAWS[mutant.law](row)


def test_a_mutant_that_changes_nothing_is_not_caught(monkeypatch: pytest.MonkeyPatch):
    for mutant in {mutant.target: mutant for mutant in MUTANTS}.values():
        (row,) = [row for row in ROWS if row.name == mutant.row]
        Mutant(mutant.name, mutant.target, mutant.old, mutant.old, mutant.row, mutant.law).apply(monkeypatch)
        with running(row):
            LAWS[mutant.law](row)


def test_a_mutant_of_text_that_is_gone_is_refused(monkeypatch: pytest.MonkeyPatch):
    with pytest.raises(AssertionError, match="does not contain"):
        Mutant("stale", MUTANTS[0].target, "no such text", "", "crf, torch", "parity").apply(monkeypatch)


def test_names_of_mutants_are_unique():
    assert len({mutant.name for mutant in MUTANTS}) == len(MUTANTS)
