"""Every law on every row of the table of layers."""

import pytest
from contract.layer_laws import LAWS
from contract.layer_row import Row
from contract.layers import ROWS

from unrolled.kernels import CELLS


def test_every_cell_has_rows_of_both_ways_and_depths():
    names = [row.name for row in ROWS if row.engine is not None]
    for cell in CELLS:
        assert sum(name.startswith(f"{cell}, ") for name in names) >= 4


@pytest.mark.parametrize("law", LAWS)
@pytest.mark.parametrize("row", ROWS, ids=str)
def test_law_holds(row: Row, law: str):
    LAWS[law](row)
