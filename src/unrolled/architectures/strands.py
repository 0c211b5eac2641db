"""What is found on the other strand of DNA, turned back; and the steps of pieces without their rims."""

from collections.abc import Sequence

import torch
from torch import Tensor

from unrolled.data.codecs.encoded import EncodedBases
from unrolled.data.ragged import Ragged

__all__ = ["one_strand", "turned_back", "without_rims"]


def one_strand(scores: Ragged, x: EncodedBases, partners: Sequence[int] = ()) -> Ragged:
    """Return the scores in the order of the strand that was given, the mean of both where x has two views."""
    if x.turned is not None:
        scores = turned_back(scores, x.turned, partners)
    if x.views == 1:
        return scores
    parts = scores.to_list()
    means = [torch.stack(parts[i : i + x.views]).mean(0) for i in range(0, len(parts), x.views)]
    return Ragged.from_list(means)


def turned_back(scores: Ragged, turned: Tensor, partners: Sequence[int] = ()) -> Ragged:
    """Return scores whose turned sequences are reversed, each class with the score of its partner.

    >>> scores = Ragged(torch.tensor([[1.0, 2.0], [3.0, 4.0]]), torch.tensor([2]))
    >>> turned_back(scores, torch.tensor([True]), (1, 0)).rows.tolist()
    [[4.0, 3.0], [2.0, 1.0]]

    Args:
        scores: rows (M, K).
        turned: (N,) bool.
        partners: for each class the one that it is on the other strand; empty where each is itself.
    """
    other = scores.reverse().rows
    if partners:
        other = other[:, list(partners)]
    return scores.with_rows(torch.where(turned[scores.sequence_numbers][:, None].to(other.device), other, scores.rows))


def without_rims(rows: Ragged, rims: Sequence[int], lengths: Sequence[int]) -> Ragged:
    """Return `lengths[i]` rows of each sequence, from the one after the first `rims[i]`.

    >>> without_rims(Ragged(torch.arange(5), torch.tensor([3, 2])), [1, 0], [2, 1]).rows.tolist()
    [1, 2, 3]
    """
    if not any(rims) and list(lengths) == rows.lengths.tolist():  # pyright: ignore[reportUnknownMemberType]
        return rows
    parts = zip(rows.to_list(), rims, lengths, strict=True)
    return Ragged.from_list([part[rim : rim + length] for part, rim, length in parts])
