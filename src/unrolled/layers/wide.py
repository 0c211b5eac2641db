"""The wide part beside a deep one: a weight for each phrase that a text has, and no more."""

from collections.abc import Mapping

import torch
from torch import Tensor, nn
from torch.nn import functional

from unrolled.errors import DataError

__all__ = ["Wide"]


class Wide(nn.Module):
    """Scores Σ weight[p] over the phrases p of a text (Cheng et al. 2016, arXiv:1606.07792v1): a linear model beside
    a deep network, both learnt together.

    `weight` (P, K) is zero at first, so that the deep part begins as if it were alone.

    >>> wide = Wide(5, 2)
    >>> wide(torch.tensor([4, 1, 1]), torch.tensor([0, 2, 2, 3])).shape
    torch.Size([3, 2])

    Args:
        num_phrases: P.
        num_scores: K, width of the scores.
    """

    def __init__(self, num_phrases: int, num_scores: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(num_phrases, num_scores))

    def forward(self, indices: Tensor, offsets: Tensor) -> Tensor:
        """Return the scores of each text, (N, K).

        Args:
            indices: (F,) int64, the phrases of all texts.
            offsets: (N+1,) int64: text n has `indices[offsets[n]:offsets[n + 1]]`, which may be none.

        Raises:
            DataError: offsets that are no such borders.
        """
        if offsets.ndim != 1 or len(offsets) < 2 or int(offsets[0]) or int(offsets[-1]) != len(indices):
            raise DataError(
                f"The offsets of phrases are {tuple(offsets.shape)}, and there are {len(indices)} phrases. "
                "Give (N+1,), from 0 to the number of phrases."
            )
        return functional.embedding_bag(indices, self.weight, offsets, mode="sum", include_last_offset=True)

    def shapes(self, scores: str = "K") -> Mapping[str, tuple[str, ...]]:
        """Return the shape of the weights in symbols; `scores` is what the width of the scores is called."""
        return {"weight": ("P", scores)}
