"""What decoding finds."""

from dataclasses import dataclass
from typing import ClassVar

from torch import Tensor

from unrolled.settings import Settings, setting

__all__ = ["GREEDY", "BeamSettings", "Decoding", "Hypothesis"]


@dataclass(frozen=True, kw_only=True)
class BeamSettings(Settings):
    """How far an answer is searched.

    Attributes:
        beam_size: how many beginnings go on side by side; 1 takes the most probable symbol at each step.
        length_penalty: α, by which log P is divided by ((5 + T_y) / 6)^α before answers are compared, since every
            further symbol costs (Wu et al. 2016, arXiv:1609.08144v2); 0 compares log P itself.
        no_repeat: so many symbols in a row stand once in an answer and not again (Paulus et al. 2017,
            arXiv:1705.04304v3); 0 for no limit.
        max_length_ratio, max_length_extra: y has at most ratio · T_x + extra symbols, the end symbol included.
    """

    title: ClassVar[str] = "setting of the search"

    beam_size: int = setting(5, least=1, most=10_000)
    length_penalty: float = setting(0.6, least=0)
    no_repeat: int = setting(0)
    max_length_ratio: float = setting(2.0, least=0)
    max_length_extra: int = setting(10, least=1)

    def max_length(self, T_x: int) -> int:
        """Return the most symbols that y may have for an x of T_x steps."""
        return int(self.max_length_ratio * T_x) + self.max_length_extra


GREEDY = BeamSettings(beam_size=1)
"""The most probable symbol at every step."""


@dataclass(frozen=True, slots=True)
class Decoding:
    """What is asked of an answer besides the best one.

    Attributes:
        n_best: further hypotheses, the best among them; 0 for the best alone.
        confidence: whether each hypothesis says how sure the model is of each step.
        probabilities: whether the best one comes with the probabilities of all classes at each step.
        alignment: whether the best one comes with what each of its steps looked at, where the network has an attention.
        search: how y is searched where its length is the network's to say; None as the model has it.
    """

    n_best: int = 0
    confidence: bool = False
    probabilities: bool = False
    alignment: bool = False
    search: BeamSettings | None = None


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """One possible y, encoded.

    Attributes:
        rows: (T_y, ...), as the output's space has them.
        log_p: log P(y | x) in nats, where it is known.
        confidence: of each step, from 0 to 1, where it was asked for.
        probabilities: (T_y, K) of every class at each step, where they were asked for.
        alignment: (T_y, T_x), how much of each x⟨t⟩ each step looked at, where it was asked for.
    """

    rows: Tensor
    log_p: float | None = None
    confidence: tuple[float, ...] = ()
    probabilities: Tensor | None = None
    alignment: Tensor | None = None
