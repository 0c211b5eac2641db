"""The native sums over label paths and best paths: parity with the plain twin, equal bits in any company, no leak."""

import resource
import sys
import threading
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
import torch
from contract.enumeration import paths
from hypothesis import given, settings
from hypothesis import strategies as st
from resident import resident
from torch import Tensor

from unrolled.data.ragged import Ragged
from unrolled.decoding import n_best, viterbi
from unrolled.errors import DataError
from unrolled.kernels import chain, chain_operator, expectations, log_likelihood, log_partition
from unrolled.kernels.library import load

ENGINE = load()
assert ENGINE is not None
PATHS = ENGINE.paths()

Chain = tuple[Ragged, Tensor, Tensor, Tensor]
"""Emissions, transitions, start and end."""


def on_path(name: str, find: Callable[[], object]) -> object:
    before = ENGINE.path()
    ENGINE.use_path(name)
    try:
        return find()
    finally:
        ENGINE.use_path(before)


def random_chain(lengths: list[int], K: int, scale: float = 1.0, seed: int = 5) -> Chain:
    generator = torch.Generator().manual_seed(seed)

    def normal(*shape: int) -> Tensor:
        return scale * torch.randn(shape, generator=generator)

    return Ragged(normal(sum(lengths), K), torch.tensor(lengths)), normal(K, K), normal(K), normal(K)


def exactly(given_chain: Chain) -> Chain:
    """The same numbers in float64, which go to the plain twin."""
    emissions, transitions, start, end = given_chain
    assert chain.runs_natively(*given_chain)
    exact = (emissions.with_rows(emissions.rows.double()), transitions.double(), start.double(), end.double())
    assert not chain.runs_natively(*exact)
    return exact


def there_and_back(
    given_chain: Chain, labels: Tensor | None = None, weights: Tensor | None = None
) -> tuple[Tensor, tuple[Tensor, ...]]:
    """Log Z, or the log-likelihood of the labels, and the gradients of its weighted sum."""
    emissions, *tables = given_chain
    leaves = [tensor.detach().clone().requires_grad_() for tensor in (emissions.rows, *tables)]
    batch = emissions.with_rows(leaves[0])
    found = (
        log_partition(batch, *leaves[1:])
        if labels is None
        else log_likelihood(batch, batch.with_rows(labels), *leaves[1:])
    )
    by = torch.ones_like(found) if weights is None else weights.to(found.dtype)
    return found.detach(), torch.autograd.grad(found, leaves, by)


@st.composite
def chains_of_any_shape(draw: st.DrawFn, *, whole: bool = False) -> Chain:
    """A batch in float32 that leaves each sequence at least one path; `whole` scores tie often."""
    K = draw(st.one_of(st.integers(1, 9), st.sampled_from([13, 16, 17, 25, 31, 32, 33, 40])))
    lengths = draw(st.lists(st.one_of(st.integers(1, 6), st.sampled_from([64, 65, 66, 130])), min_size=1, max_size=5))
    generator = torch.Generator().manual_seed(draw(st.integers(0, 2**32)))
    scale = draw(st.sampled_from([0.1, 1.0, 30.0, 300.0, 1e4]))

    def scores(*shape: int) -> Tensor:
        if whole:
            return torch.randint(-1, 2, shape, generator=generator).float()
        return scale * torch.randn(shape, generator=generator)

    def forbid(table: Tensor, share: float) -> Tensor:
        # Label 0 stays allowed throughout, so that a path remains.
        mask = torch.rand(table.shape, generator=generator) < share
        mask[..., 0] = False
        return table.masked_fill(mask, -torch.inf)

    rows, transitions, start = scores(sum(lengths), K), scores(K, K), scores(K)
    if draw(st.booleans()):
        transitions, start = forbid(transitions, 0.4), forbid(start, 0.4)
    if draw(st.booleans()):
        rows = forbid(rows, 0.3)
    return Ragged(rows, torch.tensor(lengths)), transitions, start, scores(K)


@settings(max_examples=150, deadline=None)
@given(given_chain=chains_of_any_shape(), name=st.sampled_from(PATHS))
def test_any_sums_equal_the_plain_twin(given_chain: Chain, name: str):
    emissions, exact = given_chain[0], exactly(given_chain)
    weights = torch.linspace(-1.0, 2.0, len(emissions), dtype=torch.float64)
    for labels in (None, torch.zeros(emissions.num_rows, dtype=torch.int64)):
        for by in (None, weights):
            found, gradients = on_path(name, lambda y=labels, w=by: there_and_back(given_chain, y, w))
            wanted, wanted_gradients = there_and_back(exact, labels, by)
            digits = {"rtol": 1e-12, "atol": 1e-9} if labels is None else {"rtol": 1e-6, "atol": 1e-6}
            torch.testing.assert_close(found.double(), wanted, **digits)
            for one, other in zip(gradients, wanted_gradients, strict=True):
                # A gradient is a sum of probabilities, rounded to float32 once or twice.
                torch.testing.assert_close(one.double(), other, rtol=3e-7, atol=1e-6)
    counts, wanted_counts = on_path(name, lambda: expectations(*given_chain)), expectations(*exact)
    for part in ("emissions", "transitions", "start", "end"):
        # In the twin's logarithms scores near 1e6 have an error of 1e-10, which is that of the probabilities.
        torch.testing.assert_close(getattr(counts, part), getattr(wanted_counts, part), rtol=1e-8, atol=1e-8)


@settings(max_examples=150, deadline=None)
@given(given_chain=chains_of_any_shape(whole=True), name=st.sampled_from(PATHS), n=st.integers(1, 7))
def test_tied_paths_come_in_the_order_of_the_plain_twin(given_chain: Chain, name: str, n: int):
    labels, scores = on_path(name, lambda: viterbi(*given_chain))
    wanted, wanted_scores = viterbi(*exactly(given_chain))
    assert torch.equal(labels.rows, wanted.rows)
    assert torch.equal(scores.double(), wanted_scores)
    assert on_path(name, lambda: n_best(*given_chain, n)) == n_best(*exactly(given_chain), n)


@settings(max_examples=100, deadline=None)
@given(given_chain=chains_of_any_shape(), name=st.sampled_from(PATHS), n=st.integers(1, 7))
def test_best_paths_equal_the_plain_twin_to_the_bit(given_chain: Chain, name: str, n: int):
    labels, scores = on_path(name, lambda: viterbi(*given_chain))
    wanted, wanted_scores = viterbi(*exactly(given_chain))
    assert torch.equal(labels.rows, wanted.rows)
    assert torch.equal(scores, wanted_scores.float())
    assert on_path(name, lambda: n_best(*given_chain, n)) == n_best(*exactly(given_chain), n)


def test_a_hundred_best_are_all_there_are(path: str):
    emissions, *tables = random_chain([4, 1, 3], 3)
    for rows, found in zip(emissions.to_list(), n_best(emissions, *tables, 100), strict=True):
        every, scores = paths(rows.double(), *(table.double() for table in tables))
        assert [tuple(labels) for labels, _ in found] == every
        torch.testing.assert_close(torch.tensor([score for _, score in found]).double(), scores, rtol=1e-6, atol=1e-6)


def test_what_scaled_sums_lose_forwards_or_back_goes_to_logarithms(path: str):
    # Two labels that never meet: one falls behind by 40 a step until the last step makes up for it; or the start does.
    never = torch.tensor([[0.0, -torch.inf], [-torch.inf, 0.0]])
    behind = torch.tensor([[0.0, -40.0]]).repeat(30, 1)
    behind[-1] = torch.tensor([-1200.0, 0.0])
    slowly = torch.tensor([[0.0, -100.0], [-100.0, 0.0]]).repeat_interleave(15, dim=0)
    only_back = torch.tensor([[0.0, -37.0]]).repeat(11, 1)
    rising = torch.tensor([[-250.0, 0.0]]).repeat(8, 1)
    start = torch.tensor([-100.0, 0.0])
    mild = torch.tensor([[0.0, -1.0]]).repeat(100, 1)
    long = torch.cat([mild, behind, mild])
    chains = Ragged.from_list([behind, slowly, mild, only_back, rising, long]), never, start, torch.zeros(2)
    found, gradients = there_and_back(chains)
    for n, rows in enumerate(chains[0].to_list()):
        totals = rows.double().sum(dim=0) + start
        torch.testing.assert_close(found[n], totals.logsumexp(dim=0))
    wanted, wanted_gradients = there_and_back(exactly(chains))
    torch.testing.assert_close(found, wanted)
    for one, other in zip(gradients, wanted_gradients, strict=True):
        torch.testing.assert_close(one.double(), other, rtol=1e-6, atol=1e-6)
    # Without a way back nothing but the way forward can see it.
    torch.testing.assert_close(log_partition(*chains), wanted)


def test_one_label_and_one_step(path: str):
    chains = random_chain([1, 3], 1)
    found, (d_rows, *d_tables) = there_and_back(chains)
    torch.testing.assert_close(found, there_and_back(exactly(chains))[0])
    assert torch.equal(d_rows, torch.ones(4, 1))
    assert [table.item() for table in d_tables] == [2.0, 2.0, 2.0]
    assert viterbi(*chains)[0].rows.tolist() == [0, 0, 0, 0]


@cache
def long_chain(scale: float) -> tuple[Chain, tuple[Tensor, tuple[Tensor, ...]], Tensor]:
    """A chain of 10,000 steps with the plain twin's sums and best path."""
    chains, threads = random_chain([10_000, 2], 3, scale), torch.get_num_threads()
    torch.set_num_threads(1)
    wanted, best = there_and_back(exactly(chains)), viterbi(*exactly(chains))[0].rows
    torch.set_num_threads(threads)
    return chains, wanted, best


@pytest.mark.parametrize("scale", [1.0, 1e3])
def test_ten_thousand_steps(path: str, scale: float):
    chains, (wanted, wanted_gradients), best = long_chain(scale)
    found, gradients = there_and_back(chains)
    torch.testing.assert_close(found, wanted, rtol=1e-12, atol=0)
    for one, other in zip(gradients, wanted_gradients, strict=True):
        torch.testing.assert_close(one.double(), other, rtol=1e-6, atol=1e-6)
    assert torch.equal(viterbi(*chains)[0].rows, best)


def test_a_likelihood_near_1_of_a_hundred_thousand_steps_keeps_its_digits(path: str):
    # Log Z is near 1e9, the likelihood near -1: they may not be found apart and subtracted.
    emissions, transitions, start, end = random_chain([100_000], 3, 1e4)
    labels = emissions.rows.argmax(dim=1)
    emissions.rows[torch.arange(100_000), labels] += 1e3
    emissions.rows[50_000] = torch.tensor([1e4, 1e4, 1e4])
    found = log_likelihood(emissions, emissions.with_rows(labels), transitions * 0, start * 0, end * 0)
    torch.testing.assert_close(found, torch.tensor([1 / 3]).log(), rtol=1e-6, atol=0)


SPOILT = {"nan": torch.nan, "inf": torch.inf, "-inf": -torch.inf}


@pytest.mark.parametrize("K", [2, 9, 17])
@pytest.mark.parametrize("what", SPOILT)
def test_what_is_no_number_stays_in_its_sequence(path: str, what: str, K: int):
    emissions, *tables = random_chain([4, 3, 1, 70], K)
    for spoilt in (slice(6, 7), slice(8, 78)):
        rows = emissions.rows.clone()
        rows[spoilt, 1:] = SPOILT[what]
        rows[spoilt, 0] = SPOILT[what] if what == "-inf" else 0.0
        chains = (emissions.with_rows(rows), *tables)
        found, gradients = there_and_back(chains)
        wanted, wanted_gradients = there_and_back(exactly(chains))
        torch.testing.assert_close(found, wanted, equal_nan=True)
        for one, other in zip(gradients, wanted_gradients, strict=True):
            torch.testing.assert_close(one.double(), other, rtol=1e-6, atol=1e-6, equal_nan=True)
        labels, scores = viterbi(*chains)
        wanted_labels, wanted_scores = viterbi(*exactly(chains))
        torch.testing.assert_close(scores.double(), wanted_scores, equal_nan=True, rtol=1e-6, atol=1e-6)
        assert torch.equal(labels.rows, wanted_labels.rows)


def test_n_best_has_no_path_through_what_is_no_number(path: str):
    emissions, *tables = random_chain([3, 2], 4)
    emissions.rows[1, 2] = torch.nan
    found = n_best(emissions, *tables, 3)
    assert found[0] == []
    assert found[1] == n_best(*exactly((emissions, *tables)), 3)[1]


def test_no_path_is_minus_infinity(path: str):
    nowhere = torch.full((2, 2), -torch.inf)
    emissions = Ragged.from_list([torch.zeros(2, 2), torch.zeros(1, 2), torch.full((1, 2), -torch.inf)])
    chains = emissions, nowhere, torch.zeros(2), torch.zeros(2)
    torch.testing.assert_close(log_partition(*chains).exp(), torch.tensor([0.0, 2.0, 0.0]).double())
    assert viterbi(*chains)[1].tolist() == [-torch.inf, 0.0, -torch.inf]
    assert [len(found) for found in n_best(*chains, 3)] == [0, 2, 0]


@pytest.mark.parametrize("K", [1, 5, 13, 25, 40])
def test_a_sequence_has_the_same_bits_in_any_company_and_with_any_number_of_threads(path: str, K: int):
    lengths = [3, 1, 70, 7, 2, 12, 65, 5, 1, 9, 40, 6, 3, 30, 64, 66]
    emissions, *tables = random_chain(lengths, K)
    rows = list(emissions.to_list())
    # One that does not fit float64's range, beside the others.
    rows[5] = rows[5] * 1000.0

    def found(sequences: list[int]) -> list[tuple[Tensor, ...]]:
        """What belongs to each sequence; last, what is summed over them."""
        batch = Ragged.from_list([rows[n] for n in sequences])
        labels = batch.steps % K
        log_Z, (marginals, *sums) = there_and_back((batch, *tables))
        likelihood, (_, *weighed) = there_and_back((batch, *tables), labels, torch.arange(1.0, len(sequences) + 1))
        best, scores = viterbi(batch, *tables)
        second = n_best(batch, *tables, 2)
        own = zip(log_Z, likelihood, batch.with_rows(marginals).to_list(), best.to_list(), scores, strict=True)
        return [(*one, torch.tensor([score for _, score in two])) for one, two in zip(own, second, strict=True)] + [
            (*sums, *weighed)
        ]

    torch.set_num_threads(1)
    alone = [found([n])[0] for n in range(len(lengths))]
    for company in (list(range(16)), list(range(15, -1, -1)), [5, 0], [6, 2, 2, 14, 15]):
        every: list[list[tuple[Tensor, ...]]] = []
        for threads in (1, 2, 3):
            torch.set_num_threads(threads)
            every.append(found(company))
            for n, one in zip(company, every[-1], strict=False):
                for part, (actual, wanted) in enumerate(zip(one, alone[n], strict=True)):
                    assert torch.equal(actual, wanted), (
                        f"part {part} of sequence {n} among {company}, {threads} threads"
                    )
        for threads, other in ((2, every[1]), (3, every[2])):
            for actual, wanted in zip(other[-1], every[0][-1], strict=True):
                assert torch.equal(actual, wanted), f"expected counts of {company}, {threads} threads"


def test_a_sequences_gradient_is_its_weight_times_the_same_bits(path: str):
    chains = random_chain([4, 2, 30], 7)
    _, (alike, *_) = there_and_back(chains, weights=torch.full((3,), 2.0))
    _, (apart, *_) = there_and_back(chains, weights=torch.tensor([2.0, -1.0, 2.0]))
    assert torch.equal(alike[:4], apart[:4])
    assert torch.equal(alike[6:], apart[6:])


def test_of_many_wrong_labels_the_first_is_named(path: str):
    emissions, *tables = random_chain([9] * 40, 3)
    forbidden, forbidden_start = torch.zeros(3, 3, dtype=torch.bool), torch.tensor([False, True, False])
    forbidden[2, 1] = True
    labels = torch.zeros(360, dtype=torch.int64)
    torch.set_num_threads(3)
    for row, y, what in (
        (200, 1, "sequence 22"),
        (180, 1, "from the start to 1"),
        (99, 3, "from 0 to 3"),
        (7, -1, "from -1 to 3"),
    ):
        labels[row] = y
        labels[199] = 2
        with pytest.raises(DataError, match=what):
            log_likelihood(emissions, emissions.with_rows(labels), *tables, forbidden, forbidden_start)


def test_tables_and_rows_may_lie_anywhere_in_memory(path: str):
    emissions, transitions, start, end = random_chain([5, 8], 9)
    wanted, wanted_gradients = there_and_back((emissions, transitions, start, end))
    spread = torch.zeros(13, 27)
    spread[:, 1::3] = emissions.rows
    rows, turned = spread[:, 1::3], transitions.T.contiguous().T
    assert not rows.is_contiguous()
    assert not turned.is_contiguous()
    leaves = [tensor.requires_grad_() for tensor in (rows, turned)]
    found = log_partition(emissions.with_rows(rows), turned, start, end)
    assert torch.equal(found, wanted)
    for one, other in zip(torch.autograd.grad(found.sum(), leaves), wanted_gradients[:2], strict=True):
        assert torch.equal(one, other)
    assert torch.equal(
        viterbi(emissions.with_rows(rows), turned, start, end)[0].rows,
        viterbi(emissions, transitions, start, end)[0].rows,
    )


def test_ten_thousand_calls_leave_no_memory_behind():
    emissions, *tables = random_chain([4, 2, 9], 5)
    emissions.rows.requires_grad_()

    def call() -> None:
        log_likelihood(emissions, emissions.with_rows(torch.zeros(15, dtype=torch.int64)), *tables).sum().backward()
        viterbi(emissions, *tables)
        n_best(emissions, *tables, 2)

    for _ in range(1_000):
        call()
    blocks, before = sys.getallocatedblocks(), resident()
    for _ in range(10_000):
        call()
    assert sys.getallocatedblocks() - blocks < 1_000, "objects of Python"
    assert resident() - before < 1024, "KiB"


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="no such limit on this system")
@pytest.mark.parametrize("lengths", [[100], [100] * 5])  # a thread, several
def test_too_little_memory_is_an_error_and_not_the_end(lengths: list[int]):
    given_chain = random_chain(lengths, 32)
    wanted = n_best(*given_chain, 3)
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    before = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (pages * resource.getpagesize() + (1 << 30), before[1]))
    try:
        with pytest.raises(MemoryError, match="ask for fewer paths"):
            n_best(*given_chain, 100_000)
    finally:
        resource.setrlimit(resource.RLIMIT_AS, before)
    assert n_best(*given_chain, 3) == wanted


def test_threads_of_the_caller_run_side_by_side():
    chains = random_chain([5, 30, 8, 1], 13)
    wanted, best = there_and_back(chains), viterbi(*chains)[0].rows
    found: list[bool] = []

    def work() -> None:
        for _ in range(50):
            log_Z, gradients = there_and_back(chains)
            found.append(torch.equal(log_Z, wanted[0]) and torch.equal(viterbi(*chains)[0].rows, best))
            found.extend(torch.equal(one, other) for one, other in zip(gradients, wanted[1], strict=True))

    callers = [threading.Thread(target=work) for _ in range(4)]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()
    assert found == [True] * 1000


def operator_inputs(labelled: bool) -> tuple[list[Tensor], tuple[Tensor | None, ...]]:
    emissions, *tables = random_chain([4, 1, 3], 5)
    leaves = [tensor.requires_grad_() for tensor in (emissions.rows, *tables)]
    labels = torch.arange(8) % 2 if labelled else None
    mask = torch.zeros(5, 5, dtype=torch.bool)
    mask[4, 3] = True
    return leaves, (emissions.lengths, labels, mask if labelled else None, None)


@pytest.mark.parametrize("labelled", [False, True])
def test_the_operator_keeps_torchs_rules(labelled: bool):
    leaves, others = operator_inputs(labelled)
    torch.library.opcheck(
        torch.ops.unrolled.sum_paths.default,
        (*leaves, *others, True),
        test_utils=("test_schema", "test_faketensor", "test_autograd_registration"),
    )


@pytest.mark.parametrize("labelled", [False, True])
def test_a_compiled_graph_holds_it_unbroken_and_gives_the_same_gradients(labelled: bool):
    leaves, others = operator_inputs(labelled)
    weights = torch.tensor([1.0, 2.0, -1.0])

    def loss(rows: Tensor) -> Tensor:
        return (torch.ops.unrolled.sum_paths(rows * 2, *leaves[1:], *others, True)[0] * weights).sum()

    compiled = torch.compile(loss, backend="aot_eager", fullgraph=True)
    emissions, tables = Ragged(leaves[0] * 2, others[0]), (leaves[1], leaves[2], leaves[3])
    eager = (
        chain_operator.log_likelihood(emissions, emissions.with_rows(others[1]), tables, others[2:])
        if labelled
        else chain_operator.log_partition(emissions, tables)
    )
    found = torch.autograd.grad(compiled(leaves[0]), leaves)
    for one, other in zip(found, torch.autograd.grad((eager * weights).sum(), leaves), strict=True):
        torch.testing.assert_close(one, other)
