import copy
import pickle

import numpy as np
import pytest
from settings.composed_of import DEFAULTS, Fit, Network, Words

from unrolled.errors import SettingsError
from unrolled.settings import Composed

NAMES = [
    "min_count", "vectors", "vectors_words", "y_min_count", "y_vectors", "y_vectors_words", "cell", "hidden_size",
    "bidirectional", "beam_size", "batch_steps", "learning_rate", "dropout", "clip_norm", "decoder",
]  # fmt: skip


def test_names_are_flat_and_a_name_that_is_taken_gets_its_group_in_front() -> None:
    assert DEFAULTS.names() == NAMES == list(DEFAULTS.to_dict())
    assert DEFAULTS.names("y") == NAMES[3:6]
    assert [(one.group, one.field) for one in DEFAULTS.declared()][:4] == [
        ("x", "min_count"), ("x", "vectors"), ("x", "vectors_words"), ("y", "min_count"),
    ]  # fmt: skip


def test_the_instances_are_the_defaults() -> None:
    assert DEFAULTS.changed() == {}
    defaults = {one.name: one.default for one in DEFAULTS.declared()}
    assert defaults == DEFAULTS.to_dict()
    assert (defaults["min_count"], defaults["y_min_count"], defaults["learning_rate"]) == (2, 1, 0.5)


def test_groups_by_class_and_by_name() -> None:
    settings = DEFAULTS.replaced({"y_min_count": 7, "hidden_size": np.int64(16), "batch_tokens": 9})
    assert settings.group(Network) == Network(hidden_size=16)
    assert settings.group(Fit).batch_steps == 9
    assert settings.group(Words, "x") == settings["x"] == Words(min_count=2)
    assert settings.group(Words, "y").min_count == 7
    assert list(settings.groups()) == ["x", "y", "network", "fit"]
    with pytest.raises(LookupError, match="2 groups are Words"):
        settings.group(Words)
    with pytest.raises(LookupError, match="0 groups are Fit called x"):
        settings.group(Fit, "x")
    with pytest.raises(KeyError):
        settings["z"]


def test_replaced_changes_nothing_else_and_goes_on_from_what_is() -> None:
    once = DEFAULTS.replaced({"dropout": 0.5})
    twice = once.replaced({"y_vectors": "b.txt", "clip_norm": None})
    assert DEFAULTS.to_dict()["dropout"] == 0.0
    assert twice.changed() == {"y_vectors": "b.txt", "dropout": 0.5, "clip_norm": None}
    assert twice == DEFAULTS.replaced(twice.to_dict()) == DEFAULTS.replaced(twice.changed())
    assert twice.replaced(DEFAULTS.to_dict()) == DEFAULTS != twice
    assert twice.paths() == ["y_vectors"]
    assert DEFAULTS.paths() == []


def test_it_is_frozen_copied_pickled_and_a_key() -> None:
    settings = DEFAULTS.replaced({"dropout": 0.5})
    assert settings == pickle.loads(pickle.dumps(settings)) == copy.deepcopy(settings)
    assert len({settings, DEFAULTS, DEFAULTS.replaced({})}) == 2
    with pytest.raises(AttributeError):
        settings.x = 1  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"hiden_size": 1}, "There is no setting 'hiden_size'. Did you mean 'hidden_size'?"),
        ({"y_min_count": 0}, "y_min_count is 0. Give a whole number of at least 1."),
        ({"batch_tokens": 0}, "batch_steps is 0. Give a whole number of at least 1."),
        ({"batch_tokens": 1, "batch_steps": 2}, "batch_tokens is the earlier name of batch_steps, and both are given. "
                                                "Give batch_steps alone."),
        ({"goal": "up"}, "goal is no longer a training setting. The metric knows. Leave it out."),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_by_its_flat_name(values: dict[str, object], message: str) -> None:
    with pytest.raises(SettingsError) as error:
        DEFAULTS.replaced(values)
    assert str(error.value) == message


def test_what_an_earlier_version_wrote_is_renewed_before_other_sources_go_over_it() -> None:
    old = {"batch_tokens": 9, "goal": "up", "y_min_count": 3}
    assert DEFAULTS.renewed(old) == {"batch_steps": 9, "y_min_count": 3}
    assert DEFAULTS.resolve("batch_tokens") == "batch_steps"
    both = {**DEFAULTS.renewed(old), DEFAULTS.resolve("batch_tokens"): 5}
    assert DEFAULTS.replaced(both).group(Fit).batch_steps == 5
    with pytest.raises(SettingsError, match=r"goal is 3. The metric knows"):
        DEFAULTS.renewed({"goal": 3})


def test_what_has_no_effect_beside_settings_of_its_own_and_of_other_groups() -> None:
    assert DEFAULTS.without_effect() == []
    settings = DEFAULTS.replaced({"y_vectors_words": 5, "vectors_words": 5, "vectors": "a.txt", "beam_size": 8})
    assert settings.without_effect() == ["y_vectors_words has no effect: y_vectors is None."]
    assert settings.replaced({"decoder": "greedy"}).without_effect() == [
        "y_vectors_words has no effect: y_vectors is None.",
        "beam_size has no effect: decoder is 'greedy'.",
    ]
    assert DEFAULTS.replaced({"decoder": "greedy"}).without_effect() == []


def test_what_a_setting_needs_must_be_in_some_group() -> None:
    with pytest.raises(AssertionError, match="beam_size: there is no decoder"):
        Composed({"network": Network()})
