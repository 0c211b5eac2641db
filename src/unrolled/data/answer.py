"""What a model answers."""

from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

__all__ = ["Answer"]

Y_co = TypeVar("Y_co", covariant=True)


@dataclass(frozen=True, slots=True)
class Answer(Generic[Y_co]):
    """A model's answer to one x; what was not asked for is None or empty.

    Attributes:
        y: the answer, raw.
        log_p: log P(y | x), in nats.
        confidence: of each step of y, from 0 to 1.
        probabilities: of every class at each step, (T_y, K) float32, in the codec's order.
        others: further answers with their log-probabilities, the best first; the best of all is `y` itself again.
        alignment: (T_y, T_x) float32, how much of each x⟨t⟩ each step of y looked at; rows sum to 1.
        steps: with it, what the steps of x and those of y are called.
    """

    y: Y_co
    log_p: float | None = None
    confidence: tuple[float, ...] = ()
    probabilities: NDArray[np.float32] | None = None
    others: tuple[tuple[Y_co, float], ...] = ()
    alignment: NDArray[np.float32] | None = None
    steps: tuple[tuple[str, ...], tuple[str, ...]] | None = None
