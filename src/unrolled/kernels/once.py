"""Gradients that have none of their own, and no forward mode: who asks for either gets an error, not silence."""

from collections.abc import Callable
from functools import wraps
from typing import Any

import torch
from torch import Tensor
from torch.autograd import forward_ad

__all__ = ["differentiable_once", "forward_mode"]

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


def forward_mode() -> bool:
    """Whether tangents may be about: a call beside autograd would lose them, a Function without a rule refuses them."""
    return vars(forward_ad)["_current_level"] >= 0


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
