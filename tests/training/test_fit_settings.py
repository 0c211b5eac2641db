import json
import math

import pytest

from unrolled.errors import SettingsError
from unrolled.settings import meanings
from unrolled.training import FitSettings


def test_json_and_back_is_the_same():
    settings = FitSettings(epochs=3, clip_norm=None, learning_rate=1e-17 / 3, averaging="ema")
    assert FitSettings.from_dict(json.loads(json.dumps(settings.to_dict()))) == settings


def test_every_setting_is_explained_in_the_docstring():
    assert set(meanings(FitSettings)) >= set(FitSettings.names())


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("epochs", 0), ("epochs", 2.0), ("epochs", True), ("epochs", "3"), ("batch_steps", 0), ("optimizer", "Adam"),
        ("learning_rate", 0), ("learning_rate", math.nan), ("learning_rate", math.inf), ("learning_rate", "0.1"),
        ("momentum", 1.0), ("beta2", 1.0), ("epsilon", 0.0), ("schedule", None), ("warmup", 1.0), ("clip_norm", 0.0),
        ("patience", 0), ("metric", ""), ("averaging", "swa"), ("ema_decay", 1.0), ("seed", -1),
        ("num_threads", 0), ("checkpoint_seconds", -1), ("checkpoint_seconds", None),
    ],
)  # fmt: skip
def test_a_value_that_cannot_be_is_refused_by_name(name: str, value: object):
    with pytest.raises(SettingsError, match=f"^{name} is "):
        FitSettings.from_dict({name: value})


def test_a_misspelled_name_is_told_its_nearest_neighbour():
    with pytest.raises(SettingsError, match=r"'epoch'.*Did you mean 'epochs'"):
        FitSettings.from_dict({"epoch": 3})


def test_settings_without_effect_are_listed():
    idle = FitSettings(momentum=0.9, plateau_factor=0.1, averaging="none", ema_decay=0.5).without_effect()
    assert [sentence.split()[0] for sentence in idle] == ["momentum", "plateau_factor", "ema_decay"]
    used = FitSettings(optimizer="sgd", momentum=0.9, schedule="plateau", plateau_factor=0.1, averaging="ema")
    assert used.without_effect() == []
    assert FitSettings(optimizer="sgd", beta1=0.5).without_effect() == ["beta1 has no effect: optimizer is 'sgd'."]


def test_an_earlier_name_is_accepted_but_not_both():
    assert FitSettings.from_dict({"batch_tokens": 64}) == FitSettings(batch_steps=64)
    with pytest.raises(SettingsError, match="batch_tokens is the earlier name of batch_steps, and both are given"):
        FitSettings.from_dict({"batch_tokens": 64, "batch_steps": 64})


def test_the_goal_of_the_metric_was_a_setting_once():
    old = {"epochs": 3, "batch_tokens": 64, "metric_goal": "higher"}
    assert FitSettings.renewed(old) == {"epochs": 3, "batch_steps": 64}
    assert FitSettings.renewed({"metric_goal": "lower"}) == {}
    with pytest.raises(SettingsError, match=r"metric_goal is 'up'. Whether more or less is better belongs to the metr"):
        FitSettings.renewed({"metric_goal": "up"})
    with pytest.raises(SettingsError, match=r"metric_goal is no longer a training setting. Whether more.*Leave it out"):
        FitSettings.from_dict({"metric_goal": "higher"})
