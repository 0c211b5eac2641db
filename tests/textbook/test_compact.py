import numpy as np
import pytest

from unrolled.textbook import CELLS, compact, sigmoid, split

D, H = 3, 2


@pytest.mark.parametrize("cell", CELLS)
def test_one_product_with_Wa_equals_the_two_with_Waa_and_Wax(cell: str):
    rng = np.random.default_rng(3)
    weights = CELLS[cell].draw(D, H, rng)
    a_prev, x = rng.normal(size=H), rng.normal(size=D)
    Wa = compact(weights)
    assert Wa.shape == (len(CELLS[cell].gates) * H, H + D)
    together = np.concatenate([a_prev, x]) @ Wa.T
    np.testing.assert_allclose(together, a_prev @ weights["Waa"].T + x @ weights["Wax"].T, rtol=1e-13)


def test_a_step_in_the_compact_form_is_the_step():
    rng = np.random.default_rng(4)
    a_prev, c_prev, x = rng.normal(size=H), rng.normal(size=H), rng.normal(size=D)
    both = np.concatenate([a_prev, x])

    weights = CELLS["rnn"].draw(D, H, rng)
    (a,), _ = CELLS["rnn"].step(weights, x, (a_prev,))
    np.testing.assert_allclose(np.tanh(both @ compact(weights).T + weights["ba"]), a, rtol=1e-13)

    weights = CELLS["lstm"].draw(D, H, rng)
    (a, c), _ = CELLS["lstm"].step(weights, x, (a_prev, c_prev))
    i, f, g, o = np.split(both @ compact(weights).T + weights["ba"], 4)
    np.testing.assert_allclose(sigmoid(f) * c_prev + sigmoid(i) * np.tanh(g), c, rtol=1e-13)
    np.testing.assert_allclose(sigmoid(o) * np.tanh(c), a, rtol=1e-13)

    weights = CELLS["gru"].draw(D, H, rng)
    _, (_, _, r, z, _, _) = CELLS["gru"].step(weights, x, (a_prev,))
    rz = sigmoid(both @ compact(weights).T + weights["ba"])[: 2 * H]
    np.testing.assert_allclose(rz, np.concatenate([r, z]), rtol=1e-13)


def test_split_undoes_compact():
    weights = CELLS["lstm"].draw(D, H, np.random.default_rng(5))
    Waa, Wax = split(compact(weights), H)
    assert np.array_equal(Waa, weights["Waa"])
    assert np.array_equal(Wax, weights["Wax"])
