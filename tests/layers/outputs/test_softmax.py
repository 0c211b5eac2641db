import pytest
import torch

from unrolled.data.ragged import Ragged
from unrolled.errors import DataError, SettingsError
from unrolled.layers import Softmax


def test_large_scores_lose_nothing():
    layer = Softmax(1, 2)
    layer.Wya.data = torch.tensor([[1e4], [-1e4]])
    a = Ragged.from_list([torch.ones(2, 1)])
    assert layer.cross_entropy(a, a.with_rows(torch.tensor([0, 1]))).tolist() == [2e4]
    assert layer.probabilities(a).rows.tolist() == [[1.0, 0.0]] * 2


def test_mistakes_are_named():
    layer, a = Softmax(3, 2), Ragged.from_list([torch.ones(2, 3)])
    with pytest.raises(SettingsError, match="num_labels is 0"):
        Softmax(3, 0)
    with pytest.raises(DataError, match="one int64 label for each step"):
        layer.cross_entropy(a, Ragged.from_list([torch.tensor([0])]))
    with pytest.raises(DataError, match="labels go from 0 to 2"):
        layer.cross_entropy(a, a.with_rows(torch.tensor([0, 2])))
