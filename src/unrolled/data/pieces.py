"""Long sequences in pieces: side by side in streams whose state goes on, or each for itself with a rim.

Everything here is a function of its arguments: a run that is resumed in the middle of an epoch cuts the same pieces.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from unrolled.data.batches import token_batches
from unrolled.errors import SettingsError

__all__ = ["Piece", "piece_batches", "stream_batches"]


class Piece(NamedTuple):
    """Steps [start, end) of an example.

    Attributes:
        example: its number, from 0.
        start, end: the first step, and the one after the last, in the order of the example itself.
        turned: whether the example is read from its end, as the other strand of DNA is.
        stream: which of the parallel streams the piece belongs to.
        first: whether it is the first that is read of its example, so that nothing is carried into it.
    """

    example: int
    start: int
    end: int
    turned: bool = False
    stream: int = 0
    first: bool = True


def piece_batches(
    lengths: Sequence[int], piece_steps: int, max_steps: int, seed: int, epoch: int, *, turn: bool = False
) -> list[list[Piece]]:
    """Return batches of pieces that know nothing of each other, each of at most `max_steps` steps.

    A sequence of up to `piece_steps` is one piece; a longer one is cut at places that differ from epoch to epoch. Every
    step is in exactly one piece.

    >>> sorted(piece[:3] for batch in piece_batches([5, 3], 3, 6, seed=0, epoch=1) for piece in batch)
    [(0, 0, 3), (0, 3, 5), (1, 0, 3)]

    Args:
        lengths: T of each example.
        piece_steps: the most steps of a piece.
        max_steps: the most steps of a batch.
        seed, epoch: what decides the cuts and the order.
        turn: whether each example is read from its end by chance.
    """
    random = _random(piece_steps, seed, epoch)
    pieces = [
        piece for i, length in enumerate(lengths) for piece in _cut(i, length, piece_steps, random, turn=turn, stream=0)
    ]
    found = token_batches([piece.end - piece.start for piece in pieces], max_steps, seed, epoch)
    return [[pieces[i] for i in batch] for batch in found]


def stream_batches(
    lengths: Sequence[int], piece_steps: int, num_streams: int, seed: int, epoch: int, *, turn: bool = False
) -> list[list[Piece]]:
    """Return batches of one piece of each stream: a stream reads one example after another, piece by piece.

    The state after a piece goes into the stream's next one, unless that is the first of an example. The examples are
    dealt out by chance, each to the stream that is free first; at the end fewer streams are left.

    >>> [[piece[:3] for piece in batch] for batch in stream_batches([4, 2], 3, 2, seed=1, epoch=1)]
    [[(1, 0, 2), (0, 0, 3)], [(0, 3, 4)]]

    Args:
        lengths: T of each example.
        piece_steps: the most steps of a piece: as far back as a gradient goes.
        num_streams: how many are read side by side.
        seed, epoch, turn: as of `piece_batches`.
    """
    random = _random(piece_steps, seed, epoch)
    waiting: list[int] = random.permutation(len(lengths)).tolist()[::-1]
    streams: list[list[Piece]] = [[] for _ in range(max(1, num_streams))]
    batches: list[list[Piece]] = []
    while True:
        for number in range(len(streams)):
            if not streams[number] and waiting:
                i = waiting.pop()
                streams[number] = _cut(i, lengths[i], piece_steps, random, turn=turn, stream=number)
        batch = [stream.pop(0) for stream in streams if stream]
        if not batch:
            return batches
        batches.append(batch)


def _random(piece_steps: int, seed: int, epoch: int) -> np.random.Generator:
    if piece_steps < 1:
        raise SettingsError(f"piece_steps is {piece_steps}. Give at least 1.")
    return np.random.default_rng([seed, epoch, 1])


def _cut(
    example: int, length: int, piece_steps: int, random: np.random.Generator, *, turn: bool, stream: int
) -> list[Piece]:
    """Return the pieces of an example in the order in which they are read."""
    turned = turn and bool(random.random() < 0.5)
    shift = int(random.integers(1, piece_steps + 1)) if length > piece_steps else length
    places = [0, *range(shift, length, piece_steps), length]
    pieces = [Piece(example, a, b, turned, stream) for a, b in pairwise(places)]
    if turned:
        pieces.reverse()
    return [piece._replace(first=number == 0) for number, piece in enumerate(pieces)]
