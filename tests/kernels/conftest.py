"""The native engine's instruction paths."""

from collections.abc import Iterator

import pytest
import torch

from unrolled.kernels.library import load

ENGINE = load()
assert ENGINE is not None


@pytest.fixture(params=ENGINE.paths())
def path(request: pytest.FixtureRequest) -> Iterator[str]:
    """One path after the other; what the test changes of it and of torch's threads is put back."""
    before, threads = ENGINE.path(), torch.get_num_threads()
    ENGINE.use_path(request.param)
    yield request.param
    ENGINE.use_path(before)
    torch.set_num_threads(threads)
