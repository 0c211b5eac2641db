"""The scores of a long sequence, piece by piece: its memory is that of some pieces, and of the scores."""

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from unrolled.architectures.many_to_many import ManyToMany
from unrolled.architectures.strands import without_rims
from unrolled.data.codecs.encoded import EncodedBases
from unrolled.data.pieces import Piece
from unrolled.data.ragged import Ragged
from unrolled.kernels import State

__all__ = ["scores_in_pieces"]

AT_ONCE = 4
"""Pieces that know nothing of each other are answered side by side, so many: a step costs little more for it."""


@torch.no_grad()
def scores_in_pieces(
    network: ManyToMany,
    encode: Callable[[Sequence[Piece], int], EncodedBases],
    T: int,
    piece_steps: int,
    rim: int,
    num_views: int = 1,
) -> Ragged:
    """Return the scores of a sequence, rows (T, K).

    One way alone, the state goes on from piece to piece, and the scores are those of the whole. Both ways, each piece
    is read with a rim, which costs 2·rim / piece_steps more, and what lies beyond the rim is not seen.

    Args:
        network: what answers.
        encode: pieces of the sequence, given the rim in steps.
        T: its length.
        piece_steps, rim: in steps.
        num_views: 2 for the mean of both strands.
    """
    views = [_view(network, encode, T, piece_steps, rim, turned=view == 1) for view in range(num_views)]
    return Ragged(torch.stack(views).mean(0) if num_views > 1 else views[0], torch.tensor([T]))


def _view(
    network: ManyToMany,
    encode: Callable[[Sequence[Piece], int], EncodedBases],
    T: int,
    piece_steps: int,
    rim: int,
    *,
    turned: bool,
) -> Tensor:
    both = network.core.bidirectional
    rim = rim if both else 0
    starts = list(range(0, T, piece_steps))
    pieces = [Piece(0, start, min(T, start + piece_steps), turned) for start in starts]
    at_once = AT_ONCE if both else 1
    if turned and not both:
        pieces.reverse()
    found: list[Tensor] = []
    state: State | None = None
    for i in range(0, len(pieces), at_once):
        some = pieces[i : i + at_once]
        scores, last = network.scores_after(encode(some, rim), state)
        state = None if both else last
        rims = [piece.start - max(0, piece.start - rim) for piece in some]
        # Cloned: a part of the rows would else keep all of them.
        found.append(without_rims(scores, rims, [piece.end - piece.start for piece in some]).rows.clone())
    return torch.cat(found[::-1] if turned and not both else found)
