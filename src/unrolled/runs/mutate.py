"""In-silico mutagenesis: what each other base in each place of a sequence would do to the answer."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from unrolled.data.bases import BASES, normal_bases
from unrolled.data.codecs import DnaCodec
from unrolled.errors import DataError, SettingsError
from unrolled.model import Model
from unrolled.tasks.show import labels_of

__all__ = ["Mutations", "mutate"]


@dataclass(frozen=True)
class Mutations:
    """How the log-odds of a label move when one base is another.

    Attributes:
        label: whose.
        bases: the sequence.
        log_odds: of the label for the sequence as it is.
        changes: (T, 4), for A, C, G and T in the place of each base; 0 where that is the base itself.
    """

    label: str
    bases: str
    log_odds: float
    changes: NDArray[np.float64]

    def to_dict(self) -> dict[str, Any]:
        """Return it for JSON."""
        return {
            "label": self.label,
            "sequence": self.bases,
            "log_odds": round(self.log_odds, 6),
            "changes": {base: self.changes[:, i].round(6).tolist() for i, base in enumerate(BASES)},
        }


def mutate(model: Model[Any, Any], bases: str, label: str | None = None) -> Mutations:
    """Answer a sequence, and again with each other base in each place: 3 T answers, as of Zhou & Troyanskaya 2015.

    (doi:10.1038/nmeth.3547.) A base whose changes all lower the log-odds is one that the answer rests on.

    Args:
        model: of the task dna.
        bases: the sequence.
        label: whose log-odds are looked at; None for the answer's.

    Raises:
        DataError: a sequence that cannot be encoded, or a label that the model does not have.
        SettingsError: a model of something else.
    """
    labels = labels_of(model.y)
    if not isinstance(model.x, DnaCodec) or not labels or not model.network.answers_once:
        raise SettingsError("Mutations are of a model of DNA with one label for all of a sequence.")
    if (fault := model.x.check(bases)) is not None:
        raise DataError(f"The sequence has {fault.found}. {fault.way_out}.")
    normal = normal_bases(bases)
    chosen: str = model.predict([normal])[0] if label is None else label
    if (fault := model.y.check(chosen)) is not None:
        raise DataError(f"What is to be explained is {fault.found}. {fault.way_out}.")
    index = labels.index(chosen)
    others = [(t, i) for t in range(len(normal)) for i, base in enumerate(BASES) if base != normal[t]]
    sequences = [normal, *(normal[:t] + BASES[i] + normal[t + 1 :] for t, i in others)]
    odds = [_log_odds(float(rows[0, index])) for rows in model.probabilities(sequences)]
    changes = np.zeros((len(normal), len(BASES)))
    for (t, i), value in zip(others, odds[1:], strict=True):
        changes[t, i] = value - odds[0]
    return Mutations(chosen, normal, odds[0], changes)


def _log_odds(p: float) -> float:
    least = 1e-7  # float32 knows no probability nearer to 1
    p = min(max(p, least), 1 - least)
    return math.log(p / (1 - p))
