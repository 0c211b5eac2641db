import json

import pytest
import torch
from torch import nn

from unrolled.errors import RunError
from unrolled.training import FitSettings
from unrolled.training.averaging import MovingAverage
from unrolled.training.fingerprint import differences, fingerprint
from unrolled.training.state import RunState


def test_the_state_comes_back_from_json():
    state = RunState(
        epoch=2, batch=3, step=9, loss_sum=0.1 + 0.2, loss_steps=4, num_steps=5, seconds=1.5, rows=[{"f1": 1 / 3}]
    )
    assert RunState.from_json(json.loads(json.dumps(state.to_json()))) == state


@pytest.mark.parametrize("values", [{"epoch": "1"}, {"rows": 3}, {"rows": [3]}, {"rows": [{"f1": "x"}]}, {"odd": 1}])
def test_a_state_that_no_run_writes_is_refused(values: dict[str, object]):
    with pytest.raises(RunError, match="not one that a run writes"):
        RunState.from_json(RunState().to_json() | values)


def test_a_missing_part_of_the_state_is_refused():
    values = RunState().to_json()
    del values["step"]
    with pytest.raises(RunError, match="not one that a run writes"):
        RunState.from_json(values)


def test_finishing_an_epoch_closes_its_sums():
    state = RunState(epoch=4, batch=2, step=8, loss_sum=6.0, loss_steps=3, num_steps=4, seconds=0.5, learning_rate=0.1)
    row = state.finish_epoch({"f1": 0.5}, seconds=0.25)
    assert row == {
        "epoch": 4, "step": 8, "train_loss": 2.0, "learning_rate": 0.1, "f1": 0.5, "seconds": 0.75,
        "steps_per_second": 8.0,
    }  # fmt: skip
    assert state == RunState(epoch=5, step=8, learning_rate=0.1, rows=[row])


def of(network: nn.Module, settings: FitSettings | None = None, lengths: list[int] | None = None) -> dict[str, object]:
    return json.loads(json.dumps(fingerprint(network, settings or FitSettings(), lengths or [1, 2], [3])))


@pytest.mark.parametrize(
    ("saved", "asked", "refused"),
    [
        ({}, {"checkpoint_seconds": 1.0, "num_threads": 3}, False),
        ({"schedule": "constant"}, {"schedule": "constant", "epochs": 31}, False),
        ({"schedule": "plateau"}, {"schedule": "plateau", "epochs": 31}, False),
        ({"schedule": "linear"}, {"schedule": "linear", "epochs": 31}, True),
        (
            {"schedule": "constant", "warmup": 0.1},
            {"schedule": "constant", "warmup": 0.1, "epochs": 31},
            True,
        ),
        ({"schedule": "constant"}, {"schedule": "constant", "epochs": 19}, True),
        ({"patience": 3}, {"patience": 4}, False),
        ({"patience": 3}, {"patience": None}, False),
        ({"patience": None}, {"patience": 3}, True),
        ({"patience": 3}, {"patience": 2}, True),
        ({}, {"batch_steps": 7}, True),
    ],
)
def test_which_settings_may_change(saved: dict[str, object], asked: dict[str, object], refused: bool):
    network = nn.Linear(2, 2)
    found = differences(of(network, FitSettings.from_dict(saved)), of(network, FitSettings.from_dict(asked)))
    assert bool(found) == refused


def test_a_network_that_differs_is_told_parameter_by_parameter():
    found = differences(of(nn.Linear(2, 2)), of(nn.Linear(3, 2, bias=False)))
    assert found == [
        "The network is another: weight was float32 [2, 2] and is float32 [2, 3]; bias was float32 [2] and is absent."
    ]
    many = differences(of(nn.Linear(2, 2)), of(nn.ModuleList(nn.Linear(2, 2) for _ in range(3))))
    assert many[0].endswith("and 5 more differ.")


def test_a_moving_average_of_another_network_is_refused():
    average = MovingAverage(nn.Linear(2, 2), 0.9)
    with pytest.raises(RunError, match="averaged weights"):
        average.restore({"weight": torch.zeros(2, 3), "bias": torch.zeros(2)})
