import numpy as np
import pytest

from unrolled.errors import DataError
from unrolled.textbook import CELLS, Cell

D, H, T_x = 3, 2, 4


@pytest.mark.parametrize("cell", CELLS.values(), ids=CELLS)
def test_one_step_forward_and_back_keep_the_shapes(cell: Cell):
    rng = np.random.default_rng(1)
    weights = cell.draw(D, H, rng)
    state, saved = cell.step(weights, rng.normal(size=D), cell.zero_state(H))
    dx, dstate, gradients = cell.step_back(weights, saved, tuple(np.ones(H) for _ in state))
    assert [part.shape for part in state] == [part.shape for part in dstate] == [(H,)] * len(cell.state)
    assert dx.shape == (D,)
    assert {name: d.shape for name, d in gradients.items()} == {"d" + n: s for n, s in cell.shapes(D, H).items()}


@pytest.mark.parametrize("cell", CELLS.values(), ids=CELLS)
def test_drawn_weights_are_uniform_within_one_over_root_H_and_repeat_with_the_seed(cell: Cell):
    weights, again = cell.draw(50, 16, np.random.default_rng(7)), cell.draw(50, 16, np.random.default_rng(7))
    assert {name: w.shape for name, w in weights.items()} == cell.shapes(50, 16)
    assert all(np.array_equal(weights[name], again[name]) for name in weights)
    assert 0.24 < np.abs(weights["Wax"]).max() <= 0.25
    assert abs(weights["Wax"].mean()) < 0.02


def test_names_in_the_table_are_the_cells_own():
    assert all(cell.name == name and cell.state[0] == "a" for name, cell in CELLS.items())


def refusal(cell: str, change: dict[str, np.ndarray], x: np.ndarray, *state: np.ndarray) -> str:
    weights = CELLS[cell].draw(D, H, np.random.default_rng(0)) | change
    with pytest.raises(DataError) as refused:
        CELLS[cell].check(weights, x, state)
    return str(refused.value)


def test_check_names_what_does_not_fit():
    x, a = np.zeros((T_x, D)), np.zeros(H)
    assert "x must be one sequence (T_x, D); found shape (3,)" in refusal("rnn", {}, x[0], a)
    assert "Wax must be (2, 4) for x (5, 4) and H = 2; found (2, 3)" in refusal("rnn", {}, np.zeros((5, 4)), a)
    assert "Waa must be (8, 2)" in refusal("lstm", {"Waa": np.zeros((6, 2))}, x, a, a)
    assert "ban must be (2,)" in refusal("gru", {"ban": np.zeros(3)}, x, a)
    assert "the state must be a tuple of a (2,), c (2,)" in refusal("lstm", {}, x, a)
    assert "found [(3,)]" in refusal("rnn", {}, x, np.zeros(3))


def test_check_names_a_missing_parameter():
    weights = CELLS["rnn"].draw(D, H, np.random.default_rng(0))
    with pytest.raises(DataError, match="gru: the weights lack ban; found Wax, Waa, ba"):
        CELLS["gru"].check(weights, np.zeros((T_x, D)), (np.zeros(H),))
