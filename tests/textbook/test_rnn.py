import math

import numpy as np
import pytest

from unrolled.textbook.rnn import RNN, RNN_RELU

WEIGHTS = {
    "Wax": np.array([[0.5, -1.0, 2.0], [1.5, 0.25, -0.5]]),
    "Waa": np.array([[0.1, 0.7], [-0.4, 0.3]]),
    "ba": np.array([0.2, -0.1]),
}
X = [1.0, -2.0, 0.5]
A_PREV = [0.3, -0.6]


def scores() -> list[float]:
    """Wax x + Waa a⟨t-1⟩ + ba, one product at a time."""
    return [
        sum(WEIGHTS["Wax"][h, d] * X[d] for d in range(3))
        + sum(WEIGHTS["Waa"][h, k] * A_PREV[k] for k in range(2))
        + WEIGHTS["ba"][h]
        for h in range(2)
    ]


def test_one_step_is_its_equation():
    (a,), _ = RNN.step(WEIGHTS, np.array(X), (np.array(A_PREV),))
    assert a.tolist() == pytest.approx([math.tanh(z) for z in scores()], rel=1e-14)
    (a,), _ = RNN_RELU.step(WEIGHTS, np.array(X), (np.array(A_PREV),))
    assert a.tolist() == pytest.approx([max(0.0, z) for z in scores()], rel=1e-14)


def test_one_hot_input_takes_one_column_of_Wax():
    for i in range(3):
        (a,), _ = RNN.step(WEIGHTS, np.eye(3)[i], (np.zeros(2),))
        assert np.array_equal(a, np.tanh(WEIGHTS["Wax"][:, i] + WEIGHTS["ba"]))


def test_one_step_back_of_a_single_unit_is_the_chain_rule():
    weights = {"Wax": np.array([[0.5]]), "Waa": np.array([[-0.8]]), "ba": np.array([0.1])}
    _, saved = RNN.step(weights, np.array([2.0]), (np.array([0.4]),))
    dx, (da_prev,), gradients = RNN.step_back(weights, saved, (np.array([3.0]),))
    dz = 3.0 * (1 - math.tanh(0.5 * 2.0 - 0.8 * 0.4 + 0.1) ** 2)
    assert [dx[0], da_prev[0]] == pytest.approx([dz * 0.5, dz * -0.8])
    assert [gradients[name].item() for name in ("dWax", "dWaa", "dba")] == pytest.approx([dz * 2.0, dz * 0.4, dz])


def test_relu_passes_no_gradient_where_it_is_shut_or_at_its_corner():
    weights = {"Wax": np.array([[1.0]]), "Waa": np.array([[0.0]]), "ba": np.array([0.0])}
    for x, wanted in ((-1.0, 0.0), (0.0, 0.0), (1.0, 5.0)):
        _, saved = RNN_RELU.step(weights, np.array([x]), (np.zeros(1),))
        dx, _, _ = RNN_RELU.step_back(weights, saved, (np.array([5.0]),))
        assert dx.tolist() == [wanted]
