import numpy as np
import pytest

from unrolled.errors import DataError
from unrolled.textbook import CELLS, Cell, deep, deep_back, unroll, unroll_back

D, H, T_x = 3, 2, 4
every_cell = pytest.mark.parametrize("cell", CELLS.values(), ids=CELLS)


def drawn(cell: Cell, num_layers: int, num_directions: int) -> list[list[dict[str, np.ndarray]]]:
    rng = np.random.default_rng(17)
    widths = [D] + [num_directions * H] * (num_layers - 1)
    return [[cell.draw(width, H, rng) for _ in range(num_directions)] for width in widths]


@every_cell
def test_one_layer_one_direction_is_unroll(cell: Cell):
    weights, x = drawn(cell, 1, 1), np.random.default_rng(18).normal(size=(T_x, D))
    forward, unrolled = deep(cell, weights, x), unroll(cell, weights[0][0], x)
    assert np.array_equal(forward.a, unrolled.a)
    da = np.ones((T_x, H))
    dx, gradients = deep_back(cell, weights, forward, da)
    wanted = unroll_back(cell, weights[0][0], unrolled, da)
    assert np.array_equal(dx, wanted["dx"])
    assert all(np.array_equal(gradients[0][0][name], wanted[name]) for name in wanted)


@every_cell
def test_layers_read_what_the_layer_below_gives(cell: Cell):
    weights, x = drawn(cell, 3, 1), np.random.default_rng(19).normal(size=(T_x, D))
    a = x
    for (w,) in weights:
        a = unroll(cell, w, a).a
    assert np.array_equal(deep(cell, weights, x).a, a)


@every_cell
def test_two_directions_stand_side_by_side(cell: Cell):
    weights, x = drawn(cell, 1, 2), np.random.default_rng(20).normal(size=(T_x, D))
    forward = deep(cell, weights, x)
    assert np.array_equal(forward.a[:, :H], unroll(cell, weights[0][0], x).a)
    assert np.array_equal(forward.a[:, H:], unroll(cell, weights[0][1], x[::-1]).a[::-1])
    assert np.array_equal(forward.states[0][0][0], forward.a[-1, :H])
    assert np.array_equal(forward.states[0][1][0], forward.a[0, H:])


@every_cell
def test_states_are_given_and_returned_by_layer_and_direction(cell: Cell):
    weights, x = drawn(cell, 2, 1), np.random.default_rng(21).normal(size=(T_x, D))
    whole, first = deep(cell, weights, x), deep(cell, weights, x[:1])
    second = deep(cell, weights, x[1:], first.states)
    np.testing.assert_allclose(second.a, whole.a[1:], rtol=1e-13)


@pytest.mark.parametrize("directions", [[], [0], [3], [1, 2]])
def test_other_numbers_of_directions_are_refused(directions: list[int]):
    cell = CELLS["rnn"]
    weights = [[cell.draw(D, H, np.random.default_rng(0))] * count for count in directions]
    with pytest.raises(DataError, match="1 direction each or of 2"):
        deep(cell, weights, np.ones((T_x, D)))


def test_a_second_layer_of_the_wrong_width_is_refused():
    cell = CELLS["rnn"]
    weights = [[cell.draw(D, H, np.random.default_rng(0))] * 2 for _ in range(2)]
    with pytest.raises(DataError, match=r"Wax must be \(2, 4\)"):
        deep(cell, weights, np.ones((T_x, D)))
