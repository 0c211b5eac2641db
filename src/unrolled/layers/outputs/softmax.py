"""The output layer: ŷ⟨t⟩ = softmax(Wya a⟨t⟩ + by), every step for itself."""

import torch
from torch import Tensor, nn
from torch.nn import functional

from unrolled.data.ragged import Ragged, check_ragged
from unrolled.errors import DataError, SettingsError
from unrolled.layers.initialise import generator_or_default, xavier_uniform

__all__ = ["Softmax"]


class Softmax(nn.Module):
    """Output weights `Wya` (K, D), Xavier-uniform at first, and bias `by` (K,), zero at first.

    >>> layer = Softmax(3, 2)
    >>> a = Ragged.from_list([torch.ones(4, 3)])
    >>> layer(a).rows.shape, layer.cross_entropy(a, a.with_rows(torch.tensor([0, 1, 1, 0]))).shape
    (torch.Size([4, 2]), torch.Size([1]))

    Arguments:
        input_size: D, the width of a⟨t⟩.
        num_labels: K.
        generator: where the weights are drawn from; None is a new generator of seed 0.
    """

    def __init__(self, input_size: int, num_labels: int, *, generator: torch.Generator | None = None) -> None:
        super().__init__()
        for name, size in (("input_size", input_size), ("num_labels", num_labels)):
            if size < 1:
                raise SettingsError(f"{name} is {size}. Give a whole number of at least 1.")
        self.Wya = xavier_uniform(1, num_labels, input_size, generator_or_default(generator))
        self.by = nn.Parameter(torch.zeros(num_labels))

    def forward(self, a: Ragged) -> Ragged:
        """Scores Wya a⟨t⟩ + by, rows (M, K), before the softmax; they also serve as emissions of a CRF."""
        check_ragged("Softmax", a)
        return a.with_rows(functional.linear(a.rows, self.Wya, self.by))

    def probabilities(self, a: Ragged) -> Ragged:
        """ŷ⟨t⟩, rows (M, K) that sum to 1."""
        check_ragged("Softmax.probabilities", a)
        return a.with_rows(self(a).rows.softmax(dim=1))

    def cross_entropy(self, a: Ragged, labels: Ragged, class_weights: Tensor | None = None) -> Tensor:
        """-Σ log ŷ⟨t⟩[y⟨t⟩] over the steps of each sequence, (N,); labels have int64 rows (M,).

        With `class_weights` (K,) each step counts by the weight of its label. Raises DataError where the labels do not
        fit.
        """
        check_ragged("Softmax.cross_entropy", a, labels)
        K, y = len(self.by), labels.rows
        if not torch.equal(labels.lengths, a.lengths) or y.ndim != 1 or y.dtype != torch.int64:
            raise DataError(
                f"Softmax: labels have rows {tuple(y.shape)}, {y.dtype}, in {len(labels)} sequences, the input "
                f"{tuple(a.rows.shape)} in {len(a)}. Give one int64 label for each step."
            )
        if int(y.min()) < 0 or int(y.max()) >= K:
            raise DataError(f"Softmax: labels go from {int(y.min())} to {int(y.max())}. Give 0 to {K - 1}.")
        losses = functional.cross_entropy(self(a).rows, y, weight=class_weights, reduction="none")
        return losses.new_zeros(len(a)).index_add(0, a.sequence_numbers.to(losses.device), losses)
