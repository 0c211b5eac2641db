from collections import Counter

import pytest
import torch
from decoding.tables import TableDecoder, every_y, log_p

from unrolled.decoding import SampleSettings, sample, sampling_distribution
from unrolled.errors import SettingsError

V, T, DRAWS = 3, 2, 6000
LOG_PROBS = torch.tensor([[0.1, 0.4, 0.2, 0.3], [0.7, 0.1, 0.1, 0.1]], dtype=torch.float64).log()


class Same(TableDecoder):
    """Every x is the first."""

    def log_probs(self, n: int, before: tuple[int, ...]):
        return super().log_probs(0, before)


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


@pytest.mark.parametrize("temperature", [1.0, 0.5])
def test_frequencies_are_the_probabilities(temperature: float):
    decoder = Same(V, 4)
    drawn = sample(decoder, [T] * DRAWS, seeded(), SampleSettings(temperature=temperature))
    counts = Counter(tuple(one.rows.tolist()) for one in drawn)
    assert set(counts) <= set(every_y(V, T))
    total = 0.0
    for y in every_y(V, T):
        p = 1.0
        for t, symbol in enumerate(y):
            powers = (decoder.log_probs(0, y[:t]) / temperature).exp()
            p *= float(powers[symbol] / powers.sum())
        total += p
        # Five standard deviations of a count.
        assert abs(counts[y] - DRAWS * p) <= 5 * (DRAWS * p * (1 - p)) ** 0.5, y
    assert total == pytest.approx(1)


def test_log_p_is_that_of_the_model_whatever_the_settings():
    decoder = TableDecoder(V)
    for n, one in enumerate(sample(decoder, [5] * 20, seeded(), SampleSettings(temperature=3.0, top_k=2))):
        assert one.log_p == pytest.approx(log_p(decoder, n, tuple(one.rows.tolist())), rel=1e-12)


def test_the_same_seed_draws_the_same_and_another_seed_another():
    drawn = [[one.rows.tolist() for one in sample(TableDecoder(V), [5] * 20, seeded(seed))] for seed in (1, 1, 2)]
    assert drawn[0] == drawn[1] != drawn[2]


@pytest.mark.parametrize(
    ("settings", "wanted"),
    [
        (SampleSettings(), [[0.1, 0.4, 0.2, 0.3], [0.7, 0.1, 0.1, 0.1]]),
        (SampleSettings(top_k=2), [[0, 4 / 7, 0, 3 / 7], [7 / 8, 1 / 8, 0, 0]]),
        (SampleSettings(top_k=9), [[0.1, 0.4, 0.2, 0.3], [0.7, 0.1, 0.1, 0.1]]),
        (SampleSettings(top_p=0.65), [[0, 4 / 7, 0, 3 / 7], [1, 0, 0, 0]]),
        (SampleSettings(top_p=0.75), [[0, 4 / 9, 2 / 9, 3 / 9], [7 / 8, 1 / 8, 0, 0]]),
        (SampleSettings(top_p=1e-9), [[0, 1, 0, 0], [1, 0, 0, 0]]),
        (SampleSettings(top_k=3, top_p=0.5), [[0, 4 / 7, 0, 3 / 7], [1, 0, 0, 0]]),
        (SampleSettings(temperature=0.5), [[1 / 30, 16 / 30, 4 / 30, 9 / 30], [49 / 52, 1 / 52, 1 / 52, 1 / 52]]),
        (SampleSettings(temperature=0.5, top_p=0.8), [[0, 16 / 25, 0, 9 / 25], [1, 0, 0, 0]]),
    ],
)
def test_what_is_drawn_from(settings: SampleSettings, wanted: list[list[float]]):
    before = LOG_PROBS.clone()
    found = sampling_distribution(LOG_PROBS, settings)
    torch.testing.assert_close(found, torch.tensor(wanted, dtype=torch.float64), rtol=1e-12, atol=1e-15)
    assert torch.equal(LOG_PROBS, before)


@pytest.mark.parametrize("values", [{"top_p": 1.5}, {"top_p": 0.0}, {"temperature": 0.0}, {"top_k": -1}])
def test_settings_that_cannot_be_are_refused(values: dict[str, float]):
    with pytest.raises(SettingsError, match=next(iter(values))):
        SampleSettings(**values)
