"""A clip as it unfolds: what a causal model would answer after each frame, if the clip ended there."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np
import torch
from numpy.typing import NDArray

from unrolled.data.clip import Clip
from unrolled.data.codecs import Fault, VideoCodec
from unrolled.errors import DataError, SettingsError
from unrolled.model import Model
from unrolled.pictures.strip import strip_picture
from unrolled.tasks.show import labels_of

__all__ = ["Unfolding", "unfold"]


@dataclass(frozen=True)
class Unfolding:
    """What a model thinks of a clip, frame by frame.

    Attributes:
        label: whose probability is looked at.
        labels: all of the model.
        probabilities: (T, K) of each label, as of x⟨1⟩ … x⟨t⟩.
        frames: (T, H, W, C) uint8, as the model sees them.
        times: (T,) in seconds, of a file; None of frames in memory.
    """

    label: str
    labels: tuple[str, ...]
    probabilities: NDArray[np.float64]
    frames: NDArray[np.uint8]
    times: NDArray[np.float64] | None

    @property
    def of_label(self) -> NDArray[np.float64]:
        """The probability of the label after each step, (T,)."""
        return self.probabilities[:, self.labels.index(self.label)]

    def picture(self, path: str | Path, *, title: str = "") -> None:
        """Draw the frames with the label's probability under each; a PNG.

        Raises:
            OSError: it cannot be written.
        """
        strip_picture(self.frames, self.of_label, self.label, path, times=self.times, title=title)

    def to_dict(self) -> dict[str, Any]:
        """Return it for JSON."""
        found: dict[str, Any] = {"label": self.label, "probabilities": self.of_label.round(6).tolist()}
        return found if self.times is None else {**found, "seconds": self.times.round(3).tolist()}


@torch.no_grad()
def unfold(model: Model[Any, Any], clip: Any, label: str | None = None) -> Unfolding:
    """Return what a model would answer after each frame of a clip: a path, a `Clip`, or an array of frames.

    Args:
        model: of the task video, trained with bidirectional=false and num_frames=0.
        clip: what is looked at.
        label: whose probability; None for the answer's.

    Raises:
        DataError: a clip that cannot be encoded, or a label that the model does not have.
        SettingsError: a model of something else, or one that must see the end first.
    """
    labels = labels_of(model.y)
    if not isinstance(model.x, VideoCodec) or not labels or not model.network.answers_once:
        raise SettingsError("What unfolds is a clip, of which a model of video has one label.")
    x = model.x.accepted(clip)
    if isinstance(x, Fault):
        raise DataError(f"What is to unfold is {x.found}. {x.way_out}.")
    if label is not None and (fault := model.y.check(label)) is not None:
        raise DataError(f"What is to be explained is {fault.found}. {fault.way_out}.")
    steps = model.network.steps()
    encoded = model.x.chunks().feed(x)
    scores = cast(Any, model.network.output).probabilities(steps.step(encoded)).rows
    probabilities = scores.double().numpy()
    chosen = labels[int(probabilities[-1].argmax())] if label is None else label
    (frames,) = model.x.decode(encoded.to_list())
    times: NDArray[np.float64] | None = None
    if isinstance(x, Clip):
        times = x.times[x.places(model.x.settings.frames_per_second, 0)] - x.times[x.first]
    return Unfolding(chosen, labels, probabilities, frames.pixels, times)
