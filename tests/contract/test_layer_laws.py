"""Every law on every row of the table of layers."""

import pytest
import torch
from contract.layer_laws import LAWS
from contract.layer_row import Row, running
from contract.layers import ROWS

from unrolled.kernels import CELLS
from unrolled.kernels.library import load


def test_every_kernel_has_its_rows_on_every_engine_and_path():
    kinds = [(torch.float64, "torch", None), (torch.float32, "torch", None)]
    library = load()
    kinds += [(torch.float32, "native", path) for path in (library.paths() if library else ())]
    for dtype, engine, path in kinds:
        for cell in CELLS:
            assert sum(row.engine == (cell, engine) and row.path == path and row.dtype == dtype for row in ROWS) >= 6
        assert sum(row.engine == ("chain", engine) and row.path == path and row.dtype == dtype for row in ROWS) >= 3


@pytest.mark.parametrize(("row", "law"), [(row, law) for row in ROWS for law in LAWS], ids=str)
def test_law_holds(row: Row, law: str):
    with running(row):
        LAWS[law](row)
