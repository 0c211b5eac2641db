import pytest
import torch

from unrolled.data.ragged import Ragged
from unrolled.errors import DataError, SettingsError
from unrolled.layers import dropout, variational, word_dropout


def noise(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def test_without_noise_nothing_is_dropped():
    x, indices = torch.ones(3, 2), torch.arange(4)
    batch = Ragged.from_list([x])
    assert dropout(x, 0.5, None) is x
    assert variational(batch, 0.5, None) is batch
    assert torch.equal(word_dropout(indices, 0.5, 0, None), indices)


def test_what_is_kept_is_scaled_so_that_the_mean_stays():
    dropped = dropout(torch.ones(100, 100, dtype=torch.float64), 0.2, noise())
    assert set(dropped.unique().tolist()) == {0.0, 1.25}
    # 10,000 draws: the standard error of the mean is 0.005.
    assert abs(dropped.mean().item() - 1) < 0.025


def test_variational_masks_are_one_a_sequence_and_differ_between_them():
    batch = Ragged.from_list([torch.ones(5, 50), torch.ones(3, 50)])
    first, second = variational(batch, 0.5, noise()).to_list()
    assert (first == first[0]).all()
    assert (second == second[0]).all()
    assert not torch.equal(first[0], second[0])
    assert set(first.unique().tolist()) == {0.0, 2.0}


def test_words_are_forgotten_at_their_own_rates():
    indices = torch.arange(1, 10_001)
    dropped = word_dropout(indices, 0.3, 0, noise())
    assert ((dropped == indices) | (dropped == 0)).all()
    assert abs((dropped == 0).double().mean().item() - 0.3) < 0.03
    rates = torch.where(indices % 2 == 0, 1.0, 0.0)
    assert torch.equal(word_dropout(indices, rates, 0, noise()) == 0, indices % 2 == 0)


def test_a_probability_that_cannot_be_is_refused():
    with pytest.raises(SettingsError, match="word_dropout is -1"):
        word_dropout(torch.arange(3), -1.0, 0, None)
    with pytest.raises(SettingsError, match=r"dropout is 1\.0"):
        dropout(torch.ones(2), 1.0, noise())
    with pytest.raises(DataError, match=r"p has shape \(2,\)"):
        word_dropout(torch.arange(3), torch.zeros(2), 0, noise())
