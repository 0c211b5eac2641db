"""Every law on every row of the table of layers."""

import pytest
import torch
from contract.layer_laws import LAWS, laws_of
from contract.layer_row import Row
from contract.layers import ROWS

from unrolled.kernels import CELLS


def test_every_cell_has_rows_of_both_ways_and_depths():
    for dtype in (torch.float64, torch.float32):
        names = [row.name for row in ROWS if row.engine is not None and row.dtype == dtype]
        for cell in CELLS:
            assert sum(name.startswith(f"{cell}, ") for name in names) >= 5


@pytest.mark.parametrize(("row", "law"), [(row, law) for row in ROWS for law in laws_of(row)], ids=str)
def test_law_holds(row: Row, law: str):
    LAWS[law](row)
