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
    upper.bar(places, accuracy, width * 0.94, color=_tint(BLUE))
    upper.bar(
        places[filled],
        (confidence - accuracy)[filled],
        width * 0.94,
        bottom=accuracy[filled],
        color=_tint(ORANGE),
        label="gap to the mean confidence",
    )
    edges = (places - 0.47 * width)[filled], (places + 0.47 * width)[filled]
    upper.hlines(accuracy[filled], *edges, color=BLUE, linewidth=2.5, label="right", zorder=4)
    upper.plot([0, 1], [0, 1], color=GREY, linewidth=0.9, linestyle=(0, (4, 3)), label="as often as sure", zorder=3)
    upper.set_ylim(0, 1.01)  # a line at 1 is whole
    upper.set_ylabel("share of right answers")
    handles, names = upper.get_legend_handles_labels()
    order = [names.index(name) for name in ("right", "gap to the mean confidence", "as often as sure")]
    upper.legend([handles[i] for i in order], [names[i] for i in order], loc="upper left", fontsize=9, edgecolor="none")
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
    lower.locator_params(axis="y", integer=True, nbins=4)
    lower.set_xlabel("confidence: probability of the answer")
    lower.legend(loc="upper left", fontsize=9, edgecolor="none", title="on average", title_fontsize=9, alignment="left")
    for axes in (upper, lower):
        axes.set_xlim(0, 1)
        axes.grid(axis="y", color=LIGHT, linewidth=0.7)
        axes.set_axisbelow(True)
        axes.spines[["top", "right"]].set_visible(False)
    save_figure(figure, path)


def _tint(colour: str) -> tuple[float, ...]:
    """Return a light tone of a colour, opaque, so that the diagonal and the lines stand out before it."""
    return tuple((0.65 + 0.35 * rgb(colour)).tolist())
