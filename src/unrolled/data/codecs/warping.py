"""Other series of the same kind, for training: noise, scale, tempo, and a part of the whole.

Each is drawn anew whenever a series is seen (Um et al. 2017, arXiv:1706.00527v2; for parts Le Guennec et al. 2016).
"""

from typing import Any, cast

import numpy as np
import torch
from numpy.typing import NDArray

from unrolled.data.codecs.standard import Rows

__all__ = ["resampled", "warped_places"]

KNOTS = 4
"""The tempo is another in each of so many parts of a series."""


def warped_places(T: int, warp: float, crop: float, noise: torch.Generator) -> NDArray[np.float64]:
    """Return where the steps of a new series lie in one of T steps, rising, from 0 to T - 1 where nothing is cropped.

    The tempo of all of it, and of each of `KNOTS` parts, is e^(σ z), z normal and σ `warp`; at most `crop` of it is
    left out at its ends.

    >>> warped_places(3, 0.0, 0.0, torch.Generator()).tolist()
    [0.0, 1.0, 2.0]
    """
    draws = torch.randn(KNOTS + 1, generator=noise, device=noise.device).cpu().double().numpy()
    places = torch.rand(2, generator=noise, device=noise.device).cpu().double().numpy()
    kept = (T - 1) * (1 - crop * places[0])
    start = (T - 1 - kept) * places[1]
    tempi = np.exp(warp * draws)
    steps = max(2, round(1 + kept * tempi[-1])) if T > 1 else 1
    curve = np.concatenate([[0.0], np.cumsum(tempi[:KNOTS])])
    at: Rows = cast(Any, np.interp)(np.linspace(0, KNOTS, steps), np.arange(KNOTS + 1), curve / curve[-1])
    return start + kept * at


def resampled(rows: Rows, places: NDArray[np.float64]) -> Rows:
    """Return rows at places between those of (T, F), by linear interpolation.

    >>> resampled(np.array([[0.0], [2.0]]), np.array([0.0, 0.25, 1.0])).ravel().tolist()
    [0.0, 0.5, 2.0]
    """
    low = np.minimum(places.astype(np.int64), len(rows) - 1)
    high = np.minimum(low + 1, len(rows) - 1)
    part = (places - low)[:, None]
    return rows[low] * (1 - part) + rows[high] * part
