from pathlib import Path

import pytest
import torch

from unrolled.data.pair import Pair
from unrolled.errors import DataError, SettingsError
from unrolled.model import TaggedPair
from unrolled.tasks.ner import NER
from unrolled.tasks.settings import TaggingSettings
from unrolled.tasks.tagging import (
    OUTSIDE_BIASES,
    Trainee,
    build_model,
    calibrate,
    measure,
    reload_model,
    set_aside,
    train_model,
)
from unrolled.training import Event, Warned
from unrolled.training.metrics import EntityReport

PAIRS: list[TaggedPair] = [
    Pair(("Ada", "met", "Teddy"), ("B-PER", "O", "B-PER")),
    Pair(("Teddy", "bears", "slept"), ("O", "O", "O")),
    Pair(("Rose", "slept"), ("B-PER", "O")),
]
SETTINGS = TaggingSettings.from_dict({"hidden_size": 4, "word_size": 4, "affix_size": 2, "seed": 3})


def test_calibration_keeps_the_bias_with_the_best_f1() -> None:
    model = build_model(NER, PAIRS, SETTINGS)
    reports: dict[float, EntityReport] = {}
    for bias in OUTSIDE_BIASES:
        model.network.outside_bias.fill_(bias)
        reports[bias] = measure(model, NER, PAIRS)
    best = max(OUTSIDE_BIASES, key=lambda bias: reports[bias].overall.f1)
    assert len({report.overall.f1 for report in reports.values()}) > 1
    assert calibrate(model, NER, PAIRS) == reports[best]
    assert float(model.network.outside_bias) == best
    assert measure(model, NER, PAIRS) == reports[best]


def test_a_trainee_calibrates_only_where_it_should() -> None:
    for wanted in (False, True):
        model = build_model(NER, PAIRS, SETTINGS)
        trainee = Trainee(model, NER, calibrate=wanted)
        figures = trainee.measure(PAIRS)
        assert trainee.report is not None
        assert figures["f1"] == trainee.report.overall.f1
        assert bool(model.network.outside_bias) == wanted


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"metric": "F1"}, "metric is 'F1'.*Did you mean 'f1'"),
        ({"metric": "recal"}, "Did you mean 'recall'"),
        ({"metric": "token_accuracy"}, "Only a figure of entities"),
        ({"metric": "precision", "metric_goal": "lower"}, "metric_goal is 'lower'.*higher precision is better"),
    ],
)
def test_a_metric_that_cannot_choose_is_refused_before_a_step(values: dict[str, object], message: str) -> None:
    trainee = Trainee(build_model(NER, PAIRS, SETTINGS), NER)
    settings = TaggingSettings.from_dict({**SETTINGS.to_dict(), **values})
    events: list[object] = []
    with pytest.raises(SettingsError, match=message):
        train_model(trainee, PAIRS, PAIRS, settings, on_event=events.append)
    assert events == []


def test_a_reloaded_model_trains_as_the_one_that_was_saved(tmp_path: Path) -> None:
    settings = TaggingSettings.from_dict(
        {**SETTINGS.to_dict(), "word_dropout": 0.5, "output": "softmax", "class_weights": "balanced", "epochs": 2}
    )
    model = build_model(NER, PAIRS, settings)
    model.save(tmp_path / "model", metrics={}, card="")
    again = reload_model(tmp_path / "model", PAIRS)
    for trained in (model, again):
        train_model(Trainee(trained, NER), PAIRS, PAIRS, settings)
    for name, tensor in model.network.state_dict().items():
        assert torch.equal(tensor, again.network.state_dict()[name]), name


def test_setting_aside_splits_by_the_seed_and_keeps_the_order() -> None:
    pairs = [Pair((str(i),), ("O",)) for i in range(20)]
    train, dev = set_aside(pairs, 0.25, seed=1)
    assert len(dev) == 5
    assert sorted((*train, *dev), key=lambda pair: int(pair.x[0])) == pairs
    assert train == sorted(train, key=lambda pair: int(pair.x[0]))
    assert set_aside(pairs, 0.25, seed=1) == (train, dev)
    assert set_aside(pairs, 0.25, seed=2) != (train, dev)
    assert [len(part) for part in set_aside(pairs[:2], 0.9, seed=0)] == [1, 1]
    with pytest.raises(DataError, match="too few"):
        set_aside(pairs[:1], 0.5, seed=0)


def test_few_vectors_are_warned_of(tmp_path: Path) -> None:
    words = [f"word{chr(97 + i)}{chr(97 + j)}" for i in range(5) for j in range(5)]
    pairs = [Pair((word, "sat"), ("O", "O")) for word in words]
    path = tmp_path / "vectors.txt"
    path.write_text("sat 1 2 3 4\n")
    values = {**SETTINGS.to_dict(), "vectors": str(path), "epochs": 1}
    settings = TaggingSettings.from_dict(values)
    events: list[Event] = []
    trainee = Trainee(build_model(NER, pairs, settings), NER)
    train_model(trainee, pairs, pairs, settings, on_event=events.append)
    (warning,) = [event.message for event in events if isinstance(event, Warned)]
    assert warning.startswith("Only 3.8% of the vocabulary have a vector")
