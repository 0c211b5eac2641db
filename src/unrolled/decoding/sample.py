"""A y drawn at random, symbol by symbol."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor

from unrolled.decoding.decoder import Decoder, PastT
from unrolled.decoding.greedy import unroll_decoder
from unrolled.decoding.hypothesis import Hypothesis
from unrolled.errors import SettingsError
from unrolled.settings import Settings, setting

__all__ = ["SampleSettings", "sample", "sampling_distribution"]


@dataclass(frozen=True, kw_only=True)
class SampleSettings(Settings):
    """From which symbols is drawn, and how boldly.

    Attributes:
        temperature: log-probabilities are divided by it: below 1 the likely become likelier, above 1 all more alike.
        top_k: only the k most probable symbols (Fan et al. 2018, arXiv:1805.04833v1); 0 for all.
        top_p: only the fewest that have probability p together (Holtzman et al. 2019, arXiv:1904.09751v2); 1 for all.
    """

    title: ClassVar[str] = "setting of sampling"

    temperature: float = setting(1.0, above=0)
    top_k: int = setting(0)
    top_p: float = setting(1.0, above=0)

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.top_p > 1:
            raise SettingsError(f"top_p is {self.top_p:g}. Give a probability above 0 and at most 1.")


@torch.no_grad()
def sample(
    decoder: Decoder[PastT],
    max_lengths: Sequence[int],
    generator: torch.Generator,
    settings: SampleSettings | None = None,
) -> list[Hypothesis]:
    """Return one y for each x, drawn from P(y | x) or, by the settings, from a bolder or more careful distribution.

    The rows are int64 (T_y,), the end symbol their last where it was reached; log_p is log P(y | x), whatever the
    settings. The same generator state gives the same draws for the same batch.
    """
    by = settings or SampleSettings()

    def draw(log_probs: Tensor) -> Tensor:
        probabilities = sampling_distribution(log_probs, by)
        return torch.multinomial(probabilities, 1, generator=generator)[:, 0]

    return unroll_decoder(decoder, max_lengths, draw)


def sampling_distribution(log_probs: Tensor, settings: SampleSettings) -> Tensor:
    """Return the probabilities from which is drawn, (R, V): the temperature first, then the k best, of them those of p.

    >>> log_probs = torch.tensor([[0.5, 0.3, 0.2]]).log()
    >>> sampling_distribution(log_probs, SampleSettings(top_p=0.6)).round(decimals=3).tolist()
    [[0.625, 0.375, 0.0]]
    """
    values, places = (log_probs.double() / settings.temperature).sort(dim=1, descending=True, stable=True)
    if settings.top_k:
        values[:, settings.top_k :] = -torch.inf
    probabilities = values.softmax(1)
    if settings.top_p < 1:
        # The first is always kept: before it lies nothing.
        before = probabilities.cumsum(1) - probabilities
        probabilities = probabilities.masked_fill(before >= settings.top_p, 0.0)
        probabilities = probabilities / probabilities.sum(1, keepdim=True)
    return torch.zeros_like(probabilities).scatter(1, places, probabilities)
