"""Sequences with a label each: what systems are handed, the score, and the times that a system keeps."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from contest import Epoch, Outcome

METRIC_RULE = "accuracy: the share of right labels"


@dataclass(frozen=True, slots=True)
class Labelled:
    x: Any  # has a length, in steps
    label: str

    @property
    def num_tokens(self) -> int:
        return len(self.x)


def accuracy(gold: Sequence[Labelled], predictions: Sequence[str]) -> float:
    return sum(one.label == label for one, label in zip(gold, predictions, strict=True)) / len(gold)


def scores(gold: Sequence[Labelled], predictions: Sequence[str]) -> dict[str, float]:
    return {"accuracy": accuracy(gold, predictions)}


def apart(examples: Sequence[Labelled]) -> tuple[list[Any], list[str]]:
    """X and y, as most libraries want them."""
    return [one.x for one in examples], [one.label for one in examples]


class Stopwatch:
    """The epochs of a system: it starts when it is made."""

    def __init__(self) -> None:
        self.start = self.last = time.perf_counter()
        self.epochs: list[Epoch] = []

    def end_epoch(self, score: float) -> None:
        """An epoch, and its measuring on dev, has just ended."""
        now = time.perf_counter()
        self.epochs.append(Epoch(len(self.epochs) + 1, now - self.last, now - self.start, score))
        self.last = now


def at_once(dev: Sequence[Labelled], answer: Callable[[], Sequence[str]]) -> Outcome:
    """Of a system without epochs: `answer` trains it and labels `dev`."""
    start = time.perf_counter()
    predictions = [str(label) for label in answer()]
    return Outcome(predictions, [Epoch(1, None, time.perf_counter() - start, accuracy(dev, predictions))])
