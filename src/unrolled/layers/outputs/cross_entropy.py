"""The cross-entropy of classes, every step for itself, and the weights of the classes in it."""

from typing import Literal

import torch
from torch import Tensor
from torch.nn import functional

from unrolled.data.ragged import Ragged
from unrolled.errors import DataError

__all__ = ["class_weights", "cross_entropy"]


def class_weights(kind: Literal["none", "balanced"], y_counts: Tensor | None) -> Tensor | None:
    """Return the weight of each class, (K,), by how often it occurs; None where all weigh the same.

    "balanced" is M / (K · count): each class then weighs as much as any other in the sum. A class that never occurs,
    as a model that goes on with new data may have, weighs nothing: only the smoothing of labels would ask for it.
    """
    if y_counts is None or kind == "none":
        return None
    counts = y_counts.clamp(min=1).to(torch.get_default_dtype())
    weights = counts.sum() / (len(counts) * counts)
    return torch.where(y_counts > 0, weights, 0.0)


def cross_entropy(scores: Ragged, y: Ragged, weights: Tensor | None = None, smoothing: float = 0.0) -> Tensor:
    """Return -Σ log softmax(z⟨t⟩)[y⟨t⟩] over the steps of each sequence, (N,).

    Raises:
        DataError: y has other steps than the scores.
    """
    if not torch.equal(scores.lengths, y.lengths):
        raise DataError(f"y has {y.num_rows} steps in {len(y)} sequences, and there are scores for {scores.num_rows}.")
    if weights is not None:
        weights = weights.to(scores.rows)
    losses = functional.cross_entropy(scores.rows, y.rows, weight=weights, label_smoothing=smoothing, reduction="none")
    return scores.with_rows(losses).sum()
