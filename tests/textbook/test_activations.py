import math

import numpy as np
import pytest

from unrolled.textbook.activations import log_sigmoid, log_softmax, relu, sigmoid, softmax


@pytest.mark.parametrize("z", [-700.0, -40.0, -1.5, 0.0, 1e-9, 3.0, 40.0])
def test_sigmoid_keeps_its_precision_in_both_tails(z: float):
    wanted = math.exp(z) / (1 + math.exp(z)) if z < 0 else 1 / (1 + math.exp(-z))
    assert sigmoid(np.array([z]))[0] == pytest.approx(wanted, rel=1e-12)
    assert log_sigmoid(np.array([z]))[0] == pytest.approx(math.log(wanted), rel=1e-12)


def test_sigmoid_of_the_largest_numbers_warns_of_nothing():
    largest = np.finfo(np.float64).max
    assert sigmoid(np.array([-largest, largest, -np.inf, np.inf])).tolist() == [0, 1, 0, 1]


def test_softmax_is_exp_over_the_sum_of_exp_in_the_last_axis():
    z = np.random.default_rng(0).normal(size=(4, 3))
    wanted = [[math.exp(v) / sum(math.exp(u) for u in row) for v in row] for row in z]
    np.testing.assert_allclose(softmax(z), wanted, rtol=1e-14)
    np.testing.assert_allclose(log_softmax(z), np.log(wanted), rtol=1e-14)


@pytest.mark.parametrize("shift", [-1e6, 1e6])
def test_softmax_does_not_depend_on_a_shift(shift: float):
    z = np.array([[0.0, 1.0, -2.0]])
    np.testing.assert_allclose(softmax(z + shift), softmax(z), rtol=1e-9)


def test_log_softmax_of_an_unlikely_class_is_finite():
    assert log_softmax(np.array([0.0, 5000.0])).tolist() == [-5000.0, 0.0]


def test_relu():
    assert relu(np.array([-1.0, -0.0, 2.5])).tolist() == [0.0, 0.0, 2.5]
    assert np.isnan(relu(np.array([np.nan]))[0])
