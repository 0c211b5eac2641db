import math

import numpy as np
import pytest

from unrolled.errors import DataError
from unrolled.textbook import SCORES, Score, attention, attention_back, attention_shapes

T_Y, T_X, H, E = 3, 4, 2, 5
WIDTHS = {"dot": (H, H), "general": (H, 3), "additive": (H, 3)}


def drawn(score: Score, T_x: int = T_X) -> tuple[dict[str, np.ndarray], np.ndarray, np.ndarray]:
    rng = np.random.default_rng(21)
    H_s, H_a = WIDTHS[score]
    weights = {name: rng.normal(size=shape) for name, shape in attention_shapes(score, H_s, H_a, E).items()}
    return weights, rng.normal(size=(T_Y, H_s)), rng.normal(size=(T_x, H_a))


def score_by_hand(score: Score, weights: dict[str, np.ndarray], s: np.ndarray, a: np.ndarray) -> float:
    if score == "dot":
        return sum(s[h] * a[h] for h in range(len(s)))
    if score == "general":
        return sum(s[i] * weights["Wsa"][i, j] * a[j] for i in range(len(s)) for j in range(len(a)))
    total = 0.0
    for unit in range(E):
        z = sum(weights["Wes"][unit, i] * s[i] for i in range(len(s)))
        z += sum(weights["Wea"][unit, j] * a[j] for j in range(len(a)))
        total += weights["ve"][unit] * math.tanh(z)
    return total


@pytest.mark.parametrize("score", SCORES)
def test_attention_is_its_equations(score: Score):
    weights, s, a = drawn(score)
    context, alpha = attention(score, weights, s, a)
    for t in range(T_Y):
        powers = [math.exp(score_by_hand(score, weights, s[t], a[j])) for j in range(T_X)]
        np.testing.assert_allclose(alpha[t], [power / sum(powers) for power in powers], rtol=1e-12)
        np.testing.assert_allclose(context[t], sum(alpha[t, j] * a[j] for j in range(T_X)), rtol=1e-12)


@pytest.mark.parametrize("T_x", [1, T_X])
@pytest.mark.parametrize("score", SCORES)
def test_every_gradient_equals_finite_differences(score: Score, T_x: int):
    weights, s, a = drawn(score, T_x)
    dcontext = np.random.default_rng(22).normal(size=(T_Y, a.shape[1]))
    before = {name: value.copy() for name, value in {**weights, "s": s, "a": a, "dcontext": dcontext}.items()}
    ds, da, gradients = attention_back(score, weights, s, a, dcontext)
    assert gradients.keys() == {f"d{name}" for name in weights}
    for name, value in {**weights, "s": s, "a": a, "dcontext": dcontext}.items():
        assert np.array_equal(value, before[name]), f"{name} has changed"

    def loss() -> float:
        return float(np.sum(attention(score, weights, s, a).context * dcontext))

    for name, value, gradient in [("s", s, ds), ("a", a, da), *((n, weights[n], gradients[f"d{n}"]) for n in weights)]:
        assert gradient.shape == value.shape
        for place in np.ndindex(value.shape):
            kept = value[place]
            value[place] = kept + 1e-5
            above = loss()
            value[place] = kept - 1e-5
            below = loss()
            value[place] = kept
            np.testing.assert_allclose(gradient[place], (above - below) / 2e-5, atol=1e-8, err_msg=f"{name}{place}")


def test_dot_is_general_with_the_identity():
    _, s, a = drawn("dot")
    np.testing.assert_allclose(
        attention("dot", {}, s, a).context, attention("general", {"Wsa": np.eye(H)}, s, a).context, rtol=1e-13
    )


@pytest.mark.parametrize(
    ("score", "weights", "s", "a", "found"),
    [
        ("dot", {}, np.zeros((2, 3)), np.zeros((4, 2)), r"one width; found s \(2, 3\)"),
        ("dot", {}, np.zeros(3), np.zeros((4, 3)), r"must be \(T_y, H_s\)"),
        ("dot", {}, np.zeros((2, 3)), np.zeros((0, 3)), r"T_x >= 1"),
        ("general", {"Wsa": np.zeros((2, 3))}, np.zeros((2, 3)), np.zeros((4, 2)), r"needs the weights .*\(3, 2\)"),
        ("additive", {}, np.zeros((2, 3)), np.zeros((4, 2)), r"found \{\}"),
    ],
)
def test_shapes_that_do_not_fit_are_refused(score: Score, weights: dict, s: np.ndarray, a: np.ndarray, found: str):
    with pytest.raises(DataError, match=found):
        attention(score, weights, s, a)
