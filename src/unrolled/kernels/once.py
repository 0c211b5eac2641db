"""Gradients that have none of their own: who asks for a second one gets an error, not silence."""

from collections.abc import Callable
from functools import wraps
from typing import Any

import torch
from torch import Tensor

__all__ = ["differentiable_once"]

Backward = Callable[..., tuple[Tensor | None, ...]]


def differentiable_once(back: Backward) -> Backward:
    """A Function's `backward` whose results cannot be differentiated.

    torch's own decorator lets a second derivative pass as zero where the gradients that come in need none, and takes
    longer than steps of a small layer.
    """

    @wraps(back)
    def run(ctx: Any, *grad_outputs: Tensor | None) -> tuple[Tensor | None, ...]:
        if not torch.is_grad_enabled():
            return back(ctx, *grad_outputs)
        with torch.no_grad():
            found = back(ctx, *grad_outputs)
        end: Any = _End.apply  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
        ends = iter(end(torch.empty(0, requires_grad=True), *(one for one in found if one is not None)))
        return tuple(None if one is None else next(ends) for one in found)

    return run


class _End(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, *inputs: Tensor) -> tuple[Tensor, ...]:
        del ctx
        return tuple(gradient.view_as(gradient) for gradient in inputs[1:])

    @staticmethod
    def backward(ctx: Any, *grad_outputs: Tensor) -> None:  # pyright: ignore[reportIncompatibleMethodOverride]
        raise RuntimeError(
            "trying to differentiate twice: gradients of recurrences and of sums over label paths have none themselves."
        )
