import pytest
import torch
from contract.chains import Chain, chains
from contract.enumeration import paths
from hypothesis import given, settings
from torch import Tensor

from unrolled.data.ragged import Ragged
from unrolled.kernels import expectations, log_partition, log_space, scaled
from unrolled.kernels.potentials import Potentials


def by_logarithms(chain: Chain) -> tuple[Tensor, list[Tensor]]:
    potentials = Potentials.of(*chain)
    alpha, log_Z = log_space.forward(potentials)
    found = log_space.expectations(potentials, alpha, torch.ones(len(chain[0]), dtype=torch.float64))
    return log_Z, [found.emissions, found.transitions, found.start, found.end]


@settings(max_examples=50, deadline=None)
@given(chains())
def test_log_Z_marginals_and_pairs_equal_enumeration(chain: Chain):
    emissions, *tables = chain
    K = len(tables[1])
    log_Z = log_partition(*chain)
    found = expectations(*chain)
    pairs, starts, ends = torch.zeros(K, K).double(), torch.zeros(K).double(), torch.zeros(K).double()
    marginals = emissions.with_rows(found.emissions).to_list()
    for n, rows in enumerate(emissions.to_list()):
        every, scores = paths(rows, *tables)
        torch.testing.assert_close(log_Z[n], scores.logsumexp(dim=0), rtol=1e-12, atol=1e-9)
        wanted = torch.zeros_like(rows)
        for path, p in zip(every, scores.softmax(dim=0), strict=True):
            for t, label in enumerate(path):
                wanted[t, label] += p
                if t > 0:
                    pairs[path[t - 1], label] += p
            starts[path[0]] += p
            ends[path[-1]] += p
        # Scores near 1e5 have an error of 1e-11, which is that of the probabilities.
        torch.testing.assert_close(marginals[n], wanted, rtol=1e-9, atol=1e-9)
    for actual, wanted in ((found.transitions, pairs), (found.start, starts), (found.end, ends)):
        torch.testing.assert_close(actual, wanted, rtol=1e-9, atol=1e-9)
    assert (found.transitions[tables[0] == -torch.inf] == 0).all()
    assert (found.start[tables[1] == -torch.inf] == 0).all()


def random_chain(lengths: list[int], K: int, scale: float, dtype: torch.dtype = torch.float64) -> Chain:
    generator = torch.Generator().manual_seed(5)

    def normal(*shape: int) -> Tensor:
        return scale * torch.randn(shape, generator=generator, dtype=dtype)

    transitions = normal(K, K)
    transitions[0, 1] = -torch.inf
    return Ragged.from_list([normal(T, K) for T in lengths]), transitions, normal(K), normal(K)


@pytest.mark.parametrize("scale", [0.1, 1.0, 10.0])
def test_scaled_sums_equal_logarithms_over_many_scalings(scale: float):
    chain = random_chain([200, 1, 37, 200, 64], 6, scale)
    assert scaled.forward(Potentials.of(*chain)) is not None
    log_Z, wanted = by_logarithms(chain)
    torch.testing.assert_close(log_partition(*chain), log_Z, rtol=1e-12, atol=1e-9)
    found = expectations(*chain)
    for actual, one in zip((found.emissions, found.transitions, found.start, found.end), wanted, strict=True):
        torch.testing.assert_close(actual, one, rtol=1e-9, atol=1e-10)


def test_a_probability_that_would_be_lost_goes_to_logarithms():
    # Two labels that never meet: one falls behind by 40 a step until the last step makes up for it.
    never = torch.tensor([[0.0, -torch.inf], [-torch.inf, 0.0]]).double()
    rows = torch.tensor([[0.0, -40.0]]).double().repeat(30, 1)
    rows[-1] = torch.tensor([-100.0, 0.0])
    rows[10:28] = torch.tensor([-40.0, 0.0])
    chain = (Ragged.from_list([rows]), never, torch.zeros(2).double(), torch.zeros(2).double())
    assert scaled.forward(Potentials.of(*chain)) is None
    torch.testing.assert_close(log_partition(*chain), rows.sum(dim=0).logsumexp(dim=0)[None])
    torch.testing.assert_close(expectations(*chain).end, rows.sum(dim=0).softmax(dim=0))


def test_what_is_lost_only_on_the_way_back_goes_to_logarithms():
    never = torch.tensor([[0.0, -torch.inf], [-torch.inf, 0.0]]).double()
    rows = torch.tensor([[0.0, -37.0]]).double().repeat(11, 1)
    start = torch.tensor([-100.0, 0.0]).double()
    chain = (Ragged.from_list([rows]), never, start, torch.zeros(2).double())
    potentials = Potentials.of(*chain)
    found = scaled.forward(potentials)
    assert found is not None
    assert scaled.expectations(potentials, found[0], torch.ones(1).double()) is None
    torch.testing.assert_close(expectations(*chain).start, (rows.sum(dim=0) + start).softmax(dim=0))


def test_ten_thousand_steps_in_float32():
    chain = random_chain([10_000, 3], 3, 1.0, torch.float32)
    rows = chain[0].rows.requires_grad_()
    log_Z = log_partition(chain[0].with_rows(rows), *chain[1:])
    (gradient,) = torch.autograd.grad(log_Z.sum(), rows)
    exact = tuple(table.double() for table in chain[1:])
    wanted, (marginals, *_) = by_logarithms((chain[0].with_rows(rows.detach().double()), *exact))
    torch.testing.assert_close(log_Z, wanted, rtol=1e-12, atol=1e-6)
    torch.testing.assert_close(gradient.double(), marginals, rtol=1e-6, atol=1e-6)
    torch.testing.assert_close(gradient.sum(dim=1), torch.ones(len(rows)), rtol=1e-6, atol=1e-6)


def test_no_path_is_minus_infinity_and_not_a_number_stays_one():
    nowhere = torch.full((2, 2), -torch.inf)
    emissions = Ragged.from_list([torch.zeros(2, 2), torch.zeros(1, 2), torch.full((1, 2), -torch.inf)])
    log_Z = log_partition(emissions, nowhere, torch.zeros(2), torch.zeros(2))
    torch.testing.assert_close(log_Z.exp(), torch.tensor([0.0, 2.0, 0.0]).double())
    unknown = Ragged.from_list([torch.full((2, 2), torch.nan)])
    assert log_partition(unknown, torch.zeros(2, 2), torch.zeros(2), torch.zeros(2)).isnan().all()


def test_its_gradient_has_none_itself():
    emissions, *tables = random_chain([3], 2, 1.0)
    rows = emissions.rows.requires_grad_()
    (first,) = torch.autograd.grad(log_partition(emissions.with_rows(rows), *tables).sum(), rows, create_graph=True)
    with pytest.raises(RuntimeError, match="differentiate twice"):
        first.square().sum().backward()
