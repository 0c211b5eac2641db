import pytest
import torch

from unrolled.data.ragged import Ragged
from unrolled.kernels import CELLS, NUM_GATES, Cell, State, Weights, door, engine, recur
from unrolled.kernels.library import load


def weights(cell: Cell, D: int, H: int, dtype: torch.dtype = torch.float64) -> Weights:
    generator = torch.Generator().manual_seed(1)
    G = NUM_GATES[cell]
    Wax, Waa, ba = (
        torch.randn(shape, generator=generator, dtype=dtype) for shape in ((G * H, D), (G * H, H), (G * H,))
    )
    return Weights(Wax, Waa, ba, torch.randn(H, generator=generator, dtype=dtype) if cell == "gru" else None)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("cell", CELLS)
def test_without_a_state_it_starts_from_zero_in_the_type_of_x(cell: Cell, dtype: torch.dtype):
    x = Ragged.from_list(
        [torch.randn(T, 2, dtype=dtype, generator=torch.Generator().manual_seed(T)) for T in (2, 4, 1)]
    )
    both = [weights(cell, 2, 3, dtype)] * 2
    zero = torch.zeros(3, 1, 2, 3, dtype=dtype)
    a, last = recur(cell, x, both)
    wanted, _ = recur(cell, x, both, State(zero, zero if cell == "lstm" else None))
    assert a.rows.dtype == last.a.dtype == dtype
    assert torch.equal(a.rows, wanted.rows)
    assert engine(cell, dtype) == ("native" if dtype == torch.float32 and load() else "torch")


@pytest.mark.parametrize("given", [False, True])
@pytest.mark.parametrize("cell", CELLS)
def test_x_and_state_of_another_type_are_taken_in_that_of_the_weights(cell: Cell, given: bool):
    x = Ragged.from_list([torch.randn(T, 2, generator=torch.Generator().manual_seed(T)).bfloat16() for T in (2, 4, 1)])
    ones = torch.ones(3, 1, 1, 3, dtype=torch.bfloat16)
    state = State(ones, ones if cell == "lstm" else None) if given else None
    w = weights(cell, 2, 3, torch.float32)
    a, last = recur(cell, x, [w], state)
    wanted, _ = recur(cell, x.with_rows(x.rows.float()), [w], state and state.to(torch.float32))
    assert a.rows.dtype == last.a.dtype == torch.float32
    assert torch.equal(a.rows, wanted.rows)


@pytest.mark.parametrize("cell", CELLS)
def test_torchs_kernels_stay_in_float32_under_autocast(cell: Cell, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(door, "load", lambda: None)
    assert engine(cell, torch.float32) == "torch"
    x = Ragged.from_list([torch.randn(T, 2, generator=torch.Generator().manual_seed(T)) for T in (2, 4, 1)])
    w = weights(cell, 2, 3, torch.float32)
    wanted, _ = recur(cell, x, [w, w])
    with torch.autocast("cpu", dtype=torch.bfloat16):
        assert torch.equal(recur(cell, x, [w, w])[0].rows, wanted.rows)


@pytest.mark.parametrize("cell", CELLS)
def test_without_numbers_it_tells_the_shapes(cell: Cell):
    w = weights(cell, 2, 3, torch.float32)
    bare = Weights(w.Wax.to("meta"), w.Waa.to("meta"), w.ba.to("meta"), None if w.ban is None else w.ban.to("meta"))
    x = Ragged(torch.empty(7, 2, device="meta"), torch.tensor([2, 4, 1]))
    a, last = recur(cell, x, [bare, bare])
    assert a.rows.is_meta
    assert a.rows.shape == (7, 6)
    assert last.a.shape == (3, 1, 2, 3)
    # The native engine would read numbers at an address that is none.
    for rows, of in ((x.rows, w), (torch.zeros(7, 2), bare)):
        with pytest.raises(RuntimeError, match=r"device|meta"):
            recur(cell, x.with_rows(rows), [of])


@pytest.mark.parametrize("cell", CELLS)
def test_two_directions_are_one_forwards_and_one_on_the_reversed_batch(cell: Cell):
    x = Ragged.from_list([torch.randn(T, 2, generator=torch.Generator().manual_seed(T)).double() for T in (2, 4, 1)])
    w = weights(cell, 2, 3)
    both, last = recur(cell, x, [w, w])
    forwards, _ = recur(cell, x, [w])
    backwards, backwards_last = recur(cell, x.reverse(), [w])
    torch.testing.assert_close(both.rows, torch.cat([forwards.rows, backwards.reverse().rows], dim=1))
    torch.testing.assert_close(last.a[:, 0, 1], backwards_last.a[:, 0, 0])
    torch.testing.assert_close(last.a[:, 0, 0], forwards.last())


def test_a_state_can_be_cut_off_from_its_past():
    a = torch.zeros(1, 1, 2, requires_grad=True) * 2
    assert a.requires_grad
    cut = State(a, a).detach()
    assert cut.c is not None
    assert not cut.a.requires_grad
    assert not cut.c.requires_grad
