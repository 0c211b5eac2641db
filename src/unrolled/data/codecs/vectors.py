"""A vector of numbers at every step: measurements, sensors, frames of features."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar, Literal, TypeAlias, cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from unrolled.data.codecs.chunks import Chunks, EachStep
from unrolled.data.codecs.codec import Fault, Saved
from unrolled.data.codecs.features import Features, Past
from unrolled.data.codecs.standard import Rows, Standard, as_numbers
from unrolled.data.codecs.warping import resampled, warped_places
from unrolled.data.ragged import Ragged
from unrolled.data.series import Series as TimedSeries
from unrolled.data.spaces import Vectors
from unrolled.errors import DataError
from unrolled.settings import Settings, setting

__all__ = ["VectorsCodec", "VectorsSettings"]

NOISE = ("jitter", "scaling", "warp", "crop")
REGULAR = 1e-3
"""Times between steps differ by such a part of the longest at most where steps are regular."""

Series: TypeAlias = NDArray[Any] | TimedSeries


@dataclass(frozen=True, kw_only=True)
class VectorsSettings(Settings):
    """What is made of the numbers; mean and deviation are those of the training data.

    Noise is of training alone, in deviations of the training data, and drawn anew whenever a series is seen.

    Attributes:
        gaps: what of missing numbers (NaN): "refuse" them; "mask", which fills them with the last before and adds a
            mask and the time since, the inputs of GRU-D (Che et al. 2018, arXiv:1606.01865v2); "detect", which is
            "mask" where the training data have gaps.
        timed: whether the first number of each step is its time, of which the time since the step before is read.
        differences: whether x⟨t⟩ - x⟨t-1⟩ is read, too (the delta features of Furui 1986).
        jitter: noise on every number (Um et al. 2017, arXiv:1706.00527v2).
        scaling: of the factor of each column of a series, around 1 (likewise).
        warp: of the logarithm of the tempo, of a series and of each quarter of it (likewise).
        crop: the largest part of a series that is left out, at its two ends (Le Guennec et al. 2016).
    """

    title: ClassVar[str] = "setting of the vectors"

    gaps: Literal["refuse", "mask", "detect"] = setting("refuse")
    timed: bool = setting(False)
    differences: bool = setting(False)
    jitter: float = setting(0.0)
    scaling: float = setting(0.0)
    warp: float = setting(0.0)
    crop: float = setting(0.0, below=1)


@dataclass(frozen=True)
class VectorsCodec:
    """Arrays (T, D) of numbers, each column in deviations from the training data's mean; (D,) counts as T = 1.

    >>> codec = VectorsCodec.fitted([np.array([[1.0, 5.0], [3.0, 5.0]])])
    >>> encoded = codec.encode([np.array([[2.0, 5.0]]), np.array([4.0, 6.0])])
    >>> encoded.rows.tolist(), encoded.lengths.tolist()
    ([[0.0, 0.0], [2.0, 1.0]], [1, 1])

    Arguments:
        standard: mean and deviation of each feature.
        settings: which features there are, and the noise of training.
    """

    kind: ClassVar[str] = "vectors"

    standard: Standard
    settings: VectorsSettings = field(default_factory=VectorsSettings)

    @classmethod
    def fitted(cls, raws: Iterable[Series], settings: VectorsSettings | None = None) -> "VectorsCodec":
        """Return the codec of the training arrays, which are read once and not kept.

        Where `settings` leave it open, it is found whether numbers are missing, and of a `Series` with times whether
        its steps are regular: then times say nothing, and are not read.

        Raises:
            DataError: no array, one with a value that is not finite, or of another width than the first.
        """
        settings = settings or VectorsSettings()
        found = _Fitting(_features(settings), may_be_regular=not settings.timed)
        standard = Standard.of(found.rows(raws))
        features, standard = found.kept(standard, keep_mask=settings.gaps == "mask")
        return cls(standard, replace(settings, gaps="mask" if features.mask else "refuse", timed=features.timed))

    def grown(self, raws: Iterable[Series], settings: VectorsSettings) -> "VectorsCodec":
        """Return this codec, with the earlier mean and deviation: in others the weights would mean something else.

        Its features stay; the noise is that of `settings`, without what it has none of: y may not bear it.

        Raises:
            DataError: what `check` finds in new arrays, with the example's number.
        """
        for number, raw in enumerate(raws, 1):
            if (fault := self.check(raw)) is not None:
                raise fault.error(number)
        own = self.settings
        kept = {"gaps": own.gaps, "timed": own.timed, "differences": own.differences}
        kept |= {name: 0.0 for name in NOISE if not getattr(own, name)}
        return replace(self, settings=VectorsSettings.from_dict({**settings.to_dict(), **kept}))

    def origins(self, earlier: "VectorsCodec") -> dict[str, Tensor]:
        """Return nothing: there are no symbols, and as many numbers as before."""
        return {}

    @property
    def features(self) -> Features:
        """Which features there are."""
        return _features(self.settings)

    @property
    def space(self) -> Vectors:
        """F, how many features a step has: D, where nothing is added to the numbers."""
        return Vectors(len(self.standard.mean))

    @property
    def size(self) -> int:
        """How many numbers each step is given as: D, and one more where it has a time."""
        return self.features.size(self.space.size) + self.settings.timed

    def length(self, raw: Series, /) -> int:
        """Return T, the number of rows."""
        shape = np.shape(cast(Any, raw))
        return shape[0] if len(shape) == 2 else 1

    def accepted(self, raw: Any, /) -> Series | Fault:
        """Return a value as numbers, or what is wrong with it."""
        fault = self.check(raw)
        if fault is not None:
            return fault
        return raw if isinstance(raw, TimedSeries) else cast(Any, as_numbers(raw))

    def check(self, raw: Any, /) -> Fault | None:
        """Return what is wrong with an array: its dimensions, its width, or the first value that is no number."""
        found = self._encoded(raw)
        return found if isinstance(found, Fault) else None

    def encode(self, raws: Sequence[Series], /, noise: torch.Generator | None = None) -> Ragged:
        """Encode a batch of arrays as Ragged, rows (M, F) float32; with `noise`, other series of the same kind.

        Raises:
            DataError: what `check` finds, with the example's number.
        """
        sequences: list[Tensor] = []
        for number, raw in enumerate(raws, 1):
            found = self._encoded(raw, noise=noise)
            if isinstance(found, Fault):
                raise found.error(number)
            sequences.append(found[0])
        return Ragged.from_list(sequences)

    def encode_after(self, raw: Series, past: Past | None) -> tuple[Ragged, Past]:
        """Encode further steps of a series; return what the next need.

        Raises:
            DataError: what `check` finds, or a time before that of the last step.
        """
        found = self._encoded(raw, past)
        if isinstance(found, Fault):
            raise DataError(f"The chunk has {found.found}. {found.way_out}.")
        return Ragged.from_list([found[0]]), found[1]

    def chunks(self) -> Chunks[Any]:
        """Return what encodes one x while it arrives."""
        features = self.features
        if features.mask or features.differences or features.timed:
            return _Arriving(self)
        return EachStep(self.encode)

    def decode(self, sequences: Sequence[Tensor], /) -> list[Series]:
        """Return the array (T, D) of each sequence: with its gaps, and with times that begin at 0."""
        features = self.features
        if not (features.mask or features.differences or features.timed):
            return [self.standard.numbers(rows) for rows in sequences]
        D, found = features.size(self.space.size), list[Series]()
        for rows in sequences:
            numbers = self.standard.numbers(rows)
            values = numbers[:, :D]
            if features.mask:
                start = D * (1 + features.differences)
                values = np.where(numbers[:, start : start + D] > 0.5, values, np.nan)
            found.append(np.hstack([np.cumsum(numbers[:, -1:], 0), values]) if features.timed else values)
        return found

    def save(self) -> Saved:
        """Return the settings, and the mean and the deviation of each feature."""
        return Saved(self.settings.to_dict(), tensors=self.standard.tensors())

    @classmethod
    def load(cls, saved: Saved, /) -> "VectorsCodec":
        """Return the codec that was saved.

        Raises:
            DataError: tensors that are no mean and deviation, or not of such features.
        """
        codec = cls(Standard.load(saved), VectorsSettings.from_dict(saved.settings))
        if codec.settings.gaps == "detect" or not codec.features.size(codec.space.size):
            raise DataError(f"The {codec.space.size} means are not those of the features that the settings name.")
        return codec

    def _encoded(
        self, raw: Any, past: Past | None = None, noise: torch.Generator | None = None
    ) -> tuple[Tensor, Past] | Fault:
        features = self.features
        rows = _rows(raw, self.size, features)
        if isinstance(rows, Fault):
            return rows
        if past is not None and features.timed and rows[0, 0] < past.time:
            return Fault(f"the time {rows[0, 0]:.10g} after {past.time:.10g}", "Give the steps in order of time")
        if (fault := features.fault(rows)) is not None:
            return fault
        found, past = features.of(rows, past)
        found = np.where(np.isnan(found), self.standard.mean, found) if features.mask else found
        if (fault := self.standard.check(found)) is not None:
            return fault
        return (self.standard.rows(found) if noise is None else self._noisy(found, noise)), past

    def _noisy(self, rows: Rows, noise: torch.Generator) -> Tensor:
        """Return another series of the same kind, (T', F)."""
        how, D = self.settings, self.features.size(self.space.size)
        if how.warp or how.crop:
            places = warped_places(len(rows), how.warp, how.crop, noise)
            steps = np.diff(places, prepend=places[:1])
            rows = resampled(rows, places)
            if how.differences:
                change = np.diff(rows[:, :D], axis=0, prepend=rows[:1, :D])
                if how.gaps == "mask":
                    seen = rows[:, 2 * D : 3 * D]
                    change *= seen * np.vstack([seen[:1], seen[:-1]])
                rows[:, D : 2 * D] = change
            if how.timed:
                rows[:, -1] *= steps
        found = self.standard.rows(rows)
        width = D * (1 + how.differences)
        if how.scaling:
            factors = 1 + how.scaling * torch.randn(D, generator=noise, device=noise.device).cpu()
            found[:, :width] *= factors.repeat(1 + how.differences)
        if how.jitter:
            found[:, :width] += how.jitter * torch.randn(len(found), width, generator=noise, device=noise.device).cpu()
        return found


class _Arriving:
    """One series while it arrives: the last numbers, and how long ago they were, are carried."""

    def __init__(self, codec: VectorsCodec) -> None:
        self._codec = codec
        self._past: Past | None = None

    def feed(self, chunk: Any, /) -> Ragged:
        """Return the steps of a chunk, as one sequence."""
        found, self._past = self._codec.encode_after(chunk, self._past)
        return found

    def reset(self) -> None:
        """Begin another series."""
        self._past = None

    @property
    def state(self) -> dict[str, Tensor]:
        """The last step, (3, D) float64 of its row, of what was seen and of the time since, and its time."""
        if self._past is None:
            return {}
        past = np.stack([self._past.row, self._past.seen, self._past.since])
        return {"past": torch.as_tensor(past), "time": torch.tensor(self._past.time, dtype=torch.float64)}

    @state.setter
    def state(self, state: Mapping[str, Tensor]) -> None:
        if not state:
            self._past = None
            return
        D = self._codec.features.size(self._codec.space.size)
        if set(state) != {"past", "time"} or state["past"].shape != (3, D) or state["time"].ndim:
            raise DataError(f"The state of x holds {', '.join(state)}. Give one that a stream of this model gave.")
        row, seen, since = state["past"].cpu().double().numpy().copy()
        self._past = Past(row, seen, since, float(state["time"]))


class _Fitting:
    """What is found out about training series while they are read, once."""

    def __init__(self, features: Features, *, may_be_regular: bool) -> None:
        self.features, self.may_be_regular = features, may_be_regular
        self.gaps = False
        self.shortest, self.longest = np.inf, 0.0
        """Times between steps."""

    def rows(self, raws: Iterable[Series]) -> Iterator[Rows]:
        """Yield the features of each series."""
        size: int | None = None
        for number, raw in enumerate(raws, 1):
            if number == 1 and getattr(raw, "timed", False):
                self.features = replace(self.features, timed=True)
            found = _rows(raw, size, self.features)
            fault = found if isinstance(found, Fault) else self.features.fault(found)
            if fault is None:
                rows = cast(Rows, found)
                size = rows.shape[1]
                self.gaps = self.gaps or bool(np.isnan(rows).any())
                if self.features.timed and len(rows) > 1:
                    steps = np.diff(rows[:, 0])
                    self.shortest = min(self.shortest, float(steps.min()))
                    self.longest = max(self.longest, float(steps.max()))
                of, _ = self.features.of(rows)
                values = rows[:, 1:] if self.features.timed else rows
                of[:, : values.shape[1]] = values  # what is carried forward counts once
                fault = Standard.nothing(of.shape[1]).check(
                    np.nan_to_num(of, posinf=np.inf, neginf=-np.inf) if self.features.mask else of
                )
                if fault is None:
                    yield of
                    continue
            raise fault.error(number)

    def kept(self, standard: Standard, *, keep_mask: bool) -> tuple[Features, Standard]:
        """Return the features that say something, and their figures."""
        features, width = self.features, len(standard.mean)
        D = features.size(width)
        mean, deviation = np.array(standard.mean), np.array(standard.deviation)
        start = D * (1 + features.differences)
        kept = np.ones(width, np.bool_)
        regular = features.timed and self.may_be_regular and self.longest - self.shortest <= REGULAR * self.longest
        if features.mask:
            mean[start : start + D], deviation[start : start + D] = 0.0, 1.0  # a mask stays one
            kept[start : start + 2 * D] = keep_mask or self.gaps
        if regular:
            kept[-1] = False
            if features.mask and self.longest > 0:  # δ then counts steps
                changing = mean[start + D : start + 2 * D] > 0
                mean[start + D : start + 2 * D] /= self.longest
                deviation[start + D : start + 2 * D] /= np.where(changing, self.longest, 1.0)
        features = replace(
            features, timed=features.timed and not regular, mask=features.mask and (keep_mask or self.gaps)
        )
        return features, Standard(tuple(mean[kept].tolist()), tuple(deviation[kept].tolist()))


def _features(settings: VectorsSettings) -> Features:
    return Features(settings.timed, settings.gaps != "refuse", settings.differences)


def _rows(raw: Any, size: int | None, features: Features) -> Rows | Fault:  # noqa: PLR0911  (one fault a line)
    """Return an array as rows (T, D), or what it is instead; `size` is D, where it is known."""
    array = as_numbers(raw)
    if isinstance(array, Fault):
        return array
    if array.ndim not in (1, 2):
        return Fault(
            f"an array of shape {array.shape}", "Give two dimensions, (T, D): a row of D numbers for each step"
        )
    rows = array[None] if array.ndim == 1 else array
    if not rows.size:
        return Fault(f"an array of shape {array.shape}, which is empty", "Give at least one row, or leave it out")
    if isinstance(raw, TimedSeries) and raw.timed != features.timed:
        if features.timed and rows.shape[1] != size:  # else the first number is taken for the time
            return Fault("no time at each step, which the training data have", "Give the time of each step first")
        rows = rows[:, 1:] if raw.timed else rows  # of regular steps the time says nothing
    if features.timed and rows.shape[1] < 2:
        return Fault(f"an array of shape {array.shape} with times alone", "Give at least one number beside the time")
    if size is not None and rows.shape[1] != size:
        way_out = f"Give {size} numbers for each step"
        if array.ndim == 1 and size == 1:
            way_out = f"Give a series of {len(array)} steps the shape ({len(array)}, 1)"
        return Fault(f"an array of shape {array.shape}, where {size} columns are expected", way_out)
    return rows
