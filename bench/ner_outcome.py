"""What every system of the named entity benchmark hands back, and the one rule by which all are scored."""

from dataclasses import dataclass

from ner_corpora import Sentence
from seqeval.metrics.v1 import precision_recall_fscore_support
from seqeval.scheme import IOB2

METRIC_RULE = "entity F1, micro-averaged, exact span and type, seqeval in strict mode under IOB2"


@dataclass(frozen=True, slots=True)
class Epoch:
    number: int  # from 1
    seconds: float  # training alone
    elapsed: float  # since the system was handed the sentences: preparation, training and evaluation
    f1: float | None  # on dev; None where the system did not evaluate


@dataclass(frozen=True, slots=True)
class Outcome:
    predictions: list[list[str]]  # on dev, by the weights of the best epoch
    epochs: list[Epoch]
    unbiased: list[list[str]] | None = None  # on dev, without what the system chose on dev beside the epoch

    @property
    def best(self) -> Epoch:
        """The first epoch of highest dev F1."""
        return max((epoch for epoch in self.epochs if epoch.f1 is not None), key=lambda epoch: epoch.f1 or 0.0)


@dataclass(frozen=True, slots=True)
class Scores:
    precision: float
    recall: float
    f1: float


def entity_scores(gold: list[Sentence], predictions: list[list[str]]) -> Scores:
    """Scores of `predictions` (IOB2) under METRIC_RULE; an `I-` that continues nothing belongs to no entity."""
    precision, recall, f1, _ = precision_recall_fscore_support(
        [sentence.tags for sentence in gold],
        predictions,
        average="micro",
        scheme=IOB2,
        zero_division=0,
    )
    return Scores(float(precision), float(recall), float(f1))
