from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unrolled.data import token_batches
from unrolled.errors import DataError, SettingsError

LENGTHS = st.lists(st.integers(1, 60), max_size=80)
quick = settings(deadline=None, max_examples=100)


@quick
@given(lengths=LENGTHS, max_tokens=st.integers(1, 120), seed=st.integers(0, 2**40), epoch=st.integers(0, 999))
def test_every_example_exactly_once_within_the_budget(
    lengths: list[int], max_tokens: int, seed: int, epoch: int
) -> None:
    batches = token_batches(lengths, max_tokens, seed, epoch)
    assert sorted(i for batch in batches for i in batch) == list(range(len(lengths)))
    for batch in batches:
        assert batch
        assert all(type(i) is int for i in batch)
        assert sum(lengths[i] for i in batch) <= max_tokens or len(batch) == 1


@quick
@given(lengths=LENGTHS, seed=st.integers(0, 99), epoch=st.integers(0, 99))
def test_the_result_is_a_function_of_its_arguments(lengths: list[int], seed: int, epoch: int) -> None:
    before = list(lengths)
    first = token_batches(lengths, 50, seed, epoch)
    np.random.seed(epoch)  # noqa: NPY002  (the global state must not matter)
    assert token_batches(lengths, 50, seed, epoch) == first
    assert token_batches(tuple(lengths), 50, seed, epoch) == first
    assert lengths == before


@quick
@given(lengths=LENGTHS, seed=st.integers(0, 99))
def test_a_batch_holds_examples_of_like_length(lengths: list[int], seed: int) -> None:
    batches = token_batches(lengths, 64, seed, epoch=0)
    ranges = [(min(lengths[i] for i in batch), max(lengths[i] for i in batch)) for batch in batches]
    for (short, long), (other_short, other_long) in combinations(ranges, 2):
        # One of two batches comes first; they may overlap by the stretch of a tenth, not more.
        assert long <= other_short * 1.1 or other_long <= short * 1.1


def test_epochs_and_seeds_differ_in_order_and_in_composition() -> None:
    lengths = [1 + (7 * i) % 40 for i in range(400)]
    epochs = [token_batches(lengths, 200, seed=0, epoch=epoch) for epoch in range(3)]
    epochs.append(token_batches(lengths, 200, seed=1, epoch=0))
    compositions = [{frozenset(batch) for batch in batches} for batches in epochs]
    for i in range(4):
        for j in range(i):
            assert epochs[i] != epochs[j]
            assert len(compositions[i] & compositions[j]) < len(compositions[i]) / 2
    longest = [max(lengths[i] for i in batch) for batch in epochs[0]]
    assert longest != sorted(longest)


def test_seed_and_epoch_are_not_exchangeable() -> None:
    lengths = list(range(1, 50))
    assert token_batches(lengths, 60, seed=1, epoch=2) != token_batches(lengths, 60, seed=2, epoch=1)


def test_an_example_beyond_the_budget_gets_its_own_batch() -> None:
    batches = token_batches([3, 50, 4, 70, 2], max_tokens=10, seed=0, epoch=0)
    assert sorted(sorted(batch) for batch in batches) == [[0, 2, 4], [1], [3]]


def test_half_a_million_examples_fill_their_batches() -> None:
    lengths = np.random.default_rng(0).integers(1, 60, 500_000).tolist()
    batches = token_batches(lengths, 4096, seed=0, epoch=0)
    assert sum(map(len, batches)) == len(lengths)
    # No batch but the last could have taken one more of the next length.
    assert len(batches) <= 1 + sum(lengths) / (4096 - 60)


def test_no_examples_no_batches() -> None:
    assert token_batches([], 10, seed=0, epoch=0) == []


@pytest.mark.parametrize("arguments", [(0, 0, 0), (10, -1, 0), (10, 0, -1)])
def test_settings_that_cannot_be_are_refused(arguments: tuple[int, int, int]) -> None:
    with pytest.raises(SettingsError, match="Give"):
        token_batches([1, 2], *arguments)


def test_an_example_without_steps_is_named() -> None:
    with pytest.raises(DataError, match="Example 1 has length 0"):
        token_batches([1, 0], 10, seed=0, epoch=0)
