import numpy as np

from unrolled.textbook import output, output_back, sigmoid, softmax

RNG = np.random.default_rng(12)
WEIGHTS = {"Wya": RNG.normal(size=(3, 2)), "by": RNG.normal(size=3)}
A = RNG.normal(size=(4, 2))


def test_output_is_its_equation_at_every_step():
    for activation, g in (("sigmoid", sigmoid), ("softmax", softmax)):
        z, y_hat = output(WEIGHTS, A, activation)
        for t in range(4):
            wanted = [sum(WEIGHTS["Wya"][k, h] * A[t, h] for h in range(2)) + WEIGHTS["by"][k] for k in range(3)]
            np.testing.assert_allclose(z[t], wanted, rtol=1e-13)
            np.testing.assert_allclose(y_hat[t], g(z[t]), rtol=1e-13)


def test_softmax_is_one_choice_and_sigmoid_independent_questions():
    _, choice = output(WEIGHTS, A, "softmax")
    np.testing.assert_allclose(choice.sum(axis=1), 1.0, rtol=1e-14)
    _, questions = output(WEIGHTS, A, "sigmoid")
    assert questions.sum(axis=1).std() > 0.01


def test_output_back_sums_each_steps_outer_product():
    dz = np.random.default_rng(13).normal(size=(4, 3))
    da, gradients = output_back(WEIGHTS, A, dz)
    np.testing.assert_allclose(gradients["dWya"], sum(np.outer(dz[t], A[t]) for t in range(4)), rtol=1e-12)
    np.testing.assert_allclose(gradients["dby"], sum(dz), rtol=1e-12)
    np.testing.assert_allclose(da, [WEIGHTS["Wya"].T @ row for row in dz], rtol=1e-12)
