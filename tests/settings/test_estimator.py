"""Classes made of a task's settings have scikit-learn's habits."""

import inspect
import pickle
import warnings
from dataclasses import make_dataclass
from typing import Literal

import numpy as np
import pytest
from settings.composed_of import DEFAULTS, Fit, Network
from sklearn.base import BaseEstimator, clone
from sklearn.model_selection import GridSearchCV

from unrolled.errors import SettingsError
from unrolled.settings import Composed, chosen_settings, estimator_fields


class Estimator(BaseEstimator):
    def fit(self, X: np.ndarray, y: np.ndarray) -> "Estimator":
        self.settings_ = chosen_settings(self, DEFAULTS)
        return self

    def predict(self, X: np.ndarray) -> np.ndarray:
        return np.full(len(X), self.settings_.group(Network).hidden_size)

    def score(self, X: np.ndarray, y: np.ndarray) -> float:
        return -float(abs(self.predict(X) - y).mean())


Made = make_dataclass(
    "Made", estimator_fields(DEFAULTS), bases=(Estimator,), kw_only=True, eq=False, repr=False,
    namespace={"__module__": __name__, "__doc__": "Made of settings."},
)  # fmt: skip


def test_the_signature_shows_names_types_and_defaults() -> None:
    parameters = inspect.signature(Made).parameters
    assert list(parameters) == [*DEFAULTS.names(), "batch_tokens"]
    assert {name: parameters[name].default for name in DEFAULTS.names()} == DEFAULTS.to_dict()
    assert parameters["cell"].annotation == Literal["gru", "lstm"]
    assert parameters["clip_norm"].annotation == float | None
    assert parameters["vectors"].annotation == str | None
    assert all(parameter.kind is inspect.Parameter.KEYWORD_ONLY for parameter in parameters.values())
    with pytest.raises(TypeError, match="hiden_size"):
        Made(hiden_size=3)


def test_parameters_are_got_set_and_cloned() -> None:
    made = Made(hidden_size=np.int64(16), vectors="a.txt")
    assert made.get_params() == {**DEFAULTS.to_dict(), "hidden_size": 16, "vectors": "a.txt", "batch_tokens": None}
    copy = clone(made.fit(np.zeros((2, 1)), np.zeros(2)))
    assert copy.get_params() == made.get_params()
    assert not hasattr(copy, "settings_")
    assert copy.set_params(dropout=0.25).dropout == 0.25
    with pytest.raises(ValueError, match="Invalid parameter 'hiden_size'"):
        copy.set_params(hiden_size=3)


def test_it_pickles_and_shows_what_was_changed() -> None:
    made = Made(hidden_size=16).fit(np.zeros((2, 1)), np.zeros(2))
    back = pickle.loads(pickle.dumps(made))
    assert type(back) is Made
    assert back.settings_ == made.settings_
    assert (Made.__module__, Made.__qualname__, Made.__doc__) == (__name__, "Made", "Made of settings.")
    assert repr(Made(hidden_size=16)) == "Made(hidden_size=16)"


def test_a_grid_of_numpys_numbers_is_searched() -> None:
    X, y = np.zeros((8, 1)), np.full(8, 3)
    grid = {"hidden_size": np.arange(2, 5), "dropout": np.linspace(0, 0.5, 2), "bidirectional": np.array([True, False])}
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        search = GridSearchCV(Made(), grid, cv=2).fit(X, y)
    assert search.best_params_["hidden_size"] == 3
    found: Composed = search.best_estimator_.settings_
    assert type(found.group(Network).hidden_size) is int
    assert type(found.group(Network).bidirectional) is bool


def test_an_earlier_name_is_still_a_keyword() -> None:
    assert chosen_settings(clone(Made(batch_tokens=9)), DEFAULTS).group(Fit).batch_steps == 9
    assert chosen_settings(Made(batch_steps=9), DEFAULTS).group(Fit).batch_steps == 9
    with pytest.raises(SettingsError, match="batch_tokens is the earlier name of batch_steps"):
        chosen_settings(Made(batch_tokens=9, batch_steps=9), DEFAULTS)
    with pytest.raises(SettingsError, match="hidden_size is 0"):
        chosen_settings(Made(hidden_size=0), DEFAULTS)
