import pytest
import torch

from unrolled.errors import DataError
from unrolled.layers import Wide


def test_weights_of_the_phrases_of_a_text_are_added_up():
    wide = Wide(4, 2)
    assert not wide.weight.any()
    wide.weight.data = torch.tensor([[1.0, 0.0], [2.0, 10.0], [4.0, 20.0], [8.0, 40.0]])
    scores = wide(torch.tensor([2, 0, 2]), torch.tensor([0, 0, 3, 3]))
    assert scores.tolist() == [[0.0, 0.0], [9.0, 40.0], [0.0, 0.0]]
    assert wide(torch.zeros(0, dtype=torch.int64), torch.tensor([0, 0])).tolist() == [[0.0, 0.0]]


@pytest.mark.parametrize("offsets", [[0], [1, 2], [0, 1], [[0, 2]]])
def test_offsets_that_are_no_borders_are_named(offsets: list[int]):
    with pytest.raises(DataError, match="from 0 to the number of phrases"):
        Wide(4, 2)(torch.tensor([2, 0]), torch.tensor(offsets))
