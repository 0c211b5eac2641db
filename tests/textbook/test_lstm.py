import math

import numpy as np
import pytest

from unrolled.textbook.lstm import LSTM

# One unit, one input; rows i, f, g, o.
WEIGHTS = {
    "Wax": np.array([[0.5], [-1.0], [0.8], [0.2]]),
    "Waa": np.array([[0.3], [0.6], [-0.7], [1.1]]),
    "ba": np.array([0.1, -0.2, 0.05, 0.3]),
}


def sigma(z: float) -> float:
    return 1 / (1 + math.exp(-z))


def test_one_step_is_its_equation():
    x, a_prev, c_prev = 2.0, 0.9, -1.4
    i = sigma(0.5 * x + 0.3 * a_prev + 0.1)
    f = sigma(-1.0 * x + 0.6 * a_prev - 0.2)
    g = math.tanh(0.8 * x - 0.7 * a_prev + 0.05)
    o = sigma(0.2 * x + 1.1 * a_prev + 0.3)
    (a, c), _ = LSTM.step(WEIGHTS, np.array([x]), (np.array([a_prev]), np.array([c_prev])))
    assert c[0] == pytest.approx(f * c_prev + i * g, rel=1e-14)
    assert a[0] == pytest.approx(o * math.tanh(f * c_prev + i * g), rel=1e-14)


def test_an_open_forget_gate_and_a_shut_input_gate_carry_c_and_its_gradient_unchanged():
    weights = WEIGHTS | {"ba": np.array([-1000.0, 1000.0, 0.0, 0.0])}
    (_, c), saved = LSTM.step(weights, np.array([2.0]), (np.array([0.9]), np.array([-1.4])))
    _, (_, dc_prev), _ = LSTM.step_back(weights, saved, (np.zeros(1), np.array([3.0])))
    assert c.tolist() == [-1.4]
    assert dc_prev.tolist() == [3.0]


def test_a_shut_output_gate_gives_nothing_and_learns_nothing_through_a():
    weights = WEIGHTS | {"ba": np.array([0.0, 0.0, 0.0, -1000.0])}
    (a, _), saved = LSTM.step(weights, np.array([2.0]), (np.array([0.9]), np.array([-1.4])))
    dx, _, gradients = LSTM.step_back(weights, saved, (np.ones(1), np.zeros(1)))
    assert a.tolist() == [0.0]
    assert dx.tolist() == [0.0]
    assert not np.any(gradients["dWax"])
