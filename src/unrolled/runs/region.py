"""What a model says of a region of a sequence, and what stands there: the tracks of a picture."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from unrolled.data.bases import normal_bases
from unrolled.data.codecs import BasesCodec, StepLabelsCodec
from unrolled.decoding import Decoding
from unrolled.errors import DataError, SettingsError
from unrolled.model import Model
from unrolled.pictures import track_picture
from unrolled.tasks.show import labels_of

__all__ = ["Region", "draw_region", "find_region", "read_region"]

MOST = 200_000
"""The longest region that is drawn."""


@dataclass(frozen=True)
class Region:
    """What is known of bases [start, end) of a sequence.

    Attributes:
        start, end: the first base from 0, and the one after the last.
        answer: the labels that the model gives.
        probabilities: (end - start, K).
        truth: the labels that stand in a file; None where there are none.
    """

    start: int
    end: int
    answer: Sequence[str]
    probabilities: NDArray[np.float32]
    truth: Sequence[str] | None = None


def read_region(text: str) -> tuple[str | None, int | None, int | None]:
    """Return name, first base from 0 and end of `NAME`, `NAME:1001-2000` or `1001-2000`, which count from 1.

    >>> read_region("chr2:1,001-2,000"), read_region("chr2")
    (('chr2', 1000, 2000), ('chr2', None, None))

    Raises:
        SettingsError: an end before its beginning.
    """
    found = re.fullmatch(r"(?:(.+):)?([\d,]+)-([\d,]+)", text.strip())
    if found is None:
        return text.strip() or None, None, None
    start, end = (int(found[i].replace(",", "")) for i in (2, 3))
    if not 1 <= start <= end:
        raise SettingsError(f"The region {text!r} is empty. Give NAME:START-END, counted from 1, the end inside.")
    return found[1], start - 1, end


def find_region(
    model: Model[Any, Any], bases: str, start: int = 0, end: int | None = None, truth: Sequence[str] | None = None
) -> Region:
    """Answer all of a sequence and return a part of it.

    Raises:
        DataError: a sequence that cannot be encoded, or a region beyond its end.
        SettingsError: a model of something else, or a region that is too long for a picture.
    """
    if not isinstance(model.x, BasesCodec):
        raise SettingsError("A region has tracks where a model gives every base a label: train the task bases.")
    end = len(bases) if end is None else end
    if end > len(bases) or start >= end:
        raise DataError(f"The region {start + 1:,}-{end:,} is not in a sequence of {len(bases):,} bases.")
    if end - start > MOST:
        raise SettingsError(f"The region has {end - start:,} bases. Draw {MOST:,} at most: --region NAME:START-END.")
    (answer,) = model.answers([normal_bases(bases)], Decoding(probabilities=True))
    probabilities = answer.probabilities
    assert probabilities is not None
    of_truth = None if truth is None else truth[start:end]
    return Region(start, end, answer.y[start:end], probabilities[start:end], of_truth)


def draw_region(model: Model[Any, Any], region: Region, path: str | Path, *, name: str = "") -> None:
    """Draw truth, answer and the probabilities of the labels along the bases.

    Raises:
        OSError: it cannot be written.
    """
    tracks = [("answer", region.answer)]
    if region.truth is not None:
        tracks.insert(0, ("truth", region.truth))
    title = f"{name or 'bases'} {region.start + 1:,}-{region.end:,}"
    track_picture(
        tracks,
        region.probabilities,
        labels_of(model.y),
        path,
        first=region.start,
        background=cast(StepLabelsCodec, model.y).settings.background,
        title=title,
    )
