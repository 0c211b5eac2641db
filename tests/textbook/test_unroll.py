import numpy as np
import pytest

from unrolled.errors import DataError
from unrolled.textbook import CELLS, Cell, unroll, unroll_back

D, H = 3, 2
every_cell = pytest.mark.parametrize("cell", CELLS.values(), ids=CELLS)


@every_cell
def test_unroll_is_its_steps(cell: Cell):
    rng = np.random.default_rng(6)
    weights, x = cell.draw(D, H, rng), rng.normal(size=(4, D))
    given = tuple(rng.normal(size=H) for _ in cell.state)
    state = given
    unrolled = unroll(cell, weights, x, given)
    for t in range(4):
        state, _ = cell.step(weights, x[t], state)
        assert np.array_equal(unrolled.a[t], state[0])
    assert all(np.array_equal(part, wanted) for part, wanted in zip(unrolled.state, state, strict=True))


@every_cell
def test_reverse_is_the_reversed_sequence_put_back_in_order(cell: Cell):
    rng = np.random.default_rng(7)
    weights, x = cell.draw(D, H, rng), rng.normal(size=(4, D))
    backward, flipped = unroll(cell, weights, x, reverse=True), unroll(cell, weights, x[::-1])
    assert np.array_equal(backward.a, flipped.a[::-1])
    assert np.array_equal(backward.state[0], backward.a[0])
    da = rng.normal(size=(4, H))
    gradients, wanted = unroll_back(cell, weights, backward, da), unroll_back(cell, weights, flipped, da[::-1])
    assert np.array_equal(gradients.pop("dx"), wanted.pop("dx")[::-1])
    assert all(np.array_equal(gradients[name], wanted[name]) for name in wanted)


@every_cell
def test_names_and_shapes_of_the_gradients(cell: Cell):
    weights = cell.draw(D, H, np.random.default_rng(8))
    gradients = unroll_back(cell, weights, unroll(cell, weights, np.ones((5, D))), np.ones((5, H)))
    shapes = {"dx": (5, D)} | {"d" + name: shape for name, shape in cell.shapes(D, H).items()} | {"da0": (H,)}
    if cell.name == "lstm":
        shapes["dc0"] = (H,)
    assert {name: d.shape for name, d in gradients.items()} == shapes


@every_cell
def test_a_sequence_of_no_steps_hands_its_state_through(cell: Cell):
    weights = cell.draw(D, H, np.random.default_rng(9))
    state = tuple(np.full(H, 0.5) for _ in cell.state)
    unrolled = unroll(cell, weights, np.zeros((0, D)), state)
    assert unrolled.a.shape == (0, H)
    assert unrolled.state is state
    gradients = unroll_back(cell, weights, unrolled, np.zeros((0, H)), state)
    assert gradients["da0"].tolist() == [0.5, 0.5]
    assert not np.any(gradients["dWaa"])


def test_integer_one_hot_input_has_gradients_that_are_not_rounded():
    weights = CELLS["rnn"].draw(D, H, np.random.default_rng(10))
    one_hot = np.eye(D, dtype=np.int64)
    exact, given = (unroll(CELLS["rnn"], weights, x) for x in (one_hot.astype(np.float64), one_hot))
    da = np.ones((D, H))
    assert np.array_equal(
        unroll_back(CELLS["rnn"], weights, given, da)["dx"], unroll_back(CELLS["rnn"], weights, exact, da)["dx"]
    )


def test_what_does_not_fit_is_refused():
    cell = CELLS["rnn"]
    weights = cell.draw(D, H, np.random.default_rng(11))
    unrolled = unroll(cell, weights, np.ones((4, D)))
    with pytest.raises(DataError, match=r"da must have the shape of a, \(4, 2\); found \(2,\)"):
        unroll_back(cell, weights, unrolled, np.ones(H))
    with pytest.raises(DataError, match=r"x must be one sequence"):
        unroll(cell, weights, np.ones((2, 4, D)))
    with pytest.raises(DataError, match="the weights lack Waa"):
        unroll(cell, {name: w for name, w in weights.items() if name != "Waa"}, np.ones((4, D)))
