"""The stepper: equal to whole sequences, on every instruction path and on torch, in any company, without allocating."""

import tracemalloc
from collections.abc import Iterator
from typing import Literal

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from resident import resident
from torch import Tensor

from unrolled.data.ragged import Ragged
from unrolled.errors import DataError, SettingsError
from unrolled.kernels import CELLS, NUM_GATES, Cell, State
from unrolled.kernels.library import load
from unrolled.layers import Recurrent, Stepper

ENGINE = load()
assert ENGINE is not None
# A product of x with Wax adds up in another order than torch's; the recurrence passes the roundings on.
ROUNDING = 5e-6


@pytest.fixture(params=[*ENGINE.paths(), "torch"])
def dtype(request: pytest.FixtureRequest) -> Iterator[torch.dtype]:
    """float32 on each path of the engine, and float64, which is torch's."""
    before, threads = ENGINE.path(), torch.get_num_threads()
    if request.param != "torch":
        ENGINE.use_path(request.param)
    yield torch.float64 if request.param == "torch" else torch.float32
    ENGINE.use_path(before)
    torch.set_num_threads(threads)


def normal(*shape: int, seed: int = 1) -> Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def layer_of(cell: Cell, D: int, H: int, dtype: torch.dtype, num_layers: int = 1) -> Recurrent:
    """Random weights, biases too, and a first state that is not zero."""
    layer = Recurrent(cell, D, H, num_layers=num_layers, initial_state="learned")
    with torch.no_grad():
        for seed, parameter in enumerate(layer.parameters()):
            parameter.copy_(normal(*parameter.shape, seed=seed) / H**0.5)
    return layer.to(dtype)


def by_steps(stepper: Stepper, x_TND: Tensor) -> Tensor:
    return torch.stack([stepper.step(x).clone() for x in x_TND])


@settings(max_examples=60, deadline=None)
@given(
    cell=st.sampled_from(CELLS),
    shape=st.tuples(*[st.integers(1, most) for most in (9, 20, 70, 2)]),
    name=st.sampled_from(ENGINE.paths()),
)
def test_steps_of_any_shape_equal_the_whole_sequence(cell: Cell, shape: tuple[int, int, int, int], name: str) -> None:
    N, D, H, num_layers = shape
    layer, x, before = layer_of(cell, D, H, torch.float32, num_layers), normal(3, N, D).float(), ENGINE.path()
    ENGINE.use_path(name)
    try:
        found = by_steps(layer.stepper(N), x)
        wanted = layer(Ragged.from_list(list(x.transpose(0, 1))))[0]
    finally:
        ENGINE.use_path(before)
    torch.testing.assert_close(found, torch.stack(wanted.to_list(), 1), atol=ROUNDING, rtol=ROUNDING)


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize(("N", "D", "H", "num_layers"), [(1, 3, 5, 1), (1, 20, 33, 3), (4, 7, 40, 2), (7, 2, 17, 1)])
def test_steps_equal_the_whole_sequence(
    dtype: torch.dtype, cell: Cell, N: int, D: int, H: int, num_layers: int
) -> None:
    layer, x = layer_of(cell, D, H, dtype, num_layers), normal(6, N, D).to(dtype)
    stepper = layer.stepper(N)
    found = by_steps(stepper, x)
    wanted, last = layer(Ragged.from_list(list(x.transpose(0, 1))))
    torch.testing.assert_close(found, torch.stack(wanted.to_list(), dim=1), atol=ROUNDING, rtol=ROUNDING)
    for part, wanted_part in zip((stepper.state.a, stepper.state.c), (last.a, last.c), strict=True):
        assert (part is None) == (wanted_part is None)
        if part is not None:
            torch.testing.assert_close(part, wanted_part, atol=ROUNDING, rtol=ROUNDING)
    stepper.reset()
    assert torch.equal(by_steps(stepper, x), found)


@pytest.mark.parametrize("cell", CELLS)
def test_given_the_same_projections_a_step_has_the_bits_of_the_sequence(dtype: torch.dtype, cell: Cell) -> None:
    H = 37
    layer, rows = layer_of(cell, NUM_GATES[cell] * H, H, dtype), normal(9, NUM_GATES[cell] * H).to(dtype)
    with torch.no_grad():
        layer.directions(0)[0].Wax.copy_(torch.eye(NUM_GATES[cell] * H))
        layer.directions(0)[0].ba.zero_()
    stepper = layer.stepper(vocabulary=rows)
    found = torch.cat([stepper.step(word).clone() for word in range(9)])
    assert torch.equal(found, layer(Ragged.from_list([rows]))[0].rows)


# float64 is left out: torch's own products may add up in another order.
@pytest.mark.parametrize("dtype", ENGINE.paths(), indirect=True)
@pytest.mark.parametrize("cell", ["gru", "lstm"])
@pytest.mark.parametrize("weights", ["float32", "bfloat16"])
def test_any_company_and_any_number_of_threads_give_the_same_bits(dtype: torch.dtype, cell: Cell, weights) -> None:
    # So large that threads share it.
    layer, x = layer_of(cell, 160, 320, dtype), normal(3, 5, 160).to(dtype)
    torch.set_num_threads(1)
    alone = by_steps(layer.stepper(weights=weights), x[:, 3:4])
    for threads in (1, 2, 3):
        torch.set_num_threads(threads)
        assert torch.equal(by_steps(layer.stepper(weights=weights), x[:, 3:4]), alone)
        assert torch.equal(by_steps(layer.stepper(5, weights=weights), x)[:, 3:4], alone)


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("table_limit", [1 << 30, 0])
def test_a_word_is_its_row_of_the_embedding(dtype: torch.dtype, cell: Cell, table_limit: int) -> None:
    layer, E = layer_of(cell, 6, 11, dtype, 2), normal(20, 6).to(dtype)
    words = torch.tensor([[3, 19], [0, 3], [7, 7]])
    stepper = layer.stepper(2, vocabulary=E, table_limit=table_limit)
    wanted = by_steps(layer.stepper(2), E[words])
    torch.testing.assert_close(by_steps(stepper, words), wanted, atol=ROUNDING, rtol=ROUNDING)
    alone = layer.stepper(vocabulary=E, table_limit=table_limit)
    assert torch.equal(alone.step(3).clone(), layer.stepper(vocabulary=E, table_limit=table_limit).step(words[0, :1]))


@pytest.mark.parametrize("cell", CELLS)
def test_bfloat16_is_arithmetic_with_rounded_weights(dtype: torch.dtype, cell: Cell) -> None:
    layer, x = layer_of(cell, 5, 19, dtype, 2), normal(4, 2, 5).to(dtype)
    found = by_steps(layer.stepper(2, weights="bfloat16"), x)
    assert not torch.equal(found, by_steps(layer.stepper(2), x))
    with torch.no_grad():
        for number in range(2):
            for weight in (layer.directions(number)[0].Wax, layer.directions(number)[0].Waa):
                weight.copy_(weight.bfloat16())
    assert torch.equal(found, by_steps(layer.stepper(2), x))


@pytest.mark.parametrize("cell", CELLS)
def test_the_state_is_a_copy_and_goes_back_in_another_order(dtype: torch.dtype, cell: Cell) -> None:
    layer, x = layer_of(cell, 4, 9, dtype, 2), normal(5, 3, 4).to(dtype)
    stepper, order = layer.stepper(3), torch.tensor([2, 0, 0])
    by_steps(stepper, x[:2])
    state = stepper.state
    going_on = by_steps(stepper, x[2:, order])
    stepper.state = state.index(order)
    again = by_steps(stepper, x[2:, order])
    if dtype == torch.float32:
        assert torch.equal(again[:, 1], again[:, 2])
    # In float64 it is torch's product, whose library may round equal rows of one call differently.
    torch.testing.assert_close(again[:, 1], again[:, 2], rtol=1e-13, atol=1e-15)
    assert not torch.equal(again, going_on)
    stepper.state = state
    torch.testing.assert_close(by_steps(stepper, x[2:, order])[:, 1:2], going_on[:, 1:2])


def test_the_weights_are_a_snapshot_and_the_result_is_one_memory(dtype: torch.dtype) -> None:
    layer, x = layer_of("gru", 4, 9, dtype), normal(1, 4).to(dtype)
    stepper = layer.stepper()
    first = stepper.step(x)
    kept = first.clone()
    with torch.no_grad():
        for parameter in layer.parameters():
            parameter.zero_()
    stepper.reset()
    assert stepper.step(x) is first
    assert torch.equal(first, kept)


def test_x_may_lie_anywhere(dtype: torch.dtype) -> None:
    layer, x = layer_of("lstm", 4, 9, dtype), normal(4, 2).to(dtype)
    assert torch.equal(layer.stepper(2).step(x.T).clone(), layer.stepper(2).step(x.T.contiguous()))


@pytest.mark.parametrize("H", [24, 300])
def test_ten_thousand_steps_leave_no_memory_behind(H: int) -> None:
    layer = Recurrent("lstm", 8, H)
    stepper, x, words = layer.stepper(), torch.ones(1, 8), layer.stepper(vocabulary=torch.ones(3, 8))

    def steps(count: int) -> None:
        for _ in range(count):
            stepper.step(x)
            words.step(2)

    steps(1000)
    tracemalloc.start()
    before, memory = tracemalloc.get_traced_memory()[0], resident()
    steps(10_000)
    grown = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    assert grown < 2_000
    assert resident() - memory < 2_000  # KiB; one state a step would be more


@pytest.mark.parametrize("weights", ["float32", "bfloat16"])
def test_autocast_leaves_it_as_it_is(weights: Literal["float32", "bfloat16"]) -> None:
    layer, E = layer_of("gru", 8, 16, torch.float32), normal(5, 8).float()
    wanted = layer.stepper(vocabulary=E, weights=weights).step(3).clone()
    with torch.autocast("cpu", torch.bfloat16):
        assert torch.equal(layer.stepper(vocabulary=E, weights=weights).step(3), wanted)


def test_in_bfloat16_the_table_is_of_rounded_weights() -> None:
    layer, E = layer_of("lstm", 8, 16, torch.float32), normal(5, 8).float()
    table, row = (layer.stepper(vocabulary=E, weights="bfloat16", table_limit=limit) for limit in (1 << 30, 0))
    torch.testing.assert_close(table.step(3), row.step(3), atol=ROUNDING, rtol=ROUNDING)


def test_what_cannot_be_says_so(dtype: torch.dtype) -> None:
    with pytest.raises(SettingsError, match="bidirectional=False"):
        Recurrent("gru", 3, 4, bidirectional=True).stepper()
    layer = layer_of("lstm", 3, 4, dtype)
    with pytest.raises(SettingsError, match="num_sequences is 0"):
        layer.stepper(0)
    with pytest.raises(SettingsError, match="weights is 'float16'"):
        layer.stepper(weights="float16")  # pyright: ignore[reportArgumentType]
    with pytest.raises(SettingsError, match=r"\(V, 3\)"):
        layer.stepper(vocabulary=torch.ones(5, 4))
    stepper, words = layer.stepper(2), layer.stepper(2, vocabulary=torch.ones(5, 3))
    for wrong in (torch.ones(1, 3, dtype=dtype), torch.ones(2, 3, dtype=torch.float16), torch.zeros(2).long(), 1):
        with pytest.raises(DataError, match=r"\(2, 3\)"):
            stepper.step(wrong)
    for wrong in (torch.ones(2, 3, dtype=dtype), torch.zeros(2).int(), torch.zeros(3).long(), 1):
        with pytest.raises(DataError, match=r"indices of words, torch.int64, \(2,\)"):
            words.step(wrong)
    before = words.state.a
    for outside in (5, -1):
        with pytest.raises(DataError, match=f"word {outside} is outside the vocabulary. Give indices from 0 to 4"):
            words.step(torch.tensor([1, outside]))
        with pytest.raises(DataError, match=f"word {outside} is outside"):
            layer.stepper(vocabulary=torch.ones(5, 3)).step(outside)
    assert torch.equal(words.state.a, before)
    with pytest.raises(DataError, match="the state's c is None"):
        stepper.state = State(stepper.state.a)
    with pytest.raises(DataError, match=r"the state's a is \(1, 1, 1, 4\)"):
        stepper.state = layer.stepper().state
