"""What the native engine promises beyond the laws: equal bits in any company, exact ends, no leak, torch's graphs."""

import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from resident import resident
from torch import Tensor
from torch.autograd import forward_ad

from unrolled.data.ragged import Ragged
from unrolled.decoding import viterbi
from unrolled.errors import DataError
from unrolled.kernels import (
    CELLS,
    NUM_GATES,
    Cell,
    State,
    Weights,
    log_partition,
    native,
    operator,
    recur,
    torch_packed,
)
from unrolled.kernels.library import load
from unrolled.layers import CRF, Frozen, Recurrent

ENGINE = load()
assert ENGINE is not None
PATHS = ENGINE.paths()
UNITS = 2.5  # in the last place, of sigmoid and tanh


def problem(
    cell: Cell, lengths: list[int], H: int, D: int | None = None, directions: int = 1
) -> tuple[Ragged, list[Weights], State]:
    """Random weights; without D, Wax is the identity, so that x is the input projections to the bit."""
    generator = torch.Generator().manual_seed(1)

    def normal(*shape: int) -> Tensor:
        return torch.randn(shape, generator=generator)

    G, N = NUM_GATES[cell], len(lengths)
    weights = [
        Weights(
            torch.eye(G * H) if D is None else normal(G * H, D),
            normal(G * H, H) / H**0.5,
            torch.zeros(G * H) if D is None else normal(G * H),
            normal(H) if cell == "gru" else None,
        )
        for _ in range(directions)
    ]
    state = State(normal(N, 1, directions, H), normal(N, 1, directions, H) if cell == "lstm" else None)
    return Ragged(normal(sum(lengths), D or G * H), torch.tensor(lengths)), weights, state


def there_and_back(
    cell: Cell, x: Ragged, weights: list[Weights], state: State, sequences: list[int]
) -> list[tuple[Tensor, Tensor, Tensor]]:
    """a, the last a and dx of each of these sequences, run together."""
    rows = [x.to_list()[n].clone().requires_grad_() for n in sequences]
    a, last = operator.recur(cell, Ragged.from_list(rows), weights, state.index(torch.tensor(sequences)))
    (a.rows.sin().sum() + last.a.cos().sum()).backward()
    return [
        (one, last.a[n], row.grad)
        for n, (one, row) in enumerate(zip(a.to_list(), rows, strict=True))
        if row.grad is not None
    ]


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("H", [5, 64, 200])
def test_a_sequence_has_the_same_bits_in_any_company_and_with_any_number_of_threads(path: str, cell: Cell, H: int):
    lengths = [3, 1, 7, 7, 2, 12, 5, 1, 9, 4, 6, 3, 8]
    x, weights, state = problem(cell, lengths, H)
    torch.set_num_threads(1)
    alone = [there_and_back(cell, x, weights, state, [n])[0] for n in range(len(lengths))]
    for threads in (1, 2, 3):
        torch.set_num_threads(threads)
        for company in (list(range(13)), list(range(12, -1, -1)), [5, 0], [5], [1, 5, 2, 2, 9, 3, 12]):
            found = there_and_back(cell, x, weights, state, company)
            for n, one in zip(company, found, strict=True):
                for name, actual, wanted in zip(("a", "last a", "dx"), one, alone[n], strict=True):
                    assert torch.equal(actual, wanted), f"{name} of sequence {n} among {company}, {threads} threads"


@pytest.mark.parametrize("directions", [1, 2])
def test_threads_that_share_the_units_of_a_large_layer_give_the_same_bits(path: str, directions: int):
    # Waa is more than a core's cache holds, whatever the number of rows: each thread reads its own part alone.
    lengths = [3, 1, 4, 2, 4, 1, 2]
    x, weights, state = problem("lstm", lengths, 520, 9, directions)
    rows = x.rows @ weights[0].Wax.T  # the input projections to the bit: torch's may depend on the company
    weights = [one._replace(Wax=torch.eye(4 * 520), ba=torch.zeros(4 * 520)) for one in weights]
    x = x.with_rows(rows)
    torch.set_num_threads(1)
    alone = [there_and_back("lstm", x, weights, state, [n])[0] for n in range(len(lengths))]
    for threads in (1, 2, 3):
        torch.set_num_threads(threads)
        for company in ([0, 1, 2, 3, 4, 5, 6], [4, 2]):
            found = there_and_back("lstm", x, weights, state, company)
            for n, one in zip(company, found, strict=True):
                for name, actual, wanted in zip(("a", "last a", "dx"), one, alone[n], strict=True):
                    assert torch.equal(actual, wanted), f"{name} of sequence {n} among {company}, {threads} threads"


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("directions", [1, 2])
@pytest.mark.parametrize("with_state", [True, False])
def test_products_over_all_rows_are_the_same_by_torch_and_by_the_engine(
    path: str, monkeypatch: pytest.MonkeyPatch, cell: Cell, directions: int, with_state: bool
):
    x, weights, state = problem(cell, [40, 3, 17, 1], 20, 13, directions)
    leaves = [x.rows, *(tensor for one in weights for tensor in vars_of(one))]
    for leaf in leaves:
        leaf.requires_grad_()

    def all_results() -> list[Tensor]:
        a, last = operator.recur(cell, x, weights, state if with_state else None)
        return [a.rows, last.a, *torch.autograd.grad(a.rows.sin().sum() + last.a.cos().sum(), leaves)]

    by_engine = all_results()
    monkeypatch.setattr(native, "_SMALL", 0)
    monkeypatch.setattr(native, "_NARROW", 0)
    for number, (one, other) in enumerate(zip(by_engine, all_results(), strict=True)):
        atol = 1e-5 * one.detach().abs().max().item()
        torch.testing.assert_close(one, other, rtol=1e-4, atol=atol, msg=str(number))


def vars_of(weights: Weights) -> list[Tensor]:
    return [tensor for tensor in (weights.Wax, weights.Waa, weights.ba, weights.ban) if tensor is not None]


@settings(max_examples=60, deadline=None)
@given(
    cell=st.sampled_from(CELLS),
    lengths=st.lists(st.integers(1, 9), min_size=1, max_size=20),
    H=st.integers(1, 70),
    D=st.integers(1, 20),
    directions=st.integers(1, 2),
    name=st.sampled_from(PATHS),
)
def test_any_shape_equals_torch_in_float64(
    cell: Cell, lengths: list[int], H: int, D: int, directions: int, name: str
) -> None:
    x, weights, state = problem(cell, lengths, H, D, directions)

    def double(tensor: Tensor | None) -> Tensor | None:
        return None if tensor is None else tensor.double()

    exact = [Weights(*(double(getattr(w, part)) for part in ("Wax", "Waa", "ba", "ban"))) for w in weights]
    before = ENGINE.path()
    ENGINE.use_path(name)
    try:
        found = results(operator.recur, cell, x, weights, state)
    finally:
        ENGINE.use_path(before)
    wanted = results(
        torch_packed.recur, cell, x.with_rows(x.rows.double()), exact, State(state.a.double(), double(state.c))
    )
    for number, (one, other) in enumerate(zip(found, wanted, strict=True)):
        # ReLU does not saturate: its activations grow over the steps, and so do roundings.
        assert (one - other).abs().max() / (1.0 + other.abs().max()) < 1e-5, number


def results(run: Any, cell: Cell, x: Ragged, weights: list[Weights], state: State) -> list[Tensor]:
    """a, the last a, and the gradients of x, of the weights and of the state."""
    leaves = [x.rows, *(tensor for one in weights for tensor in vars_of(one)), *state.tensors()]
    for leaf in leaves:
        leaf.requires_grad_()
    a, last = run(cell, x, weights, state)
    # Bounded: the gradient of a ReLU's activations is not to grow with them.
    return [a.rows.detach(), last.a.detach(), *torch.autograd.grad(a.rows.sin().sum() + last.a.cos().sum(), leaves)]


@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
def test_the_ends_are_exact_and_what_is_no_number_stays_none(path: str, cell: Cell):
    H = 9
    x, weights, _ = problem(cell, [2, 2, 2], H)
    zero = State(torch.zeros(3, 1, 1, H), torch.zeros(3, 1, 1, H) if cell == "lstm" else None)
    x.rows[:2] = 1e4
    x.rows[3, 4] = torch.nan
    x.rows[5] = 3e38
    a, _ = operator.recur(cell, x, weights, zero)
    if cell == "rnn":
        assert torch.equal(a.rows[:2], torch.ones(2, H))
        assert torch.equal(a.rows[5], torch.ones(H))
    if cell == "gru":  # z = 1: the state stays as it was
        assert torch.equal(a.rows[:2], torch.zeros(2, H))
    if cell == "lstm":  # c counts the steps
        torch.testing.assert_close(a.rows[:2], torch.tensor([[1.0], [2.0]]).tanh().expand(2, H))
    assert a.rows[3, 4].isnan()
    assert not a.rows[:3].isnan().any()
    assert not a.rows[4].isnan().any()


@pytest.mark.parametrize("cell", CELLS)
def test_what_is_no_number_in_a_state_or_a_gradient_stays_in_its_sequence(path: str, cell: Cell):
    x, weights, state = problem(cell, [4, 5, 2], 9)
    dy = torch.randn(11, 9, generator=torch.Generator().manual_seed(2))

    def found(a0: float, da: float) -> tuple[list[Tensor], list[Tensor]]:
        """The rows of a and of dx by sequence, with a number added to an entry of a0 and of dy of the second one."""
        begin, given, rows = state.a.detach().clone(), dy.clone(), x.rows.detach().clone().requires_grad_()
        begin[1, 0, 0, 2] += a0
        given[4 + 3, 5] += da  # at its fourth step of five
        a, _ = operator.recur(cell, x.with_rows(rows), weights, State(begin, state.c))
        return [list(of.split([4, 5, 2])) for of in (a.rows.detach(), *torch.autograd.grad(a.rows, rows, given))]

    plain, in_state, in_gradient = found(0, 0), found(torch.nan, 0), found(0, torch.nan)
    for spoilt in (in_state, in_gradient):
        for one, other in zip(spoilt, plain, strict=True):
            assert torch.equal(one[0], other[0])
            assert torch.equal(one[2], other[2])
    assert in_state[0][1].isnan().all()
    assert torch.equal(in_gradient[0][1], plain[0][1])
    assert cell == "rnn_relu" or in_gradient[1][1][:4].isnan().any(1).all()  # a unit that is off lets nothing through
    assert torch.equal(in_gradient[1][1][4], plain[1][1][4])


@pytest.mark.parametrize("end", [100.0, 1e4, 3e38])
@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
def test_no_gradient_passes_a_gate_at_its_end(path: str, cell: Cell, end: float):
    H, lengths = 9, [4, 1, 7]
    x, weights, state = problem(cell, lengths, H, directions=2)
    x = x.with_rows((x.rows.sign() * end).requires_grad_())
    a0 = state.a.requires_grad_()
    a, last = operator.recur(cell, x, weights, state)
    (a.rows.sum() + last.a.sum()).backward()
    assert x.rows.grad is not None
    assert torch.equal(x.rows.grad, torch.zeros(sum(lengths), x.rows.shape[1]))
    assert a0.grad is not None
    if cell != "gru":
        assert torch.equal(a0.grad, torch.zeros(3, 1, 2, H))
        return
    # Where z = 1 the state goes on as it is, and each step that it reaches adds to its gradient, the last one twice.
    z = x.rows.detach()[:, H : 2 * H] > 0
    for n, open_gates in enumerate(z.split(lengths)):
        for d, gates in enumerate((open_gates, open_gates.flip(0))):
            reached = gates.cumprod(0)
            assert torch.equal(a0.grad[n, 0, d], (reached.sum(0) + reached[-1]).float())


@pytest.mark.parametrize("cell", CELLS)
def test_a_long_sequence_alone(path: str, cell: Cell):
    x, weights, state = problem(cell, [100_000], 3, 2)
    a, last = operator.recur(cell, x, weights, state)
    assert torch.equal(a.rows[-1], last.a[0, 0, 0])
    halves = Ragged(x.rows[:50_000], torch.tensor([50_000])), Ragged(x.rows[50_000:], torch.tensor([50_000]))
    first, between = operator.recur(cell, halves[0], weights, state)
    second, _ = operator.recur(cell, halves[1], weights, between)
    torch.testing.assert_close(torch.cat([first.rows, second.rows]), a.rows)


@pytest.mark.parametrize("cell", CELLS)
def test_the_gradients_of_a_long_sequence_are_those_of_its_end(path: str, cell: Cell):
    x, weights, state = problem(cell, [100_000], 3)
    if cell == "rnn_relu":  # or it would grow from step to step, beyond all numbers
        weights = [one._replace(Waa=one.Waa / 2) for one in weights]
    x.rows.requires_grad_()
    operator.recur(cell, x, weights, state)[0].rows[-10:].sum().backward()
    before = Ragged(x.rows[:99_000].detach(), torch.tensor([99_000]))
    end = Ragged(x.rows[99_000:].detach().requires_grad_(), torch.tensor([1_000]))
    between = operator.recur(cell, before, weights, state)[1]
    operator.recur(cell, end, weights, between)[0].rows[-10:].sum().backward()
    assert x.rows.grad is not None
    assert end.rows.grad is not None
    torch.testing.assert_close(x.rows.grad[99_000:], end.rows.grad)
    assert x.rows.grad[-10:].any()
    assert x.rows.grad.isfinite().all()


def test_gate_functions_are_within_units_in_the_last_place(path: str):
    H, x = 16, torch.linspace(-30, 30, 16 * 5_000).view(-1, 16)
    lengths = torch.ones(len(x), dtype=torch.int64)
    weights = [torch.eye(3 * H), torch.zeros(3 * H, H), torch.zeros(3 * H), torch.zeros(H)]
    _, kept = native.forward("gru", x.repeat(1, 3), lengths, weights, [], keep=True)
    assert kept.gates is not None
    r, _, n, _ = kept.gates[0].split(H, dim=1)
    for found, wanted in ((r, x.double().sigmoid()), (n, x.double().tanh())):
        unit = torch.tensor(2.0, dtype=torch.float64) ** (torch.frexp(wanted.float()).exponent - 24)
        assert ((found.double() - wanted).abs() / unit).max() < UNITS


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="the system does not list threads")
@pytest.mark.parametrize("threads", [1, 3])
def test_it_runs_on_torchs_threads_and_starts_none(threads: int):
    torch.set_num_threads(threads)
    x, weights, state = problem("lstm", [9, 4, 30, 2, 17, 8], 64, 8, 2)
    x.rows.requires_grad_()
    large = torch.ones(1 << 20)
    large.add_(large)  # torch's pool is there
    before = len(list(Path("/proc/self/task").iterdir()))
    operator.recur("lstm", x, weights, state)[0].rows.sum().backward()
    assert len(list(Path("/proc/self/task").iterdir())) == before


def test_ten_thousand_calls_leave_no_memory_behind():
    x, weights, state = problem("lstm", [4, 2, 9], 16, 8, 2)
    x.rows.requires_grad_()
    frozen = native.FrozenLayer("lstm", weights, bfloat16=True)

    def call(times: int) -> None:
        for _ in range(times):
            operator.recur("lstm", x, weights, state)[0].rows.sum().backward()
            frozen.forward(x.rows, x.lengths, state.tensors())

    call(1_000)
    blocks, before = sys.getallocatedblocks(), resident()
    call(10_000)
    assert sys.getallocatedblocks() - blocks < 1_000, "objects of Python"
    assert resident() - before < 1024, "KiB; the addresses of a call would be as much"


def test_threads_of_the_caller_run_side_by_side():
    x, weights, state = problem("gru", [5, 3, 8, 1], 40, 8, 2)
    wanted = operator.recur("gru", x, weights, state)[0].rows
    found: list[bool] = []

    def work() -> None:
        found.extend(torch.allclose(operator.recur("gru", x, weights, state)[0].rows, wanted) for _ in range(50))

    callers = [threading.Thread(target=work) for _ in range(4)]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()
    assert found == [True] * 200


def test_other_threads_of_python_go_on_meanwhile(monkeypatch: pytest.MonkeyPatch):
    inside = seen = False

    class Watched:
        @staticmethod
        def recur_forward(*arguments: Any) -> None:
            nonlocal inside
            inside = True
            ENGINE.recur_forward(*arguments)
            inside = False

    monkeypatch.setattr(native, "_engine", Watched)
    x, weights, state = problem("lstm", [20_000], 128, 8)
    caller = threading.Thread(target=lambda: operator.recur("lstm", x, weights, state))
    before = sys.getswitchinterval()
    sys.setswitchinterval(1_000)  # who has the interpreter's lock keeps it until it gives it up
    try:
        caller.start()
        while caller.is_alive():
            time.sleep(0.001)
            seen = seen or inside
    finally:
        sys.setswitchinterval(before)
    assert seen
    assert not inside


def flat(weights: list[Weights]) -> list[Tensor]:
    return [tensor for one in weights for tensor in (one.Wax, one.Waa, one.ba, one.ban) if tensor is not None]


@pytest.mark.parametrize("cell", CELLS)
def test_the_operator_keeps_torchs_rules(cell: Cell):
    x, weights, state = problem(cell, [4, 1, 3], 5, 2, 2)
    states = [state.a] if state.c is None else [state.a, state.c]
    tensors = [tensor.requires_grad_() for tensor in (x.rows, *flat(weights), *states)]
    arguments = (tensors[0], x.lengths, flat(weights), states, cell, True)
    torch.library.opcheck(
        torch.ops.unrolled.recur.default,
        arguments,
        test_utils=("test_schema", "test_faketensor", "test_autograd_registration"),
    )


@pytest.mark.parametrize("cell", CELLS)
def test_a_compiled_graph_holds_it_unbroken_and_gives_the_same_gradients(cell: Cell):
    x, weights, state = problem(cell, [4, 1, 3], 5, 2, 2)
    states = [state.a] if state.c is None else [state.a, state.c]
    leaves = [tensor.requires_grad_() for tensor in (x.rows, *flat(weights), *states)]

    def loss(rows: Tensor) -> Tensor:
        a, last, *_ = torch.ops.unrolled.recur(rows * 2, x.lengths, flat(weights), states, cell, True)
        return (a.sin() * 3).sum() + last.sum()

    eager, _ = operator.recur(cell, x.with_rows(x.rows * 2), weights, state)
    wanted = torch.autograd.grad(loss(x.rows), leaves, allow_unused=True)
    compiled = torch.compile(loss, backend="aot_eager", fullgraph=True)
    found = torch.autograd.grad(compiled(x.rows), leaves, allow_unused=True)
    assert torch.equal(
        torch.ops.unrolled.recur(x.rows * 2, x.lengths, flat(weights), states, cell, True)[0], eager.rows
    )
    for one, other in zip(found, wanted, strict=True):
        assert (one is None) == (other is None)
        if one is not None:
            torch.testing.assert_close(one, other)


def test_an_exported_program_holds_it():
    x, weights, state = problem("gru", [4, 1, 3], 5, 2)

    class Layer(torch.nn.Module):
        def forward(self, rows: Tensor) -> Tensor:
            return torch.ops.unrolled.recur(rows, x.lengths, flat(weights), [state.a], "gru", False)[0]

    program = torch.export.export(Layer(), (x.rows,))
    assert torch.equal(program.module()(x.rows), operator.recur("gru", x, weights, state)[0].rows)


def test_a_program_that_was_given_another_type_is_refused():
    layer, rows, lengths = Recurrent("lstm", 3, 4), torch.ones(5, 3), torch.tensor([3, 2])
    emissions = CRF(3)

    class Module(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.layer, self.crf = layer, emissions

        def forward(self, rows: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
            batch = Ragged(rows, lengths)
            return self.layer(batch)[0].rows, self.crf.decode(batch)[1]

    program = torch.export.export(Module(), (rows, lengths))
    assert torch.equal(program.module()(rows, lengths)[0], layer(Ragged(rows, lengths))[0].rows)
    for dtype in (torch.bfloat16, torch.float64):
        with pytest.raises(DataError, match=f"given {dtype} on cpu"):
            program.module().to(dtype)(rows.to(dtype), lengths)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("cell", CELLS)
def test_weights_and_states_that_do_not_fit_are_an_error(cell: Cell, dtype: torch.dtype):
    x, weights, state = problem(cell, [4, 2], 5, 3, 2)
    x, state, weights = x.with_rows(x.rows.to(dtype)), state.to(dtype), [one.to(dtype) for one in weights]
    for name, weight in weights[1]._asdict().items():
        if weight is None:
            continue
        for wrong in (weight[:-1], weight[..., :-1].contiguous(), weight[None]):
            with pytest.raises(
                DataError, match=rf"recur: (x has rows|W?[ab]\w* has the shape).*(Give|{cell} needs) \("
            ):
                recur(cell, x, [weights[0], weights[1]._replace(**{name: wrong})], state)
    for wrong in (state.a[:1], state.a[..., :4], state.a[:, :, :1]):
        with pytest.raises(DataError, match=r"the state has the shape .* Give \(2, 1, 2, 5\)"):
            recur(cell, x, weights, State(wrong, state.c))


@pytest.mark.filterwarnings("ignore:.torch.jit.script. is deprecated")  # which torch's forward mode calls
def test_forward_mode_is_refused_where_it_would_be_lost():
    layer, x = Recurrent("gru", 3, 4).requires_grad_(False), torch.ones(5, 3)
    tables = torch.zeros(3, 3), torch.zeros(3), torch.zeros(3)
    with forward_ad.dual_level():
        batch = Ragged(forward_ad.make_dual(x, torch.ones(5, 3)), torch.tensor([3, 2]))
        for call in (lambda: layer(batch), lambda: log_partition(batch, *tables)):
            with pytest.raises(RuntimeError, match="jvp"):
                call()
        layer(Ragged(x, batch.lengths))


@pytest.mark.parametrize("given", [False, True])
def test_a_gradient_of_the_gradient_is_refused(given: bool):
    x, weights, state = problem("gru", [4, 2], 5, 3)
    x.rows.requires_grad_()
    a, _ = operator.recur("gru", x, weights, state)
    da = torch.ones_like(a.rows).requires_grad_(given)
    (drows,) = torch.autograd.grad(a.rows, x.rows, da, create_graph=True)
    with pytest.raises(RuntimeError, match="differentiate twice"):
        (drows.pow(2).sum() + x.rows.sum()).backward()


@pytest.mark.parametrize("small", [False, True])
def test_frozen_weights_have_no_gradient_and_the_others_the_same(monkeypatch: pytest.MonkeyPatch, small: bool):
    if not small:
        monkeypatch.setattr(native, "_SMALL", 0)
        monkeypatch.setattr(native, "_NARROW", 0)
    x, weights, state = problem("gru", [4, 2], 5, 3, 2)
    wanted = results(operator.recur, "gru", x, weights, state)
    for leaf in flat(weights):
        leaf.requires_grad_(False)
    a, last = operator.recur("gru", x, weights, state)
    (a.rows.sin().sum() + last.a.cos().sum()).backward()
    for found, other in ((x.rows.grad, wanted[2]), (state.a.grad, wanted[-1])):
        assert found is not None
        assert torch.equal(found, other)
    assert all(leaf.grad is None for leaf in flat(weights))


def test_what_is_kept_for_the_way_back_is_among_the_saved_tensors():
    x, weights, state = problem("lstm", [4, 2], 5, 3)
    x.rows.requires_grad_()
    shapes: list[torch.Size] = []

    def pack(tensor: Tensor) -> Tensor:
        shapes.append(tensor.shape)
        return tensor.clone()

    with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
        a, _ = operator.recur("lstm", x, weights, state)
    assert {torch.Size((1, 6, 20)), torch.Size((1, 6, 5))} < set(shapes)
    (found,) = torch.autograd.grad(a.rows.sum(), x.rows)
    (wanted,) = torch.autograd.grad(operator.recur("lstm", x, weights, state)[0].rows.sum(), x.rows)
    assert torch.equal(found, wanted)


@pytest.mark.parametrize("cell", CELLS)
def test_lengths_may_lie_apart(cell: Cell):
    x, weights, state = problem(cell, [3, 2], 5, 3)
    apart = Ragged(x.rows.clone().requires_grad_(), torch.tensor([[3, 9], [2, 9]])[:, 0])
    together = x.with_rows(x.rows.clone().requires_grad_())
    for found, wanted in zip(
        results(operator.recur, cell, apart, weights, state),
        results(operator.recur, cell, together, weights, state),
        strict=True,
    ):
        assert torch.equal(found, wanted)
    emissions = apart.with_rows(torch.ones(5, 2))
    tables = torch.zeros(2, 2), torch.zeros(2), torch.zeros(2)
    assert log_partition(emissions, *tables).tolist() == log_partition(x.with_rows(emissions.rows), *tables).tolist()


@pytest.mark.parametrize("cell", CELLS)
def test_products_over_all_rows_stay_in_float32_under_autocast(monkeypatch: pytest.MonkeyPatch, cell: Cell):
    monkeypatch.setattr(native, "_SMALL", 0)
    monkeypatch.setattr(native, "_NARROW", 0)
    x, weights, state = problem(cell, [4, 2], 5, 3, 2)
    wanted = results(recur, cell, x, weights, state)
    with torch.autocast("cpu", torch.bfloat16):
        found = results(recur, cell, x, weights, state)
    for one, other in zip(found, wanted, strict=True):
        assert torch.equal(one, other)


def test_weights_of_several_types_are_taken_in_that_of_waa():
    x, weights, state = problem("lstm", [4, 2], 5, 3)
    mixed = [one._replace(Wax=one.Wax.bfloat16(), ba=one.ba.double()) for one in weights]
    same = [one._replace(Wax=one.Wax.bfloat16().float()) for one in weights]
    assert torch.equal(recur("lstm", x, mixed, state)[0].rows, recur("lstm", x, same, state)[0].rows)


def test_rows_of_another_width_are_an_error():
    x, weights, state = problem("rnn", [4, 2], 5, 3)
    for rows in (torch.ones(6, 4), torch.ones(6), torch.ones(6, 3, 1)):
        with pytest.raises(DataError, match=r"Give \(M, 3\)"):
            recur("rnn", x.with_rows(rows), weights, state)


@pytest.mark.parametrize("default", [torch.float64, torch.bfloat16])
def test_torchs_default_type_changes_nothing(default: torch.dtype):
    layer, x = Recurrent("lstm", 3, 4), torch.ones(1, 3)
    batch = Ragged(torch.ones(5, 3), torch.tensor([2, 3]))
    emissions = batch.with_rows(batch.rows[:, :2])
    tables = torch.zeros(2, 2), torch.ones(2), torch.zeros(2)

    def found() -> list[Tensor]:
        stepper = layer.stepper()
        a, state = stepper.step(x).clone(), stepper.state
        frozen = Frozen(layer, weights="bfloat16")(batch)[0].rows
        best, score = viterbi(emissions, *tables)
        return [a, *state.tensors(), layer(batch)[0].rows, frozen, best.rows, score, log_partition(emissions, *tables)]

    wanted = found()
    torch.set_default_dtype(default)
    try:
        others = found()
    finally:
        torch.set_default_dtype(torch.float32)
    for one, other in zip(others, wanted, strict=True):
        assert one.dtype == other.dtype
        assert torch.equal(one, other)
