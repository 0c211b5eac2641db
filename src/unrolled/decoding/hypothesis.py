"""What decoding finds."""

from dataclasses import dataclass

from torch import Tensor

__all__ = ["Decoding", "Hypothesis"]


@dataclass(frozen=True, slots=True)
class Decoding:
    """What is asked of an answer besides the best one.

    Attributes:
        n_best: further hypotheses, the best among them; 0 for the best alone.
        confidence: whether each hypothesis says how sure the model is of each step.
        probabilities: whether the best one comes with the probabilities of all classes at each step.
    """

    n_best: int = 0
    confidence: bool = False
    probabilities: bool = False


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """One possible y, encoded.

    Attributes:
        rows: (T_y, ...), as the output's space has them.
        log_p: log P(y | x) in nats, where it is known.
        confidence: of each step, from 0 to 1, where it was asked for.
        probabilities: (T_y, K) of every class at each step, where they were asked for.
        alignment: (T_y, T_x), how much of each x⟨t⟩ each step looked at, where the network has an attention.
    """

    rows: Tensor
    log_p: float | None = None
    confidence: tuple[float, ...] = ()
    probabilities: Tensor | None = None
    alignment: Tensor | None = None
