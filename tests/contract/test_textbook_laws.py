"""Every law on every row, and every mutant against the law that must catch it."""

from pathlib import Path

import pytest
from contract.cells import ROWS, Row
from contract.laws import LAWS
from contract.mutants import MUTANTS, Mutant

import unrolled.textbook


def test_every_textbook_cell_has_a_row():
    assert {row.cell for row in ROWS} == set(unrolled.textbook.CELLS)


@pytest.mark.parametrize("law", LAWS)
@pytest.mark.parametrize("row", ROWS, ids=str)
def test_law_holds(row: Row, law: str):
    LAWS[law](unrolled.textbook, row)


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_mutant_is_caught(mutant: Mutant, tmp_path: Path):
    book = mutant.load(tmp_path)
    (row,) = [row for row in ROWS if row.cell == mutant.cell]
    with pytest.raises(AssertionError):
        LAWS[mutant.law](book, row)


def test_an_unchanged_copy_is_not_caught(tmp_path: Path):
    book = Mutant("none", "rnn", "", ()).load(tmp_path)
    assert book.unroll is not unrolled.textbook.unroll
    for law in LAWS.values():
        law(book, ROWS[0])


def test_a_mutant_of_text_that_is_gone_is_refused(tmp_path: Path):
    with pytest.raises(AssertionError, match="does not contain"):
        Mutant("stale", "rnn", "gradient", (("rnn.py", "no such text", ""),)).load(tmp_path)


def test_every_law_and_every_cell_has_its_mutants():
    assert {mutant.law for mutant in MUTANTS} == set(LAWS)
    assert {mutant.cell for mutant in MUTANTS} == {row.cell for row in ROWS}
    assert len({mutant.name for mutant in MUTANTS}) == len(MUTANTS)
