import math

import pytest
import torch
from torch import Tensor

from unrolled.data.ragged import Ragged
from unrolled.data.spaces import Classes
from unrolled.decoding import Decoding
from unrolled.errors import DataError, SettingsError
from unrolled.layers.outputs import ClassesOutput, ClassesOutputSettings, output_layer, output_settings

K, D = 3, 2
SCORES = torch.tensor([[0.0, 2.0, 1.0], [3.0, 3.0, -1.0]])


def layer(temperature: float = 1.0, **settings: object) -> ClassesOutput:
    made = output_layer(Classes(K), D, ClassesOutputSettings.from_dict(settings))
    assert isinstance(made, ClassesOutput)
    made.temperature.fill_(temperature)
    return made


def labels() -> Ragged:
    """Two sequences of one step each."""
    return Ragged(SCORES, torch.ones(2, dtype=torch.int64))


def probabilities(scores: Tensor) -> list[float]:
    powers = [math.exp(score) for score in scores.tolist()]
    return [power / sum(powers) for power in powers]


@pytest.mark.parametrize("temperature", [1.0, 2.5])
def test_the_most_probable_class_and_the_n_best_with_their_probabilities(temperature: float):
    found = layer(temperature).found(labels(), Decoding(n_best=2, confidence=True, probabilities=True))
    for hypotheses, scores, order in zip(found, SCORES / temperature, ([1, 2, 0], [0, 1, 2]), strict=True):
        p = probabilities(scores)
        first, *others = hypotheses
        assert first.rows.tolist() == [order[0]]
        assert first.log_p == pytest.approx(math.log(p[order[0]]), abs=1e-6)
        assert first.confidence == pytest.approx([p[order[0]]], abs=1e-6)
        assert first.probabilities is not None
        torch.testing.assert_close(first.probabilities, torch.tensor([p]))
        assert [one.rows.tolist() for one in others] == [[k] for k in order[:2]]
        assert [one.log_p for one in others] == pytest.approx([math.log(p[k]) for k in order[:2]], abs=1e-6)


def test_nothing_is_said_that_was_not_asked():
    for (only,) in layer().found(labels(), Decoding()):
        assert (only.confidence, only.probabilities) == ((), None)


def test_no_more_classes_than_there_are():
    assert [len(hypotheses) for hypotheses in layer().found(labels(), Decoding(n_best=9))] == [1 + K, 1 + K]


def test_every_step_of_a_sequence_is_chosen_for_itself():
    whole = Ragged(SCORES, torch.tensor([2]))
    ((only,),) = layer().found(whole, Decoding(confidence=True))
    steps = [hypotheses[0] for hypotheses in layer().found(labels(), Decoding())]
    assert only.rows.tolist() == [1, 0]
    assert only.log_p == pytest.approx(sum(step.log_p or 0.0 for step in steps))
    assert len(only.confidence) == 2
    with pytest.raises(SettingsError, match=r"n_best is 3, and y has 2 steps"):
        layer().found(whole, Decoding(n_best=3))


def test_a_model_starts_uncalibrated_and_keeps_its_temperature():
    made = layer()
    assert float(made.temperature) == 1.0
    other = layer()
    made.temperature.fill_(1.5)
    other.load_state_dict(made.state_dict())
    assert float(other.temperature) == 1.5


def test_labels_are_smoothed_in_training_alone():
    smooth, plain = layer(label_smoothing=0.2), layer()
    y = Ragged(torch.tensor([1, 0]), torch.ones(2, dtype=torch.int64))
    noise = torch.Generator()
    assert torch.equal(smooth.loss(labels(), y), plain.loss(labels(), y))
    assert not torch.allclose(smooth.loss(labels(), y, noise), plain.loss(labels(), y, noise))


def test_balanced_weights_are_the_inverse_frequencies():
    made = layer(class_weights="balanced")
    made.observe(torch.tensor([1, 0, 6]))
    assert made.class_weights is not None
    assert made.class_weights.tolist() == pytest.approx([8 / 3, 0, 8 / 18])  # one never seen is never asked for
    made.observe(None)
    assert made.class_weights is None
    unweighted = layer()
    unweighted.observe(torch.tensor([1, 0, 6]))
    assert unweighted.class_weights is None


def test_labels_of_other_lengths_are_refused():
    y = Ragged(torch.tensor([1, 0]), torch.tensor([2]))
    with pytest.raises(DataError, match="y has 2 steps in 1 sequences"):
        layer().loss(labels(), y)


def test_shapes_and_symbols_are_those_of_the_parameters():
    made = layer()
    assert made.causal
    assert made.shapes("D") == {"Wya": ("K", "D"), "by": ("K",)}
    assert made.symbols() == {"K": ("classes", K)}
    assert {name: tuple(value.shape) for name, value in made.named_parameters()} == {"Wya": (K, D), "by": (K,)}


def test_which_layer_writes_a_space():
    assert output_settings(Classes(K)) is ClassesOutputSettings
    with pytest.raises(SettingsError, match="label_smoothing is 1"):
        ClassesOutputSettings(label_smoothing=1)
