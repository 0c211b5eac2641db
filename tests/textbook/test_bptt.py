import numpy as np
import pytest

from unrolled.textbook import CELLS, Cell, backward_pass, cross_entropy, descend, forward_pass, output, unroll

D, H, K, T_x = 3, 4, 2, 5


def network(cell: Cell) -> tuple[dict[str, np.ndarray], np.ndarray, np.ndarray]:
    rng = np.random.default_rng(16)
    weights = cell.draw(D, H, rng) | {"Wya": rng.normal(size=(K, H)), "by": rng.normal(size=K)}
    return weights, rng.normal(size=(T_x, D)), np.eye(K)[rng.integers(K, size=T_x)]


@pytest.mark.parametrize("cell", CELLS.values(), ids=CELLS)
def test_a_pass_forward_and_back_has_every_gradient(cell: Cell):
    weights, x, y = network(cell)
    state = tuple(np.full(H, 0.3) for _ in cell.state)
    forward = forward_pass(cell, weights, x, state, activation="softmax")
    z, y_hat = output(weights, unroll(cell, weights, x, state).a, "softmax")
    assert np.array_equal(forward.z, z)
    assert np.array_equal(forward.y_hat, y_hat)
    gradients = backward_pass(cell, weights, forward, y)
    initial = {f"d{part}0" for part in cell.state}
    assert set(gradients) == {"d" + name for name in weights} | {"dx"} | initial
    assert all(gradients["d" + name].shape == weight.shape for name, weight in weights.items())


@pytest.mark.parametrize("activation", ["sigmoid", "softmax"])
@pytest.mark.parametrize("cell", CELLS.values(), ids=CELLS)
def test_a_small_step_lowers_the_loss_by_the_squared_gradient(cell: Cell, activation: str):
    weights, x, y = network(cell)
    forward = forward_pass(cell, weights, x, activation=activation)
    gradients = backward_pass(cell, weights, forward, y)
    alpha = 1e-6
    lower = forward_pass(cell, descend(weights, gradients, alpha), x, activation=activation)
    fall = np.sum(cross_entropy(forward.z, y, activation)) - np.sum(cross_entropy(lower.z, y, activation))
    squared = sum(np.sum(gradients["d" + name] ** 2) for name in weights)
    assert fall == pytest.approx(alpha * squared, rel=1e-3)


def test_a_label_at_step_t_teaches_nothing_about_later_inputs():
    cell = CELLS["gru"]
    weights, x, y = network(cell)
    y[:2] = forward_pass(cell, weights, x, activation="softmax").y_hat[:2]
    y[3:] = forward_pass(cell, weights, x, activation="softmax").y_hat[3:]
    dx = backward_pass(cell, weights, forward_pass(cell, weights, x, activation="softmax"), y)["dx"]
    assert np.any(dx[:3], axis=1).all()
    assert not np.any(dx[3:])
