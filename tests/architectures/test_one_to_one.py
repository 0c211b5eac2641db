import pytest
import torch
from torch import Tensor, nn

from unrolled.architectures import NetworkSettings, OneToOne, OneToOneSettings
from unrolled.data.ragged import Ragged
from unrolled.data.spaces import Classes, Sets, Space, Tags, Vectors
from unrolled.decoding import Decoding
from unrolled.errors import DataError, SettingsError
from unrolled.layers import TagsOutputSettings, input_settings, output_settings

D, K, LENGTHS = 3, 4, (2, 1, 4)
SPACES: tuple[Space, ...] = (Classes(K), Classes(K, ordered=True), Sets(K), Vectors(K))
PLAIN = OneToOneSettings(hidden_size=5, num_layers=2, activation="tanh", dropout=0.0)


def network(y: Space, settings: OneToOneSettings = PLAIN) -> OneToOne:
    generator = torch.Generator().manual_seed(1)
    whole = NetworkSettings(settings, input_settings(Vectors(D))(), output_settings(y)())
    made = OneToOne(Vectors(D), y, whole, generator).double()
    for parameter in made.parameters():  # no constants: what begins at zero hides mistakes
        parameter.data += 0.3 * torch.randn(parameter.shape, generator=generator, dtype=torch.float64)
    return made


def drawn(y: Space, *, seed: int = 2) -> tuple[Ragged, Ragged]:
    generator, M, lengths = torch.Generator().manual_seed(seed), sum(LENGTHS), torch.tensor(LENGTHS)
    x = torch.randn(M, D, generator=generator, dtype=torch.float64)
    if isinstance(y, Vectors):
        rows = torch.randn(M, K, generator=generator, dtype=torch.float64)
    elif isinstance(y, Sets):
        rows = torch.randint(2, (M, K), generator=generator).double()
    else:
        rows = torch.randint(K, (M,), generator=generator)
    return Ragged(x, lengths), Ragged(rows, lengths)


def one(rows: Tensor) -> Ragged:
    return Ragged(rows, torch.tensor([len(rows)]))


@pytest.mark.parametrize("y", SPACES, ids=str)
def test_every_row_counts_alone(y: Space) -> None:
    made, (x, truth) = network(y), drawn(y)
    loss = made.loss(x, truth)
    each = [made.loss(one(a[None]), one(b[None])).total for a, b in zip(x.rows, truth.rows, strict=True)]
    torch.testing.assert_close(loss.total, torch.stack(each).sum(), rtol=1e-12, atol=1e-12)
    assert loss.steps == sum(LENGTHS)
    likelihoods = made.log_likelihood(x, truth)
    alone = [made.log_likelihood(one(a), one(b)) for a, b in zip(x.to_list(), truth.to_list(), strict=True)]
    torch.testing.assert_close(likelihoods, torch.cat(alone), rtol=1e-12, atol=1e-12)
    found = made.found(x, Decoding(confidence=True))
    for a, (best,) in zip(x.to_list(), found, strict=True):
        torch.testing.assert_close(best.rows, made.found(one(a), Decoding())[0][0].rows, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("activation", ["tanh", "relu"])
@pytest.mark.parametrize("num_layers", [0, 1, 2])
def test_it_is_the_network_of_torch_with_the_same_weights(num_layers: int, activation: str) -> None:
    settings = OneToOneSettings(hidden_size=5, num_layers=num_layers, activation=activation, dropout=0.0)
    made, (x, truth) = network(Classes(K), settings), drawn(Classes(K))
    parts: list[nn.Module] = []
    for Wx, bx in zip(made.hidden.Wx, made.hidden.bx, strict=True):
        parts += [linear(Wx, bx), nn.Tanh() if activation == "tanh" else nn.ReLU()]
    twin = nn.Sequential(*parts, linear(made.output.Wya, made.output.by))
    wanted = nn.functional.cross_entropy(twin(x.rows), truth.rows, reduction="sum")
    loss = made.loss(x, truth).total
    torch.testing.assert_close(loss, wanted, rtol=1e-12, atol=1e-12)
    mine = torch.autograd.grad(loss, [*made.hidden.Wx, *made.hidden.bx, made.output.Wya, made.output.by])
    theirs = list(torch.autograd.grad(wanted, list(twin.parameters())))
    for found, other in zip(mine, [*theirs[:-2:2], *theirs[1:-2:2], *theirs[-2:]], strict=True):
        torch.testing.assert_close(found, other, rtol=1e-12, atol=1e-12)


def linear(W: Tensor, b: Tensor) -> nn.Linear:
    layer = nn.utils.skip_init(nn.Linear, W.shape[1], W.shape[0], dtype=torch.float64)
    layer.weight.data, layer.bias.data = W.data.clone(), b.data.clone()
    return layer


@pytest.mark.parametrize("y", SPACES, ids=str)
def test_every_gradient_equals_finite_differences(y: Space) -> None:
    made, (x, truth) = network(y), drawn(y)
    parameters = dict(made.named_parameters())
    found = torch.autograd.grad(made.loss(x, truth).total, list(parameters.values()))
    with torch.no_grad():
        for (name, parameter), gradient in zip(parameters.items(), found, strict=True):
            for place in range(parameter.numel()):
                flat = parameter.view(-1)
                kept = flat[place].item()
                flat[place] = kept + 1e-5
                above = made.loss(x, truth).total
                flat[place] = kept - 1e-5
                numeric = (above - made.loss(x, truth).total) / 2e-5
                flat[place] = kept
                assert abs(numeric - gradient.view(-1)[place]) < 1e-7, f"{name}[{place}]"


@pytest.mark.parametrize("y", SPACES, ids=str)
def test_steps_in_any_chunks_are_the_whole(y: Space) -> None:
    made, (x, _) = network(y), drawn(y)
    steps, rows = made.steps(), x.to_list()[2]
    whole = made.scores(one(rows)).rows
    for cuts in ([1, 1, 1, 1], [2, 2], [3, 1], [4]):
        torch.testing.assert_close(torch.cat([steps.step(one(piece)).rows for piece in rows.split(cuts)]), whole)
    assert steps.state == {}
    with pytest.raises(DataError, match="The state holds a"):
        steps.state = {"a": rows}
    with pytest.raises(DataError, match="one step of each of the 2"):
        made.steps(2).step(one(rows))


def test_labels_that_are_chosen_together_do_not_stream() -> None:
    tags = Tags(2, ((False, False), (False, False)), (False, False))
    settings = NetworkSettings(PLAIN, input_settings(Vectors(D))(), TagsOutputSettings())
    with pytest.raises(SettingsError, match="output=softmax"):
        OneToOne(Vectors(D), tags, settings).steps()


def test_noise_is_an_argument_and_nothing_changes() -> None:
    made, (x, y) = network(Classes(K), OneToOneSettings(hidden_size=5, dropout=0.5)), drawn(Classes(K))
    before = [tensor.clone() for tensor in (x.rows, y.rows, *made.state_dict().values())]

    def loss(seed: int | None) -> Tensor:
        return made.loss(x, y, None if seed is None else torch.Generator().manual_seed(seed)).total

    assert torch.equal(loss(None), loss(None))
    assert torch.equal(loss(3), loss(3))
    assert not torch.equal(loss(3), loss(4))
    assert not torch.equal(loss(3), loss(None))
    for tensor, copy in zip((x.rows, y.rows, *made.state_dict().values()), before, strict=True):
        assert torch.equal(tensor, copy)


@pytest.mark.parametrize("num_layers", [0, 2])
def test_shapes_are_those_of_the_parameters(num_layers: int) -> None:
    made = network(Vectors(K), OneToOneSettings(hidden_size=5, num_layers=num_layers))
    letters = {letter: size for letter, (_, size) in made.symbols().items()}
    found = {name: tuple(letters[letter] for letter in shape) for name, shape in made.shapes().items()}
    assert found == {name: tuple(parameter.shape) for name, parameter in made.named_parameters()}


def test_settings_without_layers_have_no_effect() -> None:
    assert OneToOneSettings(num_layers=0, hidden_size=7).without_effect() == [
        "hidden_size has no effect: num_layers is 0."
    ]
    assert OneToOneSettings(hidden_size=7).without_effect() == []


def test_exclusive_or_is_learnt_with_a_hidden_layer_and_not_without() -> None:
    x = Ragged(torch.tensor([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]), torch.ones(4, dtype=torch.int64))
    y = x.with_rows(torch.tensor([0, 1, 1, 0]))
    right: list[int] = []
    for num_layers in (0, 1):
        settings = OneToOneSettings(hidden_size=8, num_layers=num_layers, activation="tanh", dropout=0.0)
        whole = NetworkSettings(settings, input_settings(Vectors(2))(), output_settings(Classes(2))())
        made = OneToOne(Vectors(2), Classes(2), whole, torch.Generator().manual_seed(0))
        optimizer = torch.optim.Adam(made.parameters(), lr=0.1, foreach=False)
        for _ in range(100):
            optimizer.zero_grad()
            made.loss(x, y).total.backward()
            optimizer.step()
        found = torch.cat([best.rows for (best,) in made.found(x, Decoding())])
        right.append(int((found == y.rows).sum()))
    assert right[0] < 4
    assert right[1] == 4
