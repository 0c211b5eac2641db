import pytest
import torch
from torch import nn

from unrolled.data.ragged import Ragged
from unrolled.errors import DataError, SettingsError
from unrolled.kernels import CELLS, NUM_GATES, Cell, State
from unrolled.layers import Recurrent


def batch(*lengths: int, width: int = 3) -> Ragged:
    generator = torch.Generator().manual_seed(len(lengths))
    return Ragged.from_list([torch.randn(T, width, generator=generator, dtype=torch.float64) for T in lengths])


def make(cell: Cell = "lstm", **settings) -> Recurrent:
    layer = Recurrent(cell, 3, 4, generator=torch.Generator().manual_seed(1), **settings).double()
    for name, parameter in layer.named_parameters():
        if not name.endswith("Wax"):
            parameter.data += 0.3 * torch.randn(parameter.shape, generator=torch.Generator().manual_seed(len(name)))
    return layer


MODULES = [
    lambda **s: nn.RNN(3, 4, **s),
    lambda **s: nn.RNN(3, 4, nonlinearity="relu", **s),
    lambda **s: nn.GRU(3, 4, **s),
    lambda **s: nn.LSTM(3, 4, **s),
]


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("make_module", MODULES)
def test_from_torch_gives_the_same_outputs_and_back_again(make_module, bias: bool):
    torch.manual_seed(0)
    module = make_module(num_layers=2, bidirectional=True, dropout=0.25, bias=bias).double()
    layer = Recurrent.from_torch(module)
    again = layer.to_torch()
    x = batch(4, 1, 3)
    for twin in (module.eval(), again.eval()):
        packed, last = twin(x.to_packed())
        a, state = layer(x)
        torch.testing.assert_close(a.rows, Ragged.from_packed(packed).rows)
        last_a = last[0] if isinstance(last, tuple) else last
        torch.testing.assert_close(state.a.flatten(1, 2), last_a.transpose(0, 1))
        if isinstance(last, tuple):
            torch.testing.assert_close(state.c.flatten(1, 2), last[1].transpose(0, 1))
    assert type(again) is type(module)
    assert (again.mode, again.dropout, again.batch_first) == (module.mode, 0.25, True)
    assert layer.dropout == 0.25
    assert layer.directions(0)[0].Wax.data_ptr() != module.weight_ih_l0.data_ptr()


def test_converting_draws_nothing_from_torchs_global_generator():
    before = torch.get_rng_state()
    make(num_layers=2).to_torch()
    assert torch.equal(torch.get_rng_state(), before)


def test_what_torch_has_no_counterpart_for_is_refused():
    with pytest.raises(SettingsError, match="proj_size is 2"):
        Recurrent.from_torch(nn.LSTM(3, 4, proj_size=2))
    with pytest.raises(SettingsError, match="initial state is learned"):
        make(initial_state="learned").to_torch()


@pytest.mark.parametrize("num_layers", [1, 2])
@pytest.mark.parametrize("cell", CELLS)
def test_chunks_give_what_the_whole_gives(cell: Cell, num_layers: int):
    layer, whole = make(cell, num_layers=num_layers), batch(7, 7)
    a, last = layer(whole)
    for cuts in ([7], [1] * 7, [3, 4], [2, 1, 4]):
        state, chunks = None, []
        for chunk in zip(*[x.split(cuts) for x in whole.to_list()], strict=True):
            part, state = layer(Ragged.from_list(list(chunk)), state)
            chunks.append(part.to_list())
        for n, rows in enumerate(a.to_list()):
            torch.testing.assert_close(torch.cat([chunk[n] for chunk in chunks]), rows)
        torch.testing.assert_close(state.a, last.a)
        if cell == "lstm":
            torch.testing.assert_close(state.c, last.c)


def test_a_learned_first_state_is_where_the_layer_starts_and_has_a_gradient():
    layer, x = make(initial_state="learned", num_layers=2, bidirectional=True), batch(2, 3)
    a, _ = layer(x)
    given, _ = layer(x, State(layer.a0.expand(2, -1, -1, -1), layer.c0.expand(2, -1, -1, -1)))
    zero, _ = layer(x, State(torch.zeros(2, 2, 2, 4).double(), torch.zeros(2, 2, 2, 4).double()))
    assert torch.equal(a.rows, given.rows)
    assert not torch.allclose(a.rows, zero.rows)
    a.rows.sum().backward()
    assert layer.a0.grad.abs().min() > 0
    assert layer.c0.grad.abs().min() > 0
    assert make("gru", initial_state="learned").c0 is None


def test_weights_begin_xavier_orthogonal_and_remembering():
    for cell in CELLS:
        layer = Recurrent(cell, 30, 20, num_layers=2, bidirectional=True, generator=torch.Generator().manual_seed(3))
        for number, width in enumerate((30, 40)):
            for direction in layer.directions(number):
                bound = (6 / (width + 20)) ** 0.5
                assert direction.Wax.abs().max() <= bound
                assert direction.Wax.abs().max() > 0.95 * bound
                for gate in direction.Waa.view(NUM_GATES[cell], 20, 20):
                    torch.testing.assert_close(gate @ gate.T, torch.eye(20), rtol=0, atol=1e-5)
                wanted = torch.zeros_like(direction.ba)
                if cell == "lstm":
                    wanted[20:40] = 1
                assert torch.equal(direction.ba, wanted)
                assert (direction.ban is None) == (cell != "gru")


def test_the_generator_alone_decides_the_weights():
    one, other, third = (
        Recurrent("gru", 3, 4, generator=torch.Generator().manual_seed(seed)).state_dict() for seed in (1, 1, 2)
    )
    assert all(torch.equal(one[name], other[name]) for name in one)
    assert not torch.equal(one["layers.0.forwards.Wax"], third["layers.0.forwards.Wax"])


def test_dropout_follows_the_noise_and_nothing_else():
    layer, x = make(num_layers=2, dropout=0.5, variational_dropout=0.5), batch(5, 2)
    plain = [layer.train()(x)[0].rows, layer.eval()(x)[0].rows]
    assert torch.equal(plain[0], plain[1])
    noisy = [layer(x, noise=torch.Generator().manual_seed(seed))[0].rows for seed in (1, 1, 2)]
    assert torch.equal(noisy[0], noisy[1])
    assert not torch.equal(noisy[0], noisy[2])
    assert not torch.equal(noisy[0], plain[0])


def test_dropout_between_layers_acts_on_what_the_first_layer_gives_only():
    layer, x = make(num_layers=2, dropout=0.5), batch(4)
    layer.directions(1)[0].Wax.data.zero_()
    noisy, _ = layer(x, noise=torch.Generator().manual_seed(1))
    assert torch.equal(noisy.rows, layer(x)[0].rows)


def test_mistakes_are_named():
    with pytest.raises(SettingsError, match="cell is 'lstn'"):
        Recurrent("lstn", 3, 4)
    with pytest.raises(SettingsError, match="hidden_size is 0"):
        Recurrent("rnn", 3, 0)
    with pytest.raises(SettingsError, match=r"dropout is 1\.0"):
        Recurrent("rnn", 3, 4, num_layers=2, dropout=1.0)
    with pytest.raises(SettingsError, match="initial_state is 'given'"):
        Recurrent("rnn", 3, 4, initial_state="given")
    with pytest.warns(UserWarning, match="num_layers=1"):
        Recurrent("rnn", 3, 4, dropout=0.5)
    layer = make()
    with pytest.raises(DataError, match=r"rows \(4, 2\)\. Give \(M, 3\)"):
        layer(batch(4, width=2))
    good = torch.zeros(1, 1, 1, 4).double()
    with pytest.raises(DataError, match=r"state's a is \(2, 1, 1, 4\)"):
        layer(batch(4), State(good.expand(2, 1, 1, 4), good))
    with pytest.raises(DataError, match="state's c is None"):
        layer(batch(4), State(good))
    with pytest.raises(DataError, match="needs none"):
        make("gru")(batch(4), State(good, good))
