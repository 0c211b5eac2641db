"""The report on a loss or gradient that is no longer a number."""

import math
from collections.abc import Sequence
from typing import Any

import torch

from unrolled.data.pair import Pair
from unrolled.errors import RunError
from unrolled.training.noise import noise_of_step
from unrolled.training.settings import FitSettings
from unrolled.training.state import RunState
from unrolled.training.trainable import Trainable

__all__ = ["diverged"]


def diverged(
    model: Trainable,
    train: Sequence[Pair[Any, Any]],
    batch: Sequence[int],
    state: RunState,
    *,
    settings: FitSettings,
    found: str,
) -> RunError:
    """The error that names the step, the batch and, where an example alone has such a loss, that example.

    Args:
        model: with the weights from before the step.
        train: the training pairs.
        batch: the indices (from 0) of the batch's examples.
        state: before the step.
        settings: of the run.
        found: what is not finite, such as "the loss is nan".
    """
    alone = [i + 1 for i in batch if not math.isfinite(_loss_alone(model, train[i], state, settings))]
    last = f"{state.last_loss:.6g} a label at step {state.step}" if state.step else "none, this is the first step"
    clip = "none" if settings.clip_norm is None else f"{settings.clip_norm:g}"
    culprits = f" On its own, such a loss has example {_listed(alone)}." if alone and len(alone) < len(batch) else ""
    return RunError(
        f"Training stopped at step {state.step + 1} (epoch {state.epoch}, batch {state.batch + 1}): {found}. "
        f"Last finite loss: {last}. The batch held the examples {_listed(sorted(i + 1 for i in batch))} of "
        f"the training part, counted without what was set aside."
        f"{culprits} Lower learning_rate (now {settings.learning_rate:g}), set or lower clip_norm (now {clip}), "
        "or look for extreme or empty values in these examples."
    )


def _loss_alone(model: Trainable, pair: Pair[Any, Any], state: RunState, settings: FitSettings) -> float:
    device = next(model.network.parameters()).device
    with torch.no_grad():
        return model.loss([pair], noise_of_step(settings.seed, state.step + 1, device)).total.item()


def _listed(numbers: Sequence[int]) -> str:
    return ", ".join(map(str, numbers))
