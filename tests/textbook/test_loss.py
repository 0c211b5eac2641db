import math

import numpy as np
import pytest

from unrolled.errors import DataError
from unrolled.textbook import cross_entropy, cross_entropy_back, sigmoid, softmax

Z = np.random.default_rng(14).normal(size=(4, 3))


def test_softmax_cross_entropy_is_minus_log_of_the_right_ones_probability():
    right = [2, 0, 0, 1]
    losses = cross_entropy(Z, np.eye(3)[right], "softmax")
    np.testing.assert_allclose(losses, [-math.log(softmax(Z)[t, k]) for t, k in enumerate(right)], rtol=1e-13)


def test_sigmoid_cross_entropy_is_its_equation():
    y = np.random.default_rng(15).integers(2, size=Z.shape).astype(float)
    y_hat = sigmoid(Z)
    wanted = -np.sum(y * np.log(y_hat) + (1 - y) * np.log(1 - y_hat), axis=1)
    np.testing.assert_allclose(cross_entropy(Z, y, "sigmoid"), wanted, rtol=1e-12)


def test_two_classes_by_softmax_cost_what_one_question_by_sigmoid_costs():
    z, y = Z[:, :1], np.array([[1.0], [0.0], [0.0], [1.0]])
    two = np.concatenate([np.zeros_like(z), z], axis=1)
    np.testing.assert_allclose(
        cross_entropy(two, np.concatenate([1 - y, y], axis=1), "softmax"), cross_entropy(z, y, "sigmoid"), rtol=1e-12
    )


def test_gradient_by_the_scores_is_prediction_minus_label():
    y = np.eye(3)[[2, 0, 0, 1]]
    assert np.array_equal(cross_entropy_back(Z, y, "softmax"), softmax(Z) - y)
    assert np.array_equal(cross_entropy_back(Z, y, "sigmoid"), sigmoid(Z) - y)


def test_a_certain_and_wrong_answer_costs_a_finite_amount():
    z = np.array([[2000.0, 0.0]])
    assert cross_entropy(z, np.array([[0.0, 1.0]]), "softmax").tolist() == [2000.0]
    assert cross_entropy(z, np.array([[0.0, 1.0]]), "sigmoid").tolist() == pytest.approx([2000.0 + math.log(2)])


@pytest.mark.parametrize("shape", [(4,), (4, 1), (3, 3), (1, 3)])
def test_labels_of_another_shape_are_refused_not_broadcast(shape: tuple[int, ...]):
    for function in (cross_entropy, cross_entropy_back):
        with pytest.raises(DataError, match=r"one label a step"):
            function(Z, np.zeros(shape), "softmax")
