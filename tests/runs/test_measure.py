from pathlib import Path
from typing import Any

import pytest
import torch

from unrolled.data.pair import Pair
from unrolled.data.readers import TaggedPair
from unrolled.errors import DataError, SettingsError
from unrolled.metrics import EntityMetric, EntityReport
from unrolled.model import Model
from unrolled.runs.build import build_model, reload_model
from unrolled.runs.measure import Trainee, measure, train_model
from unrolled.runs.parts import set_aside
from unrolled.settings import Composed
from unrolled.tasks import NER
from unrolled.tasks.ner import OUTSIDE_BIASES
from unrolled.training import Event, Warned

METRIC = EntityMetric()
PAIRS: list[TaggedPair] = [
    Pair(("Ada", "met", "Teddy"), ("B-PER", "O", "B-PER")),
    Pair(("Teddy", "bears", "slept"), ("O", "O", "O")),
    Pair(("Rose", "slept"), ("B-PER", "O")),
]
SETTINGS = NER.defaults.replaced({"hidden_size": 4, "word_size": 4, "affix_size": 2, "seed": 3})


def built(settings: Composed = SETTINGS) -> Model[Any, Any]:
    return build_model(NER, PAIRS, settings)[0]


def test_calibration_keeps_the_bias_with_the_best_f1() -> None:
    model = built()
    reports: dict[float, EntityReport] = {}
    for bias in OUTSIDE_BIASES:
        model.network.output.outside_bias.fill_(bias)
        reports[bias] = measure(model, METRIC, PAIRS)
    best = max(OUTSIDE_BIASES, key=lambda bias: reports[bias].overall.f1)
    assert len({report.overall.f1 for report in reports.values()}) > 1
    assert NER.calibrate(model, PAIRS, METRIC) == reports[best]
    assert float(model.network.output.outside_bias) == best
    assert measure(model, METRIC, PAIRS) == reports[best]


def test_a_trainee_calibrates_only_where_it_should() -> None:
    for wanted in (False, True):
        model = built()
        trainee = Trainee(model, NER, calibrate=wanted)
        figures = trainee.measure(PAIRS)
        assert trainee.report is not None
        assert figures["f1"] == trainee.report.figures["f1"]
        assert bool(model.network.output.outside_bias) == wanted


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"metric": "F1"}, "metric is 'F1'.*Did you mean 'f1'"),
        ({"metric": "recal"}, "Did you mean 'recall'"),
        ({"metric": "token_accuracy"}, "figures that can choose the weights here: f1, precision, recall"),
    ],
)
def test_a_metric_that_cannot_choose_is_refused_before_a_step(values: dict[str, object], message: str) -> None:
    trainee = Trainee(built(), NER)
    settings = SETTINGS.replaced({**values})
    events: list[object] = []
    with pytest.raises(SettingsError, match=message):
        train_model(trainee, PAIRS, PAIRS, settings, on_event=events.append)
    assert events == []


def test_a_reloaded_model_trains_as_the_one_that_was_saved(tmp_path: Path) -> None:
    settings = NER.defaults.replaced(
        {**SETTINGS.to_dict(), "word_dropout": 0.5, "output": "softmax", "class_weights": "balanced", "epochs": 2}
    )
    model = built(settings)
    model.save(tmp_path / "model", metrics={}, card="")
    again = reload_model(tmp_path / "model", PAIRS)
    for trained in (model, again):
        train_model(Trainee(trained, NER), PAIRS, PAIRS, settings)
    for name, tensor in model.network.module.state_dict().items():
        assert torch.equal(tensor, again.network.module.state_dict()[name]), name


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
    settings = SETTINGS.replaced({"vectors": str(path), "epochs": 1})
    events: list[Event] = []
    model, notes = build_model(NER, pairs, settings)
    trainee = Trainee(model, NER, notes=notes)
    train_model(trainee, pairs, pairs, settings, on_event=events.append)
    (warning,) = [event.message for event in events if isinstance(event, Warned)]
    assert warning.startswith("Only 3.8% of the vocabulary have a vector")
