"""Batches of like-length examples, by a budget of tokens."""

from collections.abc import Sequence

import numpy as np

from unrolled.errors import DataError, SettingsError

__all__ = ["token_batches"]

# Lengths are compared after a random stretch of up to this much: otherwise only ties would differ between epochs.
JITTER = 0.1


def token_batches(lengths: Sequence[int], max_tokens: int, seed: int, epoch: int) -> list[list[int]]:
    """Group example numbers into shuffled batches of like length, each of at most `max_tokens` tokens.

    Every example occurs exactly once; one that is longer than the budget gets a batch of its own. The result is a
    function of the arguments: epoch 7 can be asked for without the six before it.

    >>> sorted(sorted(batch) for batch in token_batches([9, 1, 100, 2, 9], max_tokens=12, seed=0, epoch=0))
    [[0, 1, 3], [2], [4]]

    Raises:
        DataError: a length below 1.
        SettingsError: `max_tokens` below 1, a negative `seed` or `epoch`.
    """
    if max_tokens < 1:
        raise SettingsError(f"max_tokens is {max_tokens}. Give the number of tokens of a batch, at least 1.")
    if seed < 0 or epoch < 0:
        raise SettingsError(f"seed is {seed} and epoch {epoch}. Give numbers that are not negative.")
    steps = np.asarray(lengths, dtype=np.int64)
    if not len(steps):
        return []
    if steps.min() < 1:
        example = int(steps.argmin())
        raise DataError(f"Example {example} has length {steps[example]}. Leave out examples without steps.")

    random = np.random.default_rng([seed, epoch])
    order = np.argsort(steps * random.uniform(1.0, 1.0 + JITTER, len(steps)), kind="stable")
    ends = steps[order].cumsum()
    batches: list[list[int]] = []
    start, spent = 0, 0
    while start < len(order):
        stop = max(start + 1, int(np.searchsorted(ends, spent + max_tokens, side="right")))
        batches.append(order[start:stop].tolist())
        start, spent = stop, int(ends[stop - 1])
    return [batches[i] for i in random.permutation(len(batches))]
