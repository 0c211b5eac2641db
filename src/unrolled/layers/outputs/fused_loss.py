"""The cross-entropy of a wide softmax, without the scores of all rows ever lying side by side."""

from typing import Any

import torch
from torch import Tensor

__all__ = ["fused_cross_entropy"]

ROWS = 256
"""Rows whose scores are in memory at once: of 8,000 classes 8 MB, which a cache holds."""


class _FusedCrossEntropy(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, a: Tensor, W: Tensor, b: Tensor, y: Tensor, smoothing: float) -> Tensor:
        needed = any(ctx.needs_input_grad[:3])
        total = a.new_zeros(())
        da, dW, db = (torch.empty_like(a), torch.zeros_like(W), torch.zeros_like(b)) if needed else (a, W, b)
        K = len(b)
        for start in range(0, len(a), ROWS):
            rows, labels = a[start : start + ROWS], y[start : start + ROWS, None]
            z = torch.addmm(b, rows, W.T)
            log_sums = torch.logsumexp(z, 1, keepdim=True)
            losses = log_sums - (1 - smoothing) * z.gather(1, labels)
            if smoothing:
                losses -= smoothing * z.mean(1, keepdim=True)
            total += losses.sum()
            if needed:
                dz = z.sub_(log_sums).exp_()
                if smoothing:
                    dz -= smoothing / K
                dz.scatter_add_(1, labels, dz.new_full(labels.shape, smoothing - 1))
                torch.mm(dz, W, out=da[start : start + ROWS])
                dW.addmm_(dz.T, rows)
                db += dz.sum(0)
        ctx.save_for_backward(da, dW, db)
        return total

    @staticmethod
    def backward(ctx: Any, *grad_outputs: Any) -> Any:
        (d_total,), (da, dW, db) = grad_outputs, ctx.saved_tensors
        return d_total * da, d_total * dW, d_total * db, None, None


def fused_cross_entropy(a: Tensor, W: Tensor, b: Tensor, y: Tensor, smoothing: float = 0.0) -> Tensor:
    """Return -Σ log softmax(W a + b)[y] over all rows, a scalar; the gradients are made on the way.

    >>> fused_cross_entropy(torch.zeros(3, 2), torch.zeros(4, 2), torch.zeros(4), torch.tensor([0, 1, 3])).exp().round()
    tensor(64.)

    The softmax's gradient takes the scores' place in memory, a few rows at a time (an idea of Wijmans et al. 2024,
    arXiv:2411.09009v1, and Hsu et al. 2024, arXiv:2410.10989v3).

    Args:
        a: (M, D).
        W, b: (K, D) and (K,).
        y: (M,) int64, from 0 to K - 1.
        smoothing: ε, as `ClassesOutputSettings.label_smoothing`.
    """
    apply: Any = _FusedCrossEntropy.apply  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
    return apply(a, W, b, y, smoothing)
