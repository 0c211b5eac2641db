"""How pairs are divided: a part set aside, or folds; by label and by group, drawn by a seed."""

from collections import Counter
from collections.abc import Sequence
from typing import Any, cast

import numpy as np

from unrolled.data.labels import in_order
from unrolled.errors import DataError

__all__ = ["divide", "drawn_aside", "key_of", "labels_of_y"]


def key_of(x: Any) -> Any:
    """Return what stands for a value in a table: arrays do not compare."""
    return x if not hasattr(x, "tobytes") else (x.shape, x.tobytes())


def labels_of_y(y: Any) -> frozenset[str]:
    """Return the labels in a y: of all of x, of each step, or of a set; none of numbers.

    >>> sorted(labels_of_y(("O", "B-PER", "O"))), labels_of_y(0.5)
    (['B-PER', 'O'], frozenset())
    """
    if isinstance(y, str):
        return frozenset({y})
    if isinstance(y, tuple | frozenset):
        return frozenset(label for label in cast("Sequence[Any]", y) if isinstance(label, str))
    return frozenset()


def drawn_aside(ys: Sequence[Any], num: int, seed: int, groups: Sequence[str] = ()) -> list[int]:
    """Return the places of about `num` examples to set aside, in order, drawn by the seed.

    Without groups they are the first of a permutation; but where all examples of a label are among them, such an
    example stays behind, and the next of the permutation goes in its place. With groups, each example of one is a group
    of its own, and a group goes whole or not at all: in the order of a permutation each group that brings the number
    nearer to `num`, and at least one; a group that alone has a label stays behind, too. Where so too few can be set
    aside, what stayed behind goes after all.

    Args:
        ys: of each example.
        num: how many, fewer than there are.
        seed: of the permutation.
        groups: whom or what each example is from; none where that does not matter.

    Raises:
        DataError: there is one group.
    """
    names = list(groups) or [str(i) for i in range(len(ys))]
    members: dict[str, list[int]] = {}
    for i, name in enumerate(names):
        members.setdefault(name, []).append(i)
    if len(members) < 2:
        raise DataError(f"All examples are from one group, {names[0]!r}: none can be set aside. Give a dev file.")
    left = Counter(label for y in ys for label in labels_of_y(y))
    chosen: list[int] = []
    taken: set[str] = set()
    drawn: list[int] = np.random.default_rng(seed).permutation(len(members)).tolist()
    order = [list(members)[place] for place in drawn]
    for strict in (True, False):
        for name in order:
            size = len(members[name])
            nearer = abs(len(chosen) + size - num) < abs(len(chosen) - num)
            if name in taken or len(taken) == len(members) - 1 or (chosen and not nearer):
                continue
            own = Counter(label for i in members[name] for label in labels_of_y(ys[i]))
            if strict and any(left[label] == count for label, count in own.items()):
                continue
            left -= own
            taken.add(name)
            chosen += members[name]
    return sorted(chosen)


def divide(ys: Sequence[Any], num_folds: int, seed: int, groups: Sequence[str] = ()) -> list[int]:
    """Return the fold of each example, from 0: of equal size and with each label's share, as far as that can be.

    Without groups the examples of each label are dealt out in the order of a permutation, so that the folds' sizes, and
    those of a label in them, differ by one at most; examples whose y is no single label count as of one label. With
    groups each goes whole: the largest first, to the fold that then is nearest to an equal share of every label (the
    order of groups of one size is drawn).

    Raises:
        DataError: fewer examples, or groups, than folds.
    """
    found = len(set(groups)) if groups else len(ys)
    if found < num_folds:
        noun = "groups" if groups else "examples"
        raise DataError(f"There are {found} {noun} for {num_folds} folds. Give fewer folds: --folds {max(found, 2)}.")
    kinds = [y if isinstance(y, str) else "" for y in ys]
    generator = np.random.default_rng(seed)
    if groups:
        return _groups_divided(kinds, num_folds, generator, groups)
    folds = [0] * len(ys)
    dealt = 0
    for kind in in_order(set(kinds)):
        own = [i for i, other in enumerate(kinds) if other == kind]
        for place in generator.permutation(len(own)).tolist():
            folds[own[place]] = dealt % num_folds
            dealt += 1
    return folds


def _groups_divided(
    kinds: Sequence[str], num_folds: int, generator: np.random.Generator, groups: Sequence[str]
) -> list[int]:
    labels = {kind: place for place, kind in enumerate(in_order(set(kinds)))}
    names = {name: place for place, name in enumerate(dict.fromkeys(groups))}
    counts = np.zeros((len(names), len(labels)))
    for name, kind in zip(groups, kinds, strict=True):
        counts[names[name], labels[kind]] += 1
    share = counts.sum(0) / num_folds
    drawn = generator.permutation(len(names))
    order = drawn[np.argsort(-counts.sum(1)[drawn], kind="stable")]
    held, fold_of, left = np.zeros((num_folds, len(labels))), np.zeros(len(names), np.int64), len(names)
    for group in order.tolist():
        empty = ~held.any(1)
        open_to = empty if left <= int(empty.sum()) else np.ones(num_folds, bool)  # none stays empty
        # What the squared distance from an equal share of each label becomes; rare labels count as much as others.
        after = (((held + counts[group] - share) ** 2 - (held - share) ** 2) / share).sum(1)
        fold = int(np.argmin(np.where(open_to, after, np.inf)))
        held[fold] += counts[group]
        fold_of[group], left = fold, left - 1
    return [int(fold_of[names[name]]) for name in groups]
