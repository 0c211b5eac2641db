"""Pieces of long sequences: every step once, in the order in which it is read, and the same for the same arguments."""

from collections import defaultdict

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unrolled.data.pieces import Piece, piece_batches, stream_batches
from unrolled.errors import SettingsError

LENGTHS = st.lists(st.integers(1, 40), min_size=1, max_size=8)


def covered(pieces: list[Piece]) -> dict[int, list[int]]:
    steps: dict[int, list[int]] = defaultdict(list)
    for piece in pieces:
        steps[piece.example] += range(piece.start, piece.end)
    return steps


@given(LENGTHS, st.integers(1, 12), st.integers(1, 5), st.integers(0, 3), st.booleans())
@settings(deadline=None)
def test_a_stream_reads_example_after_example_in_order(
    lengths: list[int], steps: int, streams: int, epoch: int, turn: bool
) -> None:
    batches = stream_batches(lengths, steps, streams, 7, epoch, turn=turn)
    assert batches == stream_batches(lengths, steps, streams, 7, epoch, turn=turn)
    found = covered([piece for batch in batches for piece in batch])
    assert {i: sorted(own) for i, own in found.items()} == {i: list(range(T)) for i, T in enumerate(lengths)}
    assert all(0 < piece.end - piece.start <= steps for batch in batches for piece in batch)
    assert all(len({piece.stream for piece in batch}) == len(batch) <= streams for batch in batches)
    for stream in range(streams):
        before: Piece | None = None
        for piece in (piece for batch in batches for piece in batch if piece.stream == stream):
            assert piece.first == (before is None or before.example != piece.example)
            if before is not None and not piece.first:
                assert piece.turned == before.turned
                assert (piece.end == before.start) if piece.turned else (piece.start == before.end)
            elif piece.turned:
                assert piece.end == lengths[piece.example]
            else:
                assert piece.start == 0
            before = piece
    assert turn or not any(piece.turned for batch in batches for piece in batch)
    assert all(batch for batch in batches)


@given(LENGTHS, st.integers(1, 12), st.integers(12, 60), st.integers(0, 3))
@settings(deadline=None)
def test_pieces_for_themselves_hold_every_step_once_within_the_budget(
    lengths: list[int], steps: int, most: int, epoch: int
) -> None:
    batches = piece_batches(lengths, steps, most, 3, epoch, turn=True)
    found = covered([piece for batch in batches for piece in batch])
    assert {i: sorted(own) for i, own in found.items()} == {i: list(range(T)) for i, T in enumerate(lengths)}
    assert all(sum(piece.end - piece.start for piece in batch) <= most for batch in batches)
    whole = [piece for batch in batches for piece in batch if lengths[piece.example] <= steps]
    assert all((piece.start, piece.end) == (0, lengths[piece.example]) for piece in whole)


def test_the_cuts_and_the_order_change_with_the_epoch_and_either_way_is_read() -> None:
    lengths = [500] * 20
    first, second = (piece_batches(lengths, 64, 256, 1, epoch, turn=True) for epoch in (1, 2))
    assert {piece[:3] for batch in first for piece in batch} != {piece[:3] for batch in second for piece in batch}
    turned = {piece.example for batch in first for piece in batch if piece.turned}
    assert 3 < len(turned) < 17
    assert [b[0].example for b in stream_batches(lengths, 500, 1, 1, 1)] != list(range(20))


def test_no_steps_at_all_are_refused() -> None:
    with pytest.raises(SettingsError, match="piece_steps is 0"):
        stream_batches([3], 0, 1, 0, 0)
