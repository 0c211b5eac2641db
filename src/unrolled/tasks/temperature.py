"""Calibration: one temperature for all probabilities, chosen on dev pairs."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, cast

import torch

from unrolled.data.pair import Pair
from unrolled.decoding import Decoding
from unrolled.metrics import Metric, Report
from unrolled.model import Model
from unrolled.settings import Settings, setting

__all__ = ["CalibrationSettings", "choose_temperature"]

LEAST, MOST = 0.05, 20.0
GOLDEN = (math.sqrt(5) - 1) / 2


@dataclass(frozen=True, kw_only=True)
class CalibrationSettings(Settings):
    """Whether probabilities are calibrated.

    Attributes:
        calibrate: whether the temperature with the best likelihood of the dev part is chosen and kept with the model
            (Guo et al. 2017, arXiv:1706.04599v2). It changes how sure the answers are, and of a softmax no answer.
    """

    title: ClassVar[str] = "setting of the probabilities"

    calibrate: bool = setting(False)


def choose_temperature(model: Model[Any, Any], pairs: Sequence[Pair[Any, Any]], metric: Metric[Any]) -> Report:
    """Give the model's output the temperature with the best likelihood of labelled pairs, and return their report.

    Pairs whose label the training data lacked say nothing about it and are left out of the likelihood.
    """
    network = cast(Any, model.network)
    temperature: torch.Tensor = network.output.temperature
    known = [pair for pair in pairs if model.y.check(pair.y) is None]
    batches = list(model.encoded([pair.x for pair in known]))
    with torch.no_grad():
        scores = [network.scores(x) for x in batches]
    ys = iter(known)
    truths = [cast(Any, model.y.encode([next(ys).y for _ in range(len(each))])) for each in scores]

    def loss(logarithm: float) -> float:
        temperature.fill_(math.exp(logarithm))
        with torch.no_grad():
            found = (network.output.log_likelihood(each, y) for each, y in zip(scores, truths, strict=True))
            return -sum(float(each.double().sum()) for each in found)

    temperature.fill_(math.exp(_least(loss, math.log(LEAST), math.log(MOST))) if known else 1.0)
    wanted = Decoding(probabilities=True)
    return metric.measure([pair.y for pair in pairs], list(model.answers([pair.x for pair in pairs], wanted)))


def _least(function: Callable[[float], float], low: float, high: float) -> float:
    """Return where a function with one valley is least, by golden section, to 1e-3."""
    left, right = high - GOLDEN * (high - low), low + GOLDEN * (high - low)
    at_left, at_right = function(left), function(right)
    while high - low > 1e-3:
        if at_left <= at_right:
            high, right, at_right = right, left, at_left
            left = high - GOLDEN * (high - low)
            at_left = function(left)
        else:
            low, left, at_left = left, right, at_right
            right = low + GOLDEN * (high - low)
            at_right = function(right)
    return (low + high) / 2
