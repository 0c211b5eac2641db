import math

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from unrolled import textbook
from unrolled.architectures import (
    ARCHITECTURES,
    EncoderDecoder,
    EncoderDecoderSettings,
    NetworkSettings,
    build_network,
    network_settings,
)
from unrolled.data.ragged import Ragged
from unrolled.data.spaces import Classes, Space, Vectors
from unrolled.decoding import BeamSettings, Decoding, beam, greedy, sample
from unrolled.errors import DataError, SettingsError
from unrolled.kernels import CELLS, NUM_GATES
from unrolled.layers.inputs import input_settings
from unrolled.layers.outputs import ClassesOutputSettings
from unrolled.textbook import SCORES

V_X, V, END = 5, 4, 2
LENGTHS = [(3, 2), (1, 4), (4, 1), (2, 2)]
SETTINGS = {"cell": "gru", "hidden_size": 3, "decoder_embedding_size": 2, "attention": "general"}


@pytest.fixture(autouse=True)
def one_thread():
    """What is this small is faster alone."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def made(x: Space | None = None, **changed: object) -> EncoderDecoder:
    """A tiny network in float64 with random weights, of which none is zero."""
    x = x or Classes(V_X)
    input_size = {"embedding_size": 2} if isinstance(x, Classes) else {"input_size": 0}
    settings = NetworkSettings(
        EncoderDecoderSettings.from_dict(SETTINGS | changed),
        input_settings(x).from_dict(input_size),
        ClassesOutputSettings(),
    )
    network = build_network("encoder_decoder", x, Classes(V, end=END), settings)
    assert isinstance(network, EncoderDecoder)
    generator = torch.Generator().manual_seed(5)
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.copy_(0.1 + 0.7 * torch.randn(parameter.shape, generator=generator))
    return network.double()


def drawn(lengths: list[tuple[int, int]]) -> tuple[list[Tensor], list[Tensor]]:
    generator = torch.Generator().manual_seed(6)
    others = torch.tensor([symbol for symbol in range(V) if symbol != END])
    xs, ys = [], []
    for T_x, T_y in lengths:
        xs.append(torch.randint(V_X, (T_x,), generator=generator))
        before = others[torch.randint(len(others), (T_y - 1,), generator=generator)]
        ys.append(torch.cat([before, torch.tensor([END])]))
    return xs, ys


XS, YS = drawn(LENGTHS)
X, Y = Ragged.from_list(XS), Ragged.from_list(YS)

ALL_KINDS = [
    *({"cell": cell} for cell in CELLS),
    *({"attention": score} for score in SCORES if score != "dot"),
    {"attention": "dot", "bidirectional": False},
    {"num_layers": 2, "decoder_layers": 3, "initial_state": "learned", "cell": "lstm"},
]


def step_by_step(network: EncoderDecoder, n: int) -> float:
    """log P(y | x) of one pair by the steps of the decoder."""
    decoder = network.decoder(Ragged.from_list([XS[n]]))
    past, y_prev, total = decoder.start(1), torch.tensor([decoder.first]), 0.0
    for y in YS[n]:
        log_probs, past = decoder.step(y_prev, past)
        assert float(log_probs.exp().sum()) == pytest.approx(1)
        total += float(log_probs[0, y])
        y_prev = y[None]
    return total


def numbers(module: nn.Module) -> dict[str, np.ndarray]:
    return {name: value.detach().numpy() for name, value in module.named_parameters()}


def by_textbook(network: EncoderDecoder, n: int) -> np.ndarray:
    """The scores of one pair, (T_y, V), by the equations."""
    cell, own = textbook.CELLS[network.core.cell], numbers(network)
    encoder, below, above = (
        [[numbers(one) for one in stack.directions(l)] for l in range(stack.num_layers)]
        for stack in (network.encoder, network.below, network.above)
    )
    x = network.input(Ragged.from_list([XS[n]])).rows.detach().numpy()
    first = None
    if network.encoder.a0 is not None:
        a0, c0 = network.encoder.a0.detach().numpy(), network.encoder.c0
        first = [
            [(a, *([] if c0 is None else [c0.detach().numpy()[l, d]])) for d, a in enumerate(of)]
            for l, of in enumerate(a0)
        ]
    read = textbook.deep(cell, encoder, x, first)
    a_last = np.concatenate([state[0] for state in read.states[-1]])
    s0 = np.tanh(a_last @ own["W0"].T + own["b0"])
    y_prev = own["y_input.embedding"][[END, *YS[n][:-1].tolist()]]
    s = textbook.deep(cell, below, y_prev, [[(s0, *cell.zero_state(len(s0))[1:])]]).a
    weights = numbers(network.attention)
    context, _ = textbook.attention(network.core.attention, weights, s, read.a)
    s = textbook.deep(cell, above, np.concatenate([s, context], axis=1)).a
    return textbook.output({name: own[f"output.{name}"] for name in ("Wya", "by")}, s, "softmax")[0]


@pytest.mark.parametrize("changed", ALL_KINDS, ids=str)
def test_scores_are_those_of_the_textbook(changed: dict[str, object]):
    network = made(**changed)
    scores, alpha = network.scores(X, Y)
    for n, one in enumerate(scores.to_list()):
        np.testing.assert_allclose(one.detach().numpy(), by_textbook(network, n), rtol=1e-9, atol=1e-11)
        assert alpha[n].shape == (len(YS[n]), len(XS[n]))


@pytest.mark.parametrize("changed", ALL_KINDS, ids=str)
def test_step_by_step_gives_what_the_whole_gives(changed: dict[str, object]):
    network = made(**changed)
    wanted = [step_by_step(network, n) for n in range(len(XS))]
    assert network.log_likelihood(X, Y).tolist() == pytest.approx(wanted, rel=1e-10)
    loss = network.loss(X, Y)
    assert float(loss.total.detach()) == pytest.approx(-sum(wanted), rel=1e-10)
    assert loss.steps == sum(T_y for _, T_y in LENGTHS)
    assert loss.carried is None


def test_vectors_are_read_as_well():
    network = made(Vectors(3))
    x = Ragged(torch.randn(X.num_rows, 3, dtype=torch.float64, generator=torch.Generator().manual_seed(1)), X.lengths)
    together = network.log_likelihood(x, Y)
    for n, one in enumerate(x.to_list()):
        alone = network.log_likelihood(Ragged.from_list([one]), Ragged.from_list([YS[n]]))
        assert float(alone) == pytest.approx(float(together[n]), rel=1e-10)


@pytest.mark.parametrize("changed", ALL_KINDS, ids=str)
def test_a_pair_gives_the_same_alone_in_any_batch_and_in_any_order(changed: dict[str, object]):
    network = made(**changed)
    together = network.log_likelihood(X, Y).tolist()
    for order in ([0], [1], [2], [3], [3, 1, 0, 2], [2, 2, 1]):
        x, y = (Ragged.from_list([of[n] for n in order]) for of in (XS, YS))
        assert network.log_likelihood(x, y).tolist() == pytest.approx([together[n] for n in order], rel=1e-10)


@pytest.mark.parametrize("beam_size", [1, 3])
def test_an_answer_is_the_same_alone_and_in_a_batch(beam_size: int):
    network = made()
    asked = Decoding(
        n_best=2 if beam_size > 1 else 0,
        confidence=True,
        probabilities=True,
        alignment=True,
        search=BeamSettings(beam_size=beam_size, max_length_ratio=1.0, max_length_extra=2),
    )
    together = network.found(X, asked)
    for n, x in enumerate(XS):
        (alone,) = network.found(Ragged.from_list([x]), asked)
        assert len(alone) == len(together[n]) == 1 + asked.n_best
        for one, other in zip(alone, together[n], strict=True):
            assert torch.equal(one.rows, other.rows)
            assert one.log_p == pytest.approx(other.log_p, rel=1e-10)
            assert one.confidence == pytest.approx(other.confidence, rel=1e-10)
        T_x, T_y = len(x), len(alone[0].rows)
        assert T_y <= T_x + 2
        for name, shape in (("probabilities", (T_y, V)), ("alignment", (T_y, T_x))):
            values = getattr(alone[0], name)
            torch.testing.assert_close(values, getattr(together[n][0], name))
            assert values.shape == shape
            torch.testing.assert_close(values.sum(1), torch.ones(T_y, dtype=torch.float64))
        chosen = [float(alone[0].probabilities[t, y]) for t, y in enumerate(alone[0].rows)]
        assert alone[0].confidence == pytest.approx(chosen)
        assert sum(math.log(p) for p in chosen) == pytest.approx(alone[0].log_p)


def test_what_was_not_asked_is_not_said():
    for (only,) in made().found(X, Decoding()):
        assert (only.confidence, only.probabilities, only.alignment) == ((), None, None)


def test_every_search_runs_over_the_decoder_and_log_p_is_the_likelihood_of_what_it_found():
    network = made()
    limits = [6] * len(XS)
    every = [
        greedy(network.decoder(X), limits),
        sample(network.decoder(X), limits, torch.Generator().manual_seed(3)),
        [hypotheses[0] for hypotheses in beam(network.decoder(X), limits, BeamSettings(beam_size=4))],
    ]
    for found in every:
        y = Ragged.from_list([one.rows for one in found])
        assert network.log_likelihood(X, y).tolist() == pytest.approx([one.log_p for one in found], rel=1e-10)


def test_a_wide_beam_finds_the_best_of_all_y():
    network, max_length = made(), 3
    others = [symbol for symbol in range(V) if symbol != END]
    every = [[END], *([i, END] for i in others), *([i, j, END] for i in others for j in others)]
    found = network.found(
        X,
        Decoding(
            n_best=len(every),
            search=BeamSettings(beam_size=V**3, length_penalty=0.0, max_length_ratio=0.0, max_length_extra=max_length),
        ),
    )
    for n, (first, *ranked) in enumerate(found):
        x = Ragged.from_list([XS[n]] * len(every))
        likelihoods = network.log_likelihood(x, Ragged.from_list([torch.tensor(y) for y in every])).tolist()
        order = sorted(range(len(every)), key=lambda i: -likelihoods[i])
        assert [one.rows.tolist() for one in ranked] == [every[i] for i in order]
        assert [one.log_p for one in ranked] == pytest.approx([likelihoods[i] for i in order], rel=1e-10)
        assert first.rows.tolist() == every[order[0]]


@pytest.mark.parametrize("changed", ALL_KINDS, ids=str)
def test_every_gradient_equals_finite_differences(changed: dict[str, object]):
    network = made(**changed)
    network.loss(X, Y).total.backward()
    generator = torch.Generator().manual_seed(8)
    for name, parameter in network.named_parameters():
        assert parameter.grad is not None, name
        direction = torch.randn(parameter.shape, generator=generator, dtype=torch.float64)
        kept, values = parameter.data.clone(), []
        for step in (1e-5, -1e-5):
            parameter.data = kept + step * direction
            values.append(float(network.loss(X, Y).total.detach()))
        parameter.data = kept
        numeric = (values[0] - values[1]) / 2e-5
        assert float((parameter.grad * direction).sum()) == pytest.approx(numeric, rel=1e-6, abs=1e-7), name


def test_calling_twice_gives_the_same_bits_and_no_argument_changes():
    network = made()
    copies = [value.detach().clone() for value in (X.rows, Y.rows, *network.parameters())]
    total = network.loss(X, Y, torch.Generator().manual_seed(2)).total
    once, twice = (torch.autograd.grad(total, list(network.parameters()), retain_graph=True) for _ in range(2))
    assert all(torch.equal(one, other) for one, other in zip(once, twice, strict=True))
    assert torch.equal(total, network.loss(X, Y, torch.Generator().manual_seed(2)).total)
    network.found(X, Decoding(n_best=3, alignment=True))
    values = (X.rows, Y.rows, *network.parameters())
    assert all(torch.equal(value, copy) for value, copy in zip(values, copies, strict=True))


def test_a_step_leaves_what_it_was_given():
    decoder = made(cell="lstm").decoder(X)
    past, y = decoder.start(len(XS)), torch.tensor([0, 1, 3, 0])
    first, _ = decoder.step(y, past)
    again, _ = decoder.step(y, past)
    assert torch.equal(first, again)
    reordered, _ = decoder.step(y[[3, 3, 0]], past.index(torch.tensor([3, 3, 0])))
    torch.testing.assert_close(reordered, first[[3, 3, 0]], rtol=1e-10, atol=1e-10)


def test_y_before_a_step_reaches_it_and_y_from_it_on_does_not():
    network, x = made(), Ragged.from_list([XS[0]])
    y = torch.tensor([0, 1, 3, 0, END])
    before = network.scores(x, Ragged.from_list([y]))[0].rows
    for t in range(len(y)):
        changed = y.clone()
        changed[t] = 1 if y[t] != 1 else 3
        after = network.scores(x, Ragged.from_list([changed]))[0].rows
        assert [bool((one != other).any()) for one, other in zip(before, after, strict=True)] == [
            step > t for step in range(len(y))
        ]


def test_dropout_acts_in_training_alone():
    network = made(dropout=0.5, input_dropout=0.5)
    plain = [float(network.loss(X, Y).total.detach()) for _ in range(2)]
    noisy = [float(network.loss(X, Y, torch.Generator().manual_seed(seed)).total.detach()) for seed in (1, 1, 2)]
    assert plain[0] == plain[1]
    assert noisy[0] == noisy[1] != noisy[2]
    assert plain[0] not in noisy


@pytest.mark.parametrize("changed", ALL_KINDS, ids=str)
def test_shapes_name_every_parameter_and_are_theirs(changed: dict[str, object]):
    network = made(**changed)
    sizes = {letter: size for letter, (_, size) in network.symbols().items()}
    assert sizes["G"] == NUM_GATES[network.core.cell]
    found = {name: tuple(value.shape) for name, value in network.named_parameters()}
    wanted = {
        name: tuple(eval(size.replace("·", "*"), {}, sizes) for size in shape)
        for name, shape in network.shapes().items()
    }
    assert found == wanted


def test_it_must_see_the_end_and_says_so():
    with pytest.raises(SettingsError, match=r"it must see the end of x"):
        made(bidirectional=False).steps()
    assert EncoderDecoder.answers_once
    assert ARCHITECTURES["encoder_decoder"] is EncoderDecoder


@pytest.mark.parametrize("y", [Classes(V), Vectors(3), Classes(V, ordered=True, end=END)])
def test_a_y_without_an_end_or_with_an_order_is_refused(y: Space):
    settings = NetworkSettings(EncoderDecoderSettings(), input_settings(Classes(V_X))(), ClassesOutputSettings())
    with pytest.raises(SettingsError):
        build_network("encoder_decoder", Classes(V_X), y, settings)


def test_a_y_that_does_not_fit_is_refused():
    network = made()
    with pytest.raises(DataError, match=r"example 2 does not end with the end symbol, 2"):
        network.loss(X, Ragged.from_list([YS[0], torch.tensor([END, 1]), *YS[2:]]))
    with pytest.raises(DataError, match=r"in 3 sequences"):
        network.loss(X, Ragged.from_list(YS[:3]))


def test_settings_are_read_as_a_model_directory_holds_them():
    saved = {"settings": SETTINGS, "input": {"embedding_size": 7}, "output": {"label_smoothing": 0.1}}
    settings = network_settings("encoder_decoder", Classes(V_X), Classes(V, end=END), saved)
    assert isinstance(settings.network, EncoderDecoderSettings)
    assert settings.network.to_dict()["attention"] == "general"
    with pytest.raises(SettingsError, match="decoder_layers is 1"):
        EncoderDecoderSettings(decoder_layers=1)
    with pytest.raises(SettingsError, match=r"3 and 6 numbers: choose attention=general"):
        made(attention="dot")


def test_it_learns_to_write_digits_in_reverse():
    generator, end = torch.Generator().manual_seed(0), 10
    xs = [torch.randint(10, (int(T),), generator=generator) for T in torch.randint(2, 6, (200,), generator=generator)]
    ys = [torch.cat([x.flip(0), torch.tensor([end])]) for x in xs]
    settings = NetworkSettings(
        EncoderDecoderSettings(hidden_size=24, decoder_embedding_size=12, input_dropout=0.0, dropout=0.0),
        input_settings(Classes(10)).from_dict({"embedding_size": 12}),
        ClassesOutputSettings(),
    )
    network = build_network("encoder_decoder", Classes(10), Classes(11, end=end), settings, generator)
    x, search = Ragged.from_list(xs), BeamSettings(beam_size=3)

    def exact(decoding: Decoding) -> float:
        return sum(torch.equal(found[0].rows, y) for found, y in zip(network.found(x, decoding), ys, strict=True)) / 200

    assert exact(Decoding()) < 0.1
    adam = torch.optim.Adam(network.module.parameters(), lr=0.01)
    for _ in range(25):
        for batch in torch.randperm(200, generator=generator).split(20):
            loss = network.loss(*(Ragged.from_list([of[n] for n in batch.tolist()]) for of in (xs, ys)))
            adam.zero_grad()
            (loss.total / loss.steps).backward()
            adam.step()
    assert exact(Decoding()) > 0.9
    assert exact(Decoding(search=search)) > 0.9
    for n, (found,) in enumerate(network.found(x, Decoding(alignment=True))):
        if torch.equal(found.rows, ys[n]):
            assert found.alignment is not None
            assert found.alignment.shape == (len(ys[n]), len(xs[n]))
