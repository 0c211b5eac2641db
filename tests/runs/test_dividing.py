from collections import Counter
from itertools import pairwise

import numpy as np
import pytest

from unrolled.errors import DataError
from unrolled.runs.dividing import divide, drawn_aside, labels_of_y


def test_where_no_label_is_rare_the_first_of_a_permutation_are_set_aside() -> None:
    ys = ["a", "b", "c"] * 20
    for seed in range(20):
        wanted = np.random.default_rng(seed).permutation(60)[:6].tolist()
        assert drawn_aside(ys, 6, seed) == sorted(wanted)


def test_no_label_is_left_to_the_dev_part_alone() -> None:
    ys = ["a"] * 30 + ["b"] * 28 + ["rare", "odd"]
    alone = 0
    for seed in range(60):
        dev = drawn_aside(ys, 12, seed)
        alone += bool({58, 59} & {*np.random.default_rng(seed).permutation(60)[:12].tolist()})
        assert len(dev) == 12
        assert {ys[i] for i in range(60) if i not in dev} == set(ys)
    assert alone > 5  # of the permutations that were taken before


def test_of_labels_of_steps_none_is_left_to_the_dev_part_either() -> None:
    ys = [("O", "B-PER") if i else ("O", "B-LOC") for i in range(10)]
    assert all(0 not in drawn_aside(ys, 3, seed) for seed in range(30))


def test_numbers_have_no_labels_and_unique_labels_still_leave_a_dev_part() -> None:
    assert labels_of_y(0.5) == labels_of_y([0.5]) == frozenset()
    assert len(drawn_aside([0.5] * 10, 3, 0)) == 3
    assert len(drawn_aside([*"abcdefghij"], 3, 0)) == 3


def test_a_group_is_set_aside_whole_or_not_at_all() -> None:
    groups = [f"speaker {i % 7}" for i in range(70)]
    ys = ["a", "b"] * 35
    drawn: set[frozenset[str]] = set()
    for seed in range(20):
        dev = drawn_aside(ys, 20, seed, groups)
        aside = frozenset(groups[i] for i in dev)
        assert len(dev) == 20
        assert len(aside) == 2
        assert not aside & {groups[i] for i in range(70) if i not in dev}
        drawn.add(aside)
    assert len(drawn) > 5


def test_the_only_group_of_a_label_stays_and_one_group_alone_cannot_be_divided() -> None:
    groups = ["ann"] * 5 + ["bob"] * 5 + ["cy"] * 5
    ys = ["x"] * 10 + ["y"] * 5
    assert all({groups[i] for i in drawn_aside(ys, 5, seed, groups)} <= {"ann", "bob"} for seed in range(20))
    with pytest.raises(DataError, match="one group, 'ann'"):
        drawn_aside(["x"] * 4, 1, 0, ["ann"] * 4)


def test_folds_have_equal_sizes_and_each_label_its_share() -> None:
    ys = ["a"] * 53 + ["b"] * 21 + ["c"] * 3
    folds = divide(ys, 5, 0)
    assert max(Counter(folds).values()) - min(Counter(folds).values()) <= 1
    for label in "abc":
        counts = Counter(fold for fold, y in zip(folds, ys, strict=True) if y == label)
        assert max(counts[fold] for fold in range(5)) - min(counts[fold] for fold in range(5)) <= 1
    assert divide(ys, 5, 0) == folds != divide(ys, 5, 1)


def test_folds_of_numbers_and_of_labels_of_steps_have_equal_sizes() -> None:
    for ys in ([0.1 * i for i in range(23)], [("O",)] * 23):
        assert sorted(Counter(divide(ys, 4, 3)).values()) == [5, 6, 6, 6]


def test_a_group_is_in_one_fold_and_labels_are_shared_as_far_as_groups_let_them() -> None:
    rng = np.random.default_rng(0)
    groups: list[str] = []
    ys: list[str] = []
    for g in range(30):
        size = int(rng.integers(2, 12))
        groups += [f"g{g}"] * size
        ys += [str(label) for label in rng.choice(["a", "b", "b", "b"], size)]
    folds = divide(ys, 5, 0, groups)
    assert all(len({f for f, g in zip(folds, groups, strict=True) if g == name}) == 1 for name in set(groups))
    sizes = Counter(folds)
    assert len(sizes) == 5
    assert max(sizes.values()) - min(sizes.values()) <= 6
    share = ys.count("a") / len(ys)
    for fold in range(5):
        own = [y for f, y in zip(folds, ys, strict=True) if f == fold]
        assert abs(own.count("a") / len(own) - share) < 0.12


def test_no_fold_is_empty_although_one_group_is_large() -> None:
    groups = ["big"] * 90 + [f"small {i}" for i in range(4)]
    folds = divide(["a"] * 94, 5, 0, groups)
    assert set(folds) == set(range(5))


@pytest.mark.parametrize("groups", [(), ["x", "x", "y"]])
def test_more_folds_than_examples_or_groups_are_refused(groups: list[str]) -> None:
    with pytest.raises(DataError, match=r"2 groups for 4 folds|3 examples for 4 folds"):
        divide(["a", "b", "c"], 4, 0, groups)


def test_the_order_of_groups_of_one_size_is_drawn() -> None:
    groups = [f"g{i}" for i in range(12)]
    found = [divide(["a"] * 12, 3, seed, groups) for seed in range(6)]
    assert any(one != other for one, other in pairwise(found))
