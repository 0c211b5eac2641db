import math

import pytest
import torch

from unrolled.architectures import NetworkSettings, OneToOne, OneToOneSettings
from unrolled.data.codecs import LabelCodec, LabelSettings, VectorsCodec
from unrolled.data.codecs.standard import Standard
from unrolled.data.pair import Pair
from unrolled.layers import ClassesOutputSettings, OrdinalOutputSettings, VectorsInputSettings
from unrolled.metrics import ClassMetric
from unrolled.model import Model
from unrolled.tasks.temperature import choose_temperature

LABELS = ("1", "2", "3")
METRIC = ClassMetric(LABELS)


def model(*, ordered: bool) -> Model:
    """Scores are x itself."""
    y = LabelCodec.fitted(LABELS, LabelSettings(order="ordered" if ordered else "none"))
    output = OrdinalOutputSettings(output="softmax", decide="mean") if ordered else ClassesOutputSettings()
    whole = NetworkSettings(OneToOneSettings(num_layers=0), VectorsInputSettings(), output)
    x = VectorsCodec(Standard.nothing(len(LABELS)))
    network = OneToOne(x.space, y.space, whole, torch.Generator().manual_seed(0))
    with torch.no_grad():
        network.output.Wya.copy_(torch.eye(len(LABELS)))
        network.output.by.zero_()
    return Model("sure", x, y, network)


def pairs(temperature: float, N: int = 6000) -> list[Pair[tuple[float, ...], str]]:
    """Labels drawn from softmax(x / temperature)."""
    generator = torch.Generator().manual_seed(1)
    scores = 3 * torch.randn(N, len(LABELS), generator=generator)
    drawn = torch.multinomial(torch.softmax(scores / temperature, 1), 1, generator=generator)[:, 0].tolist()
    return [Pair(tuple(row), LABELS[label]) for row, label in zip(scores.tolist(), drawn, strict=True)]


@pytest.mark.parametrize("ordered", [False, True])
@pytest.mark.parametrize("temperature", [0.4, 1.0, 3.0])
def test_the_temperature_is_that_of_the_labels(temperature: float, ordered: bool) -> None:
    made, data = model(ordered=ordered), pairs(temperature)
    report = choose_temperature(made, data, METRIC)
    assert float(made.network.output.temperature) == pytest.approx(temperature, rel=0.06)
    assert report.figures["calibration_error"] < 0.03


def test_no_answer_of_a_softmax_changes_and_the_likelihood_is_the_best() -> None:
    made, data = model(ordered=False), pairs(2.5, 800)
    before = made.predict([pair.x for pair in data])
    report = choose_temperature(made, data, METRIC)
    assert made.predict([pair.x for pair in data]) == before
    found = float(made.network.output.temperature)
    best = made.log_likelihood(data).sum()
    assert report.figures["log_loss"] == pytest.approx(-best / len(data), rel=1e-5)
    for other in (0.9 * found, 1.1 * found, 1.0):
        made.network.output.temperature.fill_(other)
        assert made.log_likelihood(data).sum() < best


def test_labels_that_the_training_lacked_say_nothing() -> None:
    made, other, data = model(ordered=False), model(ordered=False), pairs(2.0, 500)
    choose_temperature(made, data, METRIC)
    unknown = [Pair((9.0, 0.0, 0.0), "7")] * 50
    report = choose_temperature(other, [*data, *unknown], METRIC)
    assert torch.equal(made.network.output.temperature, other.network.output.temperature)
    assert report.counts["examples"] == 550
    choose_temperature(other, unknown, METRIC)
    assert float(other.network.output.temperature) == 1.0


def test_labels_that_are_always_right_leave_it_at_its_limit() -> None:
    made = model(ordered=False)
    data = [Pair((1.0, 0.0, 0.0), "1"), Pair((0.0, 1.0, 0.0), "2")]
    choose_temperature(made, data, METRIC)
    assert 0.05 <= float(made.network.output.temperature) < 0.06
    assert math.isfinite(made.log_likelihood(data).sum())
