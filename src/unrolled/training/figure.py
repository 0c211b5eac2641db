"""Which figure chooses the weights."""

from collections.abc import Sequence
from difflib import get_close_matches

from unrolled.errors import SettingsError
from unrolled.metrics.metric import Figure

__all__ = ["chosen_figure"]


def chosen_figure(figures: Sequence[Figure], metric: str | None) -> Figure:
    """Return the figure that the setting `metric` names; None takes the first.

    >>> chosen_figure([Figure("f1"), Figure("recall")], "recall").goal
    'higher'

    Raises:
        SettingsError: none of that name can choose the weights; the message names those that can, and the nearest.
    """
    if metric is None:
        return figures[0]
    names = {figure.name: figure for figure in figures}
    if metric not in names:
        nearest = get_close_matches(metric.lower(), names, n=1, cutoff=0.0)[0]
        raise SettingsError(
            f"metric is {metric!r}. The figures that can choose the weights here: {', '.join(names)}. "
            f"Did you mean {nearest!r}?"
        )
    return names[metric]
