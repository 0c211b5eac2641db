import numpy as np
import pytest

from unrolled.errors import DataError
from unrolled.textbook import descend


def test_one_step_is_its_equation_and_leaves_the_old_weights_alone():
    weights = {"Wax": np.array([[1.0, 2.0]]), "ba": np.array([0.5])}
    gradients = {"dWax": np.array([[10.0, -20.0]]), "dba": np.array([4.0]), "dx": np.ones(3), "da0": np.ones(1)}
    lower = descend(weights, gradients, alpha=0.1)
    assert {name: value.tolist() for name, value in lower.items()} == {
        "Wax": [[0.0, 4.0]],
        "ba": [pytest.approx(0.1)],
    }
    assert weights["Wax"].tolist() == [[1.0, 2.0]]
    assert weights["ba"].tolist() == [0.5]


def test_a_weight_without_a_gradient_is_named():
    with pytest.raises(DataError, match="no gradient for by; found dWya"):
        descend({"Wya": np.zeros(1), "by": np.zeros(1)}, {"dWya": np.zeros(1)}, alpha=0.1)
