"""Frozen: what the layer gives, to the bit, on every instruction path and on torch, from the weights as they were."""

import pickle
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from copy import deepcopy
from typing import Literal

import hypothesis
import pytest
import torch
from hypothesis import strategies as st
from torch.nn.utils import prune

from unrolled.data.ragged import Ragged
from unrolled.errors import DataError, SettingsError
from unrolled.kernels import CELLS, Cell, State
from unrolled.kernels.library import load
from unrolled.layers import Frozen, Recurrent

ENGINE = load()
assert ENGINE is not None


@pytest.fixture(params=[*ENGINE.paths(), "torch"])
def dtype(request: pytest.FixtureRequest) -> Iterator[torch.dtype]:
    """float32 on each path of the engine, and float64, which is torch's."""
    before = ENGINE.path()
    if request.param != "torch":
        ENGINE.use_path(request.param)
    yield torch.float64 if request.param == "torch" else torch.float32
    ENGINE.use_path(before)


def layer_of(cell: Cell, D: int, H: int, dtype: torch.dtype = torch.float32, **settings) -> Recurrent:
    layer = Recurrent(cell, D, H, **settings).to(dtype)
    generator = torch.Generator().manual_seed(1)
    for parameter in layer.parameters():
        parameter.data += 0.3 * torch.randn(parameter.shape, generator=generator).to(dtype)
    return layer


def batch(lengths: list[int], D: int, dtype: torch.dtype = torch.float32) -> Ragged:
    generator = torch.Generator().manual_seed(len(lengths))
    return Ragged(torch.randn(sum(lengths), D, generator=generator).to(dtype), torch.tensor(lengths))


def assert_same(found: tuple[Ragged, State], wanted: tuple[Ragged, State]) -> None:
    assert torch.equal(found[0].rows, wanted[0].rows)
    for one, other in zip(found[1].tensors(), wanted[1].tensors(), strict=True):
        assert torch.equal(one, other)


@hypothesis.settings(max_examples=60, deadline=None)
@hypothesis.given(
    cell=st.sampled_from(CELLS),
    lengths=st.lists(st.integers(1, 9), min_size=1, max_size=9),
    shape=st.tuples(*[st.integers(1, most) for most in (20, 70, 2)]),
    bidirectional=st.booleans(),
    name=st.sampled_from(ENGINE.paths()),
)
def test_gives_what_the_layer_gives_in_any_shape(
    cell: Cell, lengths: list[int], shape: tuple[int, int, int], bidirectional: bool, name: str
):
    D, H, num_layers = shape
    layer, x = layer_of(cell, D, H, num_layers=num_layers, bidirectional=bidirectional), batch(lengths, D)
    before = ENGINE.path()
    ENGINE.use_path(name)
    try:
        assert_same(Frozen(layer)(x), layer(x))
    finally:
        ENGINE.use_path(before)


@pytest.mark.parametrize("settings", [{}, {"bidirectional": True, "num_layers": 2, "initial_state": "learned"}])
@pytest.mark.parametrize("cell", CELLS)
def test_gives_what_the_layer_gives_to_the_bit(cell: Cell, settings: dict, dtype: torch.dtype):
    for D, H, lengths in ((3, 5, [4, 1, 7]), (40, 33, [9]), (7, 70, [2, 2, 3, 1, 1])):
        layer, x = layer_of(cell, D, H, dtype, **settings), batch(lengths, D, dtype)
        frozen = Frozen(layer)
        wanted = layer(x)
        assert_same(frozen(x), wanted)
        assert_same(frozen(x, wanted[1]), layer(x, wanted[1]))


def test_the_products_of_large_layers_are_those_of_the_layer_but_for_rounding():
    for lengths in ([60], [100] * 6):  # the engine's own, of packed weights; torch's
        layer, x = Recurrent("lstm", 512, 512), batch(lengths, 512)
        torch.testing.assert_close(Frozen(layer)(x)[0].rows, layer(x)[0].rows, atol=1e-5, rtol=1e-5)


def test_the_weights_are_those_of_its_making():
    layer, x = layer_of("gru", 3, 4), batch([5, 2], 3)
    frozen, before = Frozen(layer), layer(x)
    with torch.no_grad():
        for parameter in layer.parameters():
            parameter.add_(1.0)
    assert_same(frozen(x), before)
    assert not torch.equal(layer(x)[0].rows, before[0].rows)


def rounded(layer: Recurrent) -> Recurrent:
    """The same layer, its Waa as bfloat16 has it."""
    layer = deepcopy(layer)
    with torch.no_grad():
        for number in range(layer.num_layers):
            for direction in layer.directions(number):
                direction.Waa.copy_(direction.Waa.bfloat16())
    return layer


@pytest.mark.parametrize("cell", CELLS)
def test_in_bfloat16_it_gives_what_rounded_weights_give_to_the_bit(cell: Cell, dtype: torch.dtype):
    for D, H, lengths in ((3, 1, [3, 2]), (3, 33, [4, 1, 7, 7, 2, 1]), (7, 257, [9]), (5, 40, [2] * 30)):
        layer = layer_of(cell, D, H, dtype, bidirectional=True, num_layers=2, initial_state="learned")
        before = [parameter.clone() for parameter in layer.parameters()]
        frozen, x = Frozen(layer, weights="bfloat16"), batch(lengths, D, dtype)
        wanted = Frozen(rounded(layer))(x)
        assert_same(frozen(x), wanted)
        assert_same(frozen(x, wanted[1]), Frozen(rounded(layer))(x, wanted[1]))
        assert all(torch.equal(one, other) for one, other in zip(layer.parameters(), before, strict=True))


def test_in_bfloat16_it_is_near_what_the_layer_gives():
    layer, x = Recurrent("lstm", 20, 300), batch([30, 12], 20)
    found, wanted = Frozen(layer, weights="bfloat16")(x)[0].rows, layer(x)[0].rows
    assert 1e-5 < (found - wanted).abs().max() < 0.05


def test_in_bfloat16_parametrized_weights_are_rounded_too():
    layer, x = layer_of("gru", 3, 40), batch([5, 2], 3)
    torch.nn.utils.parametrizations.weight_norm(layer.directions(0)[0], "Waa")
    plain = layer_of("gru", 3, 40)
    with torch.no_grad():
        for name, weight in layer.directions(0)[0].weights()._asdict().items():
            getattr(plain.directions(0)[0], name).copy_(weight)
    assert_same(Frozen(layer, weights="bfloat16")(x), Frozen(rounded(plain))(x))
    assert torch.nn.utils.parametrize.is_parametrized(layer.directions(0)[0])


@pytest.mark.parametrize("weights", ["float32", "bfloat16"])
def test_a_copy_has_weights_of_its_own(weights: Literal["float32", "bfloat16"]):
    x = batch([5, 2], 3)
    frozen = Frozen(layer_of("lstm", 3, 40), weights=weights)
    wanted = frozen(x)
    copies = [deepcopy(frozen), pickle.loads(pickle.dumps(frozen))]
    del frozen
    for one in copies:
        assert_same(one(x), wanted)


@pytest.mark.parametrize("weights", ["float32", "bfloat16"])
def test_pruned_weights_are_those_that_are_left(weights: Literal["float32", "bfloat16"]):
    layer, plain, x = layer_of("gru", 3, 40), layer_of("gru", 3, 40), batch([5, 2], 3)
    prune.l1_unstructured(layer.directions(0)[0], "Waa", amount=0.5)
    with torch.no_grad():
        plain.directions(0)[0].Waa.mul_(layer.directions(0)[0].get_buffer("Waa_mask"))
    assert_same(Frozen(layer, weights=weights)(x), Frozen(plain, weights=weights)(x))


def test_other_weights_are_an_error():
    with pytest.raises(SettingsError, match="Frozen: weights is 'int8'"):
        Frozen(layer_of("rnn", 3, 4), weights="int8")  # pyright: ignore[reportArgumentType]


def test_no_gradient_passes():
    layer, x = layer_of("lstm", 3, 4), batch([5, 2], 3)
    x.rows.requires_grad_()
    for given in (x, x.with_rows(x.rows.double().float())):
        a, state = Frozen(layer)(given)
        assert not a.rows.requires_grad
        assert not state.a.requires_grad
    assert layer.layers[0]["forwards"].Wax.requires_grad


def test_x_of_another_type_is_taken_in_that_of_the_weights():
    layer, x = layer_of("rnn", 3, 4), batch([5, 2], 3)
    assert_same(Frozen(layer)(x.with_rows(x.rows.bfloat16())), layer(x.with_rows(x.rows.bfloat16())))


@pytest.mark.parametrize("dtype", [torch.float64, torch.bfloat16])
def test_a_state_of_another_type_is_taken_in_that_of_the_weights(dtype: torch.dtype):
    layer, x = layer_of("lstm", 3, 4), batch([5, 2], 3)
    state = layer(x)[1].to(dtype)
    assert_same(Frozen(layer)(x, state), layer(x, state))


def test_a_state_without_numbers_is_torchs_error():
    layer, x = layer_of("lstm", 3, 4), batch([5, 2], 3)
    state = layer(x)[1]
    with pytest.raises(RuntimeError, match=r"device|meta"):
        Frozen(layer)(x, State(state.a.to("meta"), state.c))


def test_an_x_or_a_state_that_is_not_the_layers_is_an_error():
    frozen = Frozen(layer_of("lstm", 3, 4))
    with pytest.raises(DataError, match=r"x has rows \(7, 2\). Give \(M, 3\)"):
        frozen(batch([5, 2], 2))
    with pytest.raises(DataError, match="the state's c is None"):
        frozen(batch([5, 2], 3), State(torch.zeros(2, 1, 1, 4)))


def test_several_threads_may_call_at_once():
    layer = layer_of("gru", 20, 30, bidirectional=True)
    frozen = Frozen(layer)
    batches = [batch([length] * (1 + length % 3), 20) for length in range(1, 30)]
    with ThreadPoolExecutor(4) as threads:
        found = list(threads.map(frozen, batches))
    for one, x in zip(found, batches, strict=True):
        assert_same(one, layer(x))
