import math

import numpy as np
import pytest

from unrolled.textbook.gru import GRU

# One unit, one input; rows r, z, n.
WEIGHTS = {
    "Wax": np.array([[0.5], [-1.0], [0.8]]),
    "Waa": np.array([[0.3], [0.6], [-0.7]]),
    "ba": np.array([0.1, -0.2, 0.05]),
    "ban": np.array([0.4]),
}


def sigma(z: float) -> float:
    return 1 / (1 + math.exp(-z))


def test_one_step_is_its_equation():
    x, a_prev = 2.0, 0.9
    r = sigma(0.5 * x + 0.3 * a_prev + 0.1)
    z = sigma(-1.0 * x + 0.6 * a_prev - 0.2)
    n = math.tanh(0.8 * x + r * (-0.7 * a_prev + 0.4) + 0.05)
    (a,), _ = GRU.step(WEIGHTS, np.array([x]), (np.array([a_prev]),))
    assert a[0] == pytest.approx((1 - z) * n + z * a_prev, rel=1e-14)


@pytest.mark.parametrize(("bz", "kept"), [(1000.0, True), (-1000.0, False)])
def test_an_open_update_gate_keeps_the_past_and_a_shut_one_takes_the_candidate(bz: float, kept: bool):
    weights = WEIGHTS | {"ba": np.array([0.1, bz, 0.05])}
    (a,), (_, _, _, z, n, _) = GRU.step(weights, np.array([2.0]), (np.array([0.9]),))
    assert z[0] == kept
    assert a[0] == (0.9 if kept else n[0])


def test_a_shut_reset_gate_hides_the_past_and_ban_from_the_candidate():
    weights = WEIGHTS | {"ba": np.array([-1000.0, -0.2, 0.05])}
    _, saved = GRU.step(weights, np.array([2.0]), (np.array([0.9]),))
    assert saved[4][0] == pytest.approx(math.tanh(0.8 * 2.0 + 0.05), rel=1e-14)
    _, _, gradients = GRU.step_back(weights, saved, (np.ones(1),))
    assert gradients["dban"].tolist() == [0.0]
