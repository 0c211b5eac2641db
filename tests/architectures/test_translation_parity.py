"""The encoder-decoder of the task translation against a plain PyTorch twin: the loss per symbol and every gradient."""

import math
from itertools import product

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

from unrolled.architectures import EncoderDecoder, EncoderDecoderSettings, NetworkSettings, build_network
from unrolled.data.ragged import Ragged
from unrolled.data.spaces import Classes
from unrolled.decoding import BeamSettings, Decoding
from unrolled.errors import SettingsError
from unrolled.layers.inputs import IndicesInputSettings
from unrolled.layers.outputs import ClassesOutputSettings
from unrolled.layers.outputs.fused_loss import ROWS, fused_cross_entropy
from unrolled.layers.recurrent import Recurrent

V_X, V, END = 7, 6, 1
SIZES = {"hidden_size": 4, "decoder_embedding_size": 3, "num_layers": 2, "deep_output": True, "tied": True}


def made(**changed: object) -> EncoderDecoder:
    settings = NetworkSettings(
        EncoderDecoderSettings.from_dict(SIZES | changed),
        IndicesInputSettings(embedding_size=3),
        ClassesOutputSettings(label_smoothing=0.1),
    )
    network = build_network("encoder_decoder", Classes(V_X, end=1), Classes(V, end=END), settings)
    assert isinstance(network, EncoderDecoder)
    generator = torch.Generator().manual_seed(4)
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.copy_(0.1 + 0.6 * torch.randn(parameter.shape, generator=generator))
    return network.double()


def drawn(num: int = 5) -> tuple[list[Tensor], list[Tensor]]:
    chance = torch.Generator().manual_seed(2)
    xs, ys = [], []
    for n in range(num):
        xs.append(torch.randint(2, V_X, (1 + n % 4,), generator=chance))
        before = torch.randint(2, V, ((n * 2) % 5,), generator=chance)
        ys.append(torch.cat([before, torch.tensor([END])]))
    return xs, ys


def of_torch(layer: Recurrent) -> nn.RNNBase:
    """torch's module of these weights, which hands its gradients on to none of ours."""
    return layer.to_torch().double()


def gradients(module: nn.RNNBase, like: Recurrent) -> dict[str, Tensor]:
    """Its gradients by our names: those of torch's two biases are those of what they add up to."""
    found = {}
    for number, suffix in product(range(like.num_layers), ("", "_reverse")[: like.num_directions]):
        ours = f"layers.{number}.{'backwards' if suffix else 'forwards'}"
        found[f"{ours}.ban"] = module.get_parameter(f"bias_hh_l{number}{suffix}").grad[-like.hidden_size :]
        for name, theirs in (("Wax", "weight_ih"), ("Waa", "weight_hh"), ("ba", "bias_ih")):
            found[f"{ours}.{name}"] = module.get_parameter(f"{theirs}_l{number}{suffix}").grad
    return found


@pytest.mark.parametrize("smoothing", [0.0, 0.1])
def test_the_loss_and_its_gradients_are_those_of_a_plain_twin(smoothing: float) -> None:
    """Padded batches, nn.GRU, masked attention, one softmax over all: written without a line of ours."""
    network = made(input_dropout=0.0, dropout=0.0)
    xs, ys = drawn()
    x, y = Ragged.from_list(xs), Ragged.from_list(ys)
    noise = torch.Generator().manual_seed(0) if smoothing else None  # drops nothing, and smooths the labels
    network.loss(x, y, noise).total.backward()
    ours = {name: parameter.grad for name, parameter in network.named_parameters()}

    own = {name: p.detach().clone().requires_grad_() for name, p in network.named_parameters()}
    encoder, below, above = (of_torch(layer) for layer in (network.encoder, network.below, network.above))
    T_x = torch.tensor(list(map(len, xs)))
    x_pad = nn.utils.rnn.pad_sequence(xs, batch_first=True)
    y_pad = nn.utils.rnn.pad_sequence(ys, batch_first=True, padding_value=-100)
    before = torch.cat([torch.full((len(ys), 1), END), y_pad[:, :-1].clamp(min=0)], 1)
    vectors = own["input.embedding"][x_pad]
    packed = nn.utils.rnn.pack_padded_sequence(vectors, T_x, batch_first=True, enforce_sorted=False)
    a, last = encoder(packed)
    a, _ = nn.utils.rnn.pad_packed_sequence(a, batch_first=True)
    s0 = torch.tanh(torch.cat([last[-2], last[-1]], 1) @ own["W0"].T + own["b0"])
    y_prev = own["y_input.embedding"][before]
    s, _ = below(y_prev, s0[None])
    e = s @ own["attention.Wsa"] @ a.mT
    e = e.masked_fill(torch.arange(x_pad.shape[1]) >= T_x[:, None, None], -math.inf)
    context = e.softmax(2) @ a
    s, _ = above(torch.cat([s, context], 2))
    t = torch.tanh(s @ own["Wts"].T + context @ own["Wtc"].T + y_prev @ own["Wty"].T + own["bt"])
    z = t @ own["y_input.embedding"].T + own["output.by"]
    each = functional.cross_entropy(z.flatten(0, 1), y_pad.flatten(), reduction="none", label_smoothing=smoothing)
    each.sum().backward()

    found = each.view_as(y_pad)[y_pad >= 0].detach()
    scores = network.scores(x, y)[0]
    assert torch.allclose(
        found, functional.cross_entropy(scores.rows, y.rows, reduction="none", label_smoothing=smoothing)
    )
    assert float(network.loss(x, y, noise).total.detach()) == pytest.approx(float(found.sum()), rel=1e-12)
    theirs = {name: tensor.grad for name, tensor in own.items() if tensor.grad is not None}
    for part, module, layer in (
        ("encoder", encoder, network.encoder),
        ("below", below, network.below),
        ("above", above, network.above),
    ):
        theirs |= {f"{part}.{name}": grad for name, grad in gradients(module, layer).items()}
    assert ours.keys() == theirs.keys()
    for name, grad in ours.items():
        torch.testing.assert_close(grad, theirs[name], rtol=1e-9, atol=1e-11)


@pytest.mark.parametrize("smoothing", [0.0, 0.2])
@pytest.mark.parametrize("M", [1, ROWS, ROWS + 3])
def test_the_fused_loss_is_the_loss(M: int, smoothing: float) -> None:
    chance = torch.Generator().manual_seed(M)
    a, W, b = (torch.randn(shape, generator=chance, dtype=torch.float64) for shape in ((M, 3), (5, 3), (5,)))
    y = torch.randint(5, (M,), generator=chance)
    ours, theirs = ([tensor.clone().requires_grad_() for tensor in (a, W, b)] for _ in range(2))
    found = fused_cross_entropy(*ours, y, smoothing)
    wanted = functional.cross_entropy(
        theirs[0] @ theirs[1].T + theirs[2], y, reduction="sum", label_smoothing=smoothing
    )
    torch.testing.assert_close(found, wanted)
    for first in (True, False):  # twice the same
        for tensors, loss in ((ours, found), (theirs, wanted)):
            for tensor in tensors:
                tensor.grad = None
            (loss * 3).backward(retain_graph=first)
        for one, other in zip(ours, theirs, strict=True):
            torch.testing.assert_close(one.grad, other.grad)


def test_with_scheduled_sampling_other_symbols_stand_before() -> None:
    xs, ys = drawn()
    x, y = Ragged.from_list(xs), Ragged.from_list(ys)
    network = made(input_dropout=0.0, dropout=0.0)
    sampling = made(input_dropout=0.0, dropout=0.0, scheduled_sampling=0.9)
    noise = [torch.Generator().manual_seed(1) for _ in range(3)]
    plain = float(network.loss(x, y, noise[0]).total.detach())
    sampled = [float(sampling.loss(x, y, one).total.detach()) for one in noise[1:]]
    assert sampled[0] == sampled[1] != pytest.approx(plain)
    assert float(sampling.loss(x, y).total.detach()) == pytest.approx(float(network.loss(x, y).total.detach()))


def test_step_by_step_gives_what_the_whole_gives_with_all_options() -> None:
    network = made()
    xs, ys = drawn()
    whole = network.log_likelihood(Ragged.from_list(xs), Ragged.from_list(ys))
    for n, (x, y) in enumerate(zip(xs, ys, strict=True)):
        decoder = network.decoder(Ragged.from_list([x]))
        past, before, total = decoder.start(1), torch.tensor([decoder.first]), 0.0
        for symbol in y:
            log_probs, past = decoder.step(before, past)
            total, before = total + float(log_probs[0, symbol]), symbol[None]
        assert float(whole[n]) == pytest.approx(total, rel=1e-9)


@pytest.mark.parametrize("n", [1, 2, 3])
def test_nothing_is_repeated_that_must_not_be(n: int) -> None:
    network = made()
    x = Ragged.from_list(drawn(4)[0])
    search = BeamSettings(beam_size=3, no_repeat=n, max_length_ratio=0.0, max_length_extra=12)
    free = BeamSettings(beam_size=3, max_length_ratio=0.0, max_length_extra=12)

    def repeats(search: BeamSettings) -> int:
        count = 0
        for (best,) in network.found(x, Decoding(search=search)):
            y = best.rows.tolist()
            grams = [tuple(y[t : t + n]) for t in range(len(y) - n + 1)]
            count += len(grams) - len(set(grams))
        return count

    assert repeats(search) == 0
    assert repeats(free) > 0


def test_tied_vectors_are_saved_once_and_sizes_that_do_not_fit_are_refused() -> None:
    names = dict(made().named_parameters())
    assert "output.Wya" not in names
    assert set(names) == set(made().shapes())
    assert "output.Wya" in dict(made(tied=False).named_parameters())
    with pytest.raises(SettingsError, match="deep_output"):
        made(deep_output=False)
