"""The reliability diagram: how often the answers of a confidence are right."""

# matplotlib leaves its **kwargs without a type.
# pyright: reportUnknownMemberType=false

from pathlib import Path

import numpy as np

from unrolled.errors import DataError
from unrolled.metrics import Reliability
from unrolled.pictures.figure import BLUE, GREY, LIGHT, ORANGE, new_figure, rgb, save_figure

__all__ = ["reliability_diagram"]


def reliability_diagram(reliability: Reliability, path: str | Path) -> None:
    """Draw accuracy against confidence bin by bin, the gaps between them, and how many answers each bin holds.

    A model that is right as often as it says has its bars on the diagonal; below it is too sure of itself. Each gap is
    drawn between the bin's accuracy and its mean confidence; the expected calibration error is their mean, weighted by
    the numbers of answers below. The PNG is saved atomically.

    Raises:
        DataError: no answers.
    """
    if not reliability.num_answers:
        raise DataError("There is no answer with a confidence, so nothing to draw. Measure a part with examples.")
    num_bins = len(reliability.counts)
    counts, confidence, accuracy = map(np.array, (reliability.counts, reliability.confidence, reliability.accuracy))
    places, width = (np.arange(num_bins) + 0.5) / num_bins, 1 / num_bins
    filled = counts > 0
    figure = new_figure(5.2, 6.2)
    upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=(3.4, 1))
    upper.bar(places, accuracy, width, color=BLUE, edgecolor="white", linewidth=0.8, label="right")
    upper.bar(
        places[filled],
        (confidence - accuracy)[filled],
        width * 0.94,
        bottom=accuracy[filled],
        facecolor=(*rgb(ORANGE), 0.25),
        edgecolor=ORANGE,
        linewidth=0.9,
        label="gap to the confidence",
    )
    upper.plot([0, 1], [0, 1], color=GREY, linewidth=0.9, linestyle=(0, (4, 3)), label="right as often as sure")
    upper.set_ylim(0, 1)
    upper.set_ylabel("share of right answers")
    upper.legend(loc="upper left", frameon=False, fontsize=9)
    upper.set_title(
        f"{reliability.mean_confidence:.1%} sure, {reliability.mean_accuracy:.1%} right on average; "
        f"calibration error {reliability.error:.4f}",
        fontsize=10,
        color=GREY,
        loc="left",
    )
    lower.bar(places, counts, width, color=GREY, edgecolor="white", linewidth=0.8)
    for value, name, line in (
        (reliability.mean_accuracy, "right", BLUE),
        (reliability.mean_confidence, "sure", ORANGE),
    ):
        lower.axvline(value, color=line, linewidth=1.5, label=name)
    lower.set_ylabel("answers")
    lower.set_xlabel("confidence: probability of the answer")
    lower.legend(loc="upper left", frameon=False, fontsize=9, title="on average", title_fontsize=9, alignment="left")
    for axes in (upper, lower):
        axes.set_xlim(0, 1)
        axes.grid(axis="y", color=LIGHT, linewidth=0.7)
        axes.set_axisbelow(True)
        axes.spines[["top", "right"]].set_visible(False)
    save_figure(figure, path)
