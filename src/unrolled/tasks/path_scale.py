"""How much the network counts against the transitions in the best path: chosen on dev pairs."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import torch

from unrolled.data.answer import Answer
from unrolled.data.pair import Pair
from unrolled.data.ragged import Ragged
from unrolled.decoding import Decoding
from unrolled.layers import PathsOutput
from unrolled.metrics import Metric, Report
from unrolled.model import Model
from unrolled.settings import Settings, setting

__all__ = ["PathSettings", "choose_path_scale"]

SCALES = (0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 1.0)


@dataclass(frozen=True, kw_only=True)
class PathSettings(Settings):
    """Whether paths are fitted to a dev part.

    Attributes:
        calibrate: whether the scale of the network's scores in the best path is chosen and kept with the model, by the
            best sum of MCC and the F1 of whole intervals on the dev part.
    """

    title: ClassVar[str] = "setting of the paths"

    calibrate: bool = setting(True, when=("output", "path"))


def choose_path_scale(model: Model[Any, Any], pairs: Sequence[Pair[Any, Any]], metric: Metric[Any]) -> Report:
    """Give the model's output the scale with the best figures on labelled pairs, and return their report."""
    truths, wanted = [pair.y for pair in pairs], Decoding(probabilities=True)
    output = model.network.output
    if not isinstance(output, PathsOutput) or output.causal:
        return metric.measure(truths, list(model.answers([pair.x for pair in pairs], wanted)))
    with torch.no_grad():
        scores = [rows for batch in model.scores([pair.x for pair in pairs]) for rows in batch.to_list()]
    best, chosen = -1.0, float(output.path_scale)
    for scale in SCALES:
        output.path_scale.fill_(scale)
        said = model.y.decode([output.decode(Ragged(rows, torch.tensor([len(rows)]))) for rows in scores])
        figures = metric.measure(truths, [Answer(y) for y in said]).figures
        if (value := figures["mcc"] + figures["interval_f1"]) > best:
            best, chosen = value, scale
    output.path_scale.fill_(chosen)
    found = [output.found(Ragged(rows, torch.tensor([len(rows)])), wanted)[0][0] for rows in scores]
    ys = model.y.decode([hypothesis.rows for hypothesis in found])
    answers = [Answer(y) for y in ys]
    for i, hypothesis in enumerate(found):
        if hypothesis.probabilities is not None:
            answers[i] = replace(answers[i], probabilities=hypothesis.probabilities.numpy())
    return metric.measure(truths, answers)
