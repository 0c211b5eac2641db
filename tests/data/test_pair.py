import copy
import dataclasses
import pickle

import pytest

from unrolled.data import Pair


def test_pair_is_frozen_hashable_and_compared_by_value() -> None:
    pair = Pair(("a", "b"), ("O", "O"))
    assert pair == Pair(x=("a", "b"), y=("O", "O"))
    assert pair != Pair(("a", "b"), ("O", "B-PER"))
    assert len({pair, Pair(("a", "b"), ("O", "O"))}) == 1
    with pytest.raises(dataclasses.FrozenInstanceError):
        pair.x = ()  # type: ignore[misc]


def test_pair_survives_copy_and_worker_processes() -> None:
    pair = Pair(("a",), ("O",))
    assert copy.deepcopy(pair) == pair
    assert pickle.loads(pickle.dumps(pair)) == pair
