"""A layer inside torch: compiled and exported graphs, autocast, the caller's threads, tools that reach into modules."""

import copy
import threading
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch._dynamo.testing import CompileCounterWithBackend
from torch.nn.utils import parametrize, prune

from unrolled.data.ragged import Ragged
from unrolled.errors import DataError
from unrolled.kernels import Cell, State
from unrolled.layers import Recurrent

# No size of the first batch is another's, D = 3 or H = 5: a graph takes equal ones for the same.
LENGTHS = [[4, 1, 3, 2], [1, 4, 3, 2], [2, 2, 9, 1], [5, 6], [1, 2, 3, 4, 5, 6]]


@pytest.fixture(autouse=True)
def forget_graphs():
    yield
    torch.compiler.reset()


def normal(*shape: int, dtype: torch.dtype = torch.float32) -> Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(sum(shape)), dtype=dtype)


def layer_of(cell: Cell, **settings: Any) -> Recurrent:
    layer = Recurrent(cell, 3, 5, **settings)
    for number, parameter in enumerate(layer.parameters()):
        parameter.data += 0.3 * torch.randn(parameter.shape, generator=torch.Generator().manual_seed(number))
    return layer


def numbers(a: Ragged, state: State) -> list[Tensor]:
    return [a.rows, state.a] + ([] if state.c is None else [state.c])


def inside(layer: Recurrent) -> Callable[..., list[Tensor]]:
    """A function of rows and lengths, and of a state where one is given."""

    def run(rows: Tensor, lengths: Tensor, *state: Tensor) -> list[Tensor]:
        return numbers(*layer(Ragged(rows, lengths), State(*state) if state else None))

    return run


def gradients(outputs: list[Tensor], leaves: list[Tensor]) -> list[Tensor]:
    total = sum((number * output.sin().sum() for number, output in enumerate(outputs, 1)), torch.zeros(()))
    return list(torch.autograd.grad(total, leaves))


def same(found: list[Tensor], wanted: list[Tensor]) -> bool:
    return all(torch.equal(one, other) for one, other in zip(found, wanted, strict=True))


def close(found: list[Tensor], wanted: list[Tensor]) -> None:
    for one, other in zip(found, wanted, strict=True):
        torch.testing.assert_close(one, other)


@pytest.mark.parametrize("given", [False, True])
@pytest.mark.parametrize(
    ("cell", "settings"),
    [
        ("rnn", {"num_layers": 2}),
        ("rnn_relu", {"bidirectional": True}),
        ("gru", {"num_layers": 2, "bidirectional": True, "initial_state": "learned"}),
        ("lstm", {"num_layers": 3, "bidirectional": True}),
    ],
)
def test_a_compiled_graph_holds_it_unbroken_whatever_the_lengths(cell: Cell, settings: dict[str, Any], given: bool):
    layer = layer_of(cell, **settings)
    run, counter = inside(layer), CompileCounterWithBackend("aot_eager")
    compiled = torch.compile(run, backend=counter, fullgraph=True, dynamic=True)
    for lengths in LENGTHS:
        rows = normal(sum(lengths), 3).requires_grad_()
        shape = (len(lengths), layer.num_layers, layer.num_directions, 5)
        states = [normal(*shape).requires_grad_() for _ in range(2 if cell == "lstm" else 1)] if given else []
        inputs = (rows, torch.tensor(lengths), *states)
        leaves = [tensor for name, tensor in layer.named_parameters() if not (given and name in ("a0", "c0"))]
        found, wanted = compiled(*inputs), run(*inputs)
        assert same(found, wanted)
        close(gradients(found, [rows, *states, *leaves]), gradients(wanted, [rows, *states, *leaves]))
    assert counter.frame_count == 1


def test_a_batch_may_come_from_outside_of_the_graph_and_leave_it():
    layer, counter = layer_of("lstm", num_layers=2), CompileCounterWithBackend("aot_eager")
    compiled = torch.compile(layer, backend=counter, fullgraph=True)
    for lengths in LENGTHS:
        x = Ragged(normal(sum(lengths), 3), torch.tensor(lengths))
        a, state = compiled(x)
        wanted, wanted_state = layer(x)
        assert same(numbers(a, state), numbers(wanted, wanted_state))
        assert torch.equal(a.reverse().padded(), wanted.reverse().padded())
    # The first number of rows, then any of them; the first number of sequences, then any of them.
    assert counter.frame_count == 3


@pytest.mark.filterwarnings("ignore:.*script_method:DeprecationWarning")
def test_inductor_runs_it():
    # With the state given nothing but the operators runs: inductor needs no C++ compiler, and no time for it.
    layer = layer_of("lstm", bidirectional=True)
    run, leaves = inside(layer), list(layer.parameters())
    inputs = normal(10, 3), torch.tensor(LENGTHS[0]), normal(4, 1, 2, 5), normal(4, 1, 2, 5)
    found = torch.compile(run, fullgraph=True)(*inputs)
    assert same(found, run(*inputs))
    close(gradients(found, leaves), gradients(run(*inputs), leaves))


@pytest.mark.parametrize("lengths", [[4, 5], [9, 0], [-1, 9]])
def test_lengths_that_cannot_be_are_refused_when_the_graph_runs(lengths: list[int]):
    compiled = torch.compile(inside(layer_of("rnn")), backend="aot_eager", fullgraph=True)
    compiled(normal(8, 3), torch.tensor([3, 5]))
    with pytest.raises(DataError, match="Ragged: "):
        compiled(normal(8, 3), torch.tensor(lengths))


@pytest.mark.filterwarnings("ignore:The .grad attribute")  # torch looks for it after every break
def test_in_float64_the_graph_breaks_and_the_numbers_hold():
    layer = layer_of("lstm", bidirectional=True).double()
    run = inside(layer)
    compiled = torch.compile(run, backend="aot_eager")
    for lengths in LENGTHS[2:4]:
        rows = normal(sum(lengths), 3, dtype=torch.float64).requires_grad_()
        found, wanted = compiled(rows, torch.tensor(lengths)), run(rows, torch.tensor(lengths))
        close(found, wanted)
        leaves = [rows, *layer.parameters()]
        close(gradients(found, leaves), gradients(wanted, leaves))
    with pytest.raises(DataError, match="sequence 1 has length 0"):
        compiled(normal(8, 3, dtype=torch.float64), torch.tensor([8, 0]))


class Net(nn.Module):
    def __init__(self, layer: Recurrent):
        super().__init__()
        self.layer = layer

    def forward(self, rows: Tensor, lengths: Tensor) -> list[Tensor]:
        a, state = self.layer(Ragged(rows, lengths))
        return [*numbers(a, state), a.last(), a.reverse().rows, a.mean(), a.max()]


@pytest.mark.parametrize("strict", [False, True])
@pytest.mark.parametrize("initial_state", ["zero", "learned"])
def test_an_exported_program_gives_the_layers_numbers_on_other_shapes(initial_state: str, strict: bool):
    net = Net(layer_of("gru", num_layers=2, bidirectional=True, initial_state=initial_state))
    shapes = ({0: torch.export.Dim("M")}, {0: torch.export.Dim("N")})
    program = torch.export.export(net, (normal(8, 3), torch.tensor([5, 3])), dynamic_shapes=shapes, strict=strict)
    run = program.module()
    for lengths in [*LENGTHS, [7], [1]]:
        inputs = (normal(sum(lengths), 3), torch.tensor(lengths))
        assert same(run(*inputs), net(*inputs))
    with pytest.raises(DataError, match="the 2 lengths sum to 9"):
        run(normal(8, 3), torch.tensor([5, 4]))


@pytest.mark.parametrize("compiled", [False, True])
@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
def test_under_autocast_it_stays_in_float32(cell: Cell, compiled: bool):
    """It once took the zeros that it starts from in the type of x, bfloat16, and read beyond their end."""
    layer, before, lengths = layer_of(cell, num_layers=2, bidirectional=True), nn.Linear(2, 3), torch.tensor(LENGTHS[0])
    nn.init.normal_(before.weight, generator=torch.Generator().manual_seed(1))

    def run(words: Tensor) -> list[Tensor]:
        with torch.autocast("cpu", dtype=torch.bfloat16):
            rows = before(words)
            return [rows, *inside(layer)(rows, lengths)]

    words = normal(10, 2).requires_grad_()
    leaves = [words, *before.parameters(), *layer.parameters()]
    rows, *found = (torch.compile(run, backend="aot_eager", fullgraph=True) if compiled else run)(words)
    assert rows.dtype == torch.bfloat16
    wide = rows.detach().float().requires_grad_()
    wanted = inside(layer)(wide, lengths)
    assert same(found, wanted)
    d_words = gradients(found, leaves)
    assert [one.dtype for one in d_words] == [leaf.dtype for leaf in leaves]
    d_wide, *d_layer = gradients(wanted, [wide, *layer.parameters()])
    close(d_words[-len(d_layer) :], d_layer)
    # The gradient goes back through bfloat16, 8 bits of precision.
    torch.testing.assert_close(d_words[0], d_wide @ before.weight, rtol=0.02, atol=0.02)


@pytest.mark.parametrize("shared", [False, True])
def test_threads_that_train_at_once_find_what_each_finds_alone(shared: bool):
    first = layer_of("lstm", num_layers=2, bidirectional=True)
    layers = [first if shared else copy.deepcopy(first) for _ in range(4)]
    inputs = [(normal(sum(lengths), 3).requires_grad_(), torch.tensor(lengths)) for lengths in LENGTHS[:4]]
    found: list[list[bool]] = [[] for _ in layers]

    def train(layer: Recurrent, inputs: tuple[Tensor, Tensor]) -> list[Tensor]:
        outputs = inside(layer)(*inputs)
        return outputs + gradients(outputs, [inputs[0], *layer.parameters()])

    wanted = [train(first, one) for one in inputs]

    def work(number: int) -> None:
        for _ in range(30):
            found[number].append(same(train(layers[number], inputs[number]), wanted[number]))

    callers = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()
    assert found == [[True] * 30] * 4


def test_functional_call_takes_other_parameters():
    layer, x = layer_of("gru", num_layers=2), (normal(10, 3), torch.tensor(LENGTHS[0]))
    other = {name: parameter.detach() * 0.5 for name, parameter in layer.named_parameters()}
    twin = copy.deepcopy(layer)
    twin.load_state_dict(other)
    before, wanted = inside(layer)(*x), inside(twin)(*x)
    assert not same(before, wanted)
    assert same(numbers(*torch.func.functional_call(layer, other, (Ragged(*x),))), wanted)
    assert same(inside(layer)(*x), before)


def test_a_parametrized_weight_is_the_one_that_runs():
    class Half(nn.Module):
        def forward(self, weight: Tensor) -> Tensor:
            return weight / 2

    layer, x = layer_of("lstm"), (normal(10, 3), torch.tensor(LENGTHS[0]))
    twin = copy.deepcopy(layer)
    twin.directions(0)[0].Waa.data /= 2
    direction = layer.directions(0)[0]
    assert not same(inside(layer)(*x), inside(twin)(*x))
    parametrize.register_parametrization(direction, "Waa", Half())
    found = inside(layer)(*x)
    assert same(found, inside(twin)(*x))
    original = direction.get_parameter("parametrizations.Waa.original")
    (d_original,), (d_Waa,) = gradients(found, [original]), gradients(inside(twin)(*x), [twin.directions(0)[0].Waa])
    assert torch.equal(d_original, d_Waa / 2)


def test_a_pruned_weight_stays_pruned_while_it_is_trained():
    layer, x = layer_of("lstm"), (normal(10, 3), torch.tensor(LENGTHS[0]))
    direction = layer.directions(0)[0]
    prune.random_unstructured(direction, "Waa", amount=0.5)
    optimizer = torch.optim.SGD(layer.parameters(), lr=0.1)
    mask = direction.get_buffer("Waa_mask")
    for _ in range(2):
        before = direction.get_parameter("Waa_orig").detach().clone()
        optimizer.zero_grad()
        layer(Ragged(*x))[0].rows.sum().backward()
        optimizer.step()
        after = direction.get_parameter("Waa_orig")
        assert torch.equal(after == before, mask == 0)
    twin = copy.deepcopy(layer_of("lstm"))
    with torch.no_grad():
        for name in ("Wax", "Waa", "ba"):
            getattr(twin.directions(0)[0], name).copy_(getattr(direction.weights(), name))
    assert same(inside(layer)(*x), inside(twin)(*x))
