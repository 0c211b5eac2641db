import pytest
import torch
from torch import Tensor
from torch._dynamo.testing import CompileCounterWithBackend

from unrolled.data.ragged import Ragged
from unrolled.errors import DataError, SettingsError
from unrolled.layers import CRF

FORBIDDEN = torch.tensor([[False, True], [False, False]])


def test_forbidden_ways_have_probability_zero_and_gradients_stay_finite():
    crf = CRF(2, FORBIDDEN, torch.tensor([False, True]))
    for scale in (1.0, 1e4):
        rows = (scale * torch.randn(9, 2, generator=torch.Generator().manual_seed(0))).requires_grad_()
        emissions = Ragged(rows, torch.tensor([5, 1, 3]))
        marginals = crf.marginals(emissions)
        # No start with 1 and no way from 0 to 1: all paths but 0 0 0 … are forbidden.
        assert marginals.rows.tolist() == [[1.0, 0.0]] * 9
        assert crf.decode(emissions)[0].rows.tolist() == [0] * 9
        likelihood = crf.log_likelihood(emissions, emissions.with_rows(torch.zeros(9, dtype=torch.int64)))
        torch.testing.assert_close(likelihood, torch.zeros(3))
        gradients = torch.autograd.grad(likelihood.sum(), [rows, *crf.parameters()])
        assert all(gradient.isfinite().all() for gradient in gradients)
        assert gradients[1][0, 1] == 0


def test_a_compiled_graph_holds_likelihood_marginals_and_decoding_unbroken_whatever_the_lengths():
    crf, counter = CRF(3, torch.eye(3, dtype=torch.bool)), CompileCounterWithBackend("aot_eager")
    for number, parameter in enumerate(crf.parameters()):
        torch.nn.init.normal_(parameter, generator=torch.Generator().manual_seed(number))

    def run(rows: Tensor, labels: Tensor, lengths: Tensor, lengths_of_labels: Tensor) -> tuple[Tensor, ...]:
        emissions = Ragged(rows, lengths)
        paths, scores = crf.decode(emissions)
        likelihood = crf.log_likelihood(emissions, Ragged(labels, lengths_of_labels))
        return likelihood, crf.log_partition(emissions), crf.marginals(emissions).rows, paths.rows, paths.last(), scores

    compiled = torch.compile(run, backend=counter, fullgraph=True, dynamic=True)
    for lengths in ([4, 1, 3, 2], [1, 4, 3, 2], [2, 2, 9, 1], [5, 6], [1, 2, 3, 4, 5, 6]):
        M, both = sum(lengths), (torch.tensor(lengths), torch.tensor(lengths))
        rows = torch.randn(M, 3, generator=torch.Generator().manual_seed(M)).requires_grad_()
        inputs = (rows, torch.arange(M) % 3, *both)
        found, wanted = compiled(*inputs), run(*inputs)
        assert all(torch.equal(one, other) for one, other in zip(found, wanted, strict=True))
        leaves = [rows, *crf.parameters()]
        weights = torch.arange(1.0, len(lengths) + 1)
        d_found, d_wanted = (
            torch.autograd.grad((weights * (likelihood + log_Z.sin())).sum(), leaves)
            for likelihood, log_Z, *_ in (found, wanted)
        )
        for one, other in zip(d_found, d_wanted, strict=True):
            torch.testing.assert_close(one, other)
    assert counter.frame_count == 1
    torch.compiler.reset()


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_half_precision_is_taken_in_the_type_of_the_parameters(dtype: torch.dtype):
    crf = CRF(3, torch.eye(3, dtype=torch.bool))
    torch.nn.init.normal_(crf.transitions, generator=torch.Generator().manual_seed(1))
    half = Ragged(torch.randn(9, 3, generator=torch.Generator().manual_seed(2)).to(dtype), torch.tensor([5, 1, 3]))
    whole, labels = half.with_rows(half.rows.float()), half.with_rows(torch.arange(9) % 3)
    for found, wanted in (
        (crf.log_likelihood(half, labels), crf.log_likelihood(whole, labels)),
        (crf.log_partition(half), crf.log_partition(whole)),
        (crf.marginals(half).rows, crf.marginals(whole).rows),
        (crf.decode(half)[0].rows, crf.decode(whole)[0].rows),
    ):
        assert found.dtype == wanted.dtype
        assert torch.equal(found, wanted)
    assert crf.n_best(half, 2) == crf.n_best(whole, 2)


def test_under_autocast_its_gradients_are_those_of_float32():
    crf, output = CRF(3), torch.nn.Linear(4, 3)
    x, labels = torch.randn(9, 4, generator=torch.Generator().manual_seed(3)), torch.arange(9) % 3
    with torch.autocast("cpu", torch.bfloat16):
        emissions = Ragged(output(x), torch.tensor([5, 1, 3]))
        assert emissions.rows.dtype == torch.bfloat16
        likelihood = crf.log_likelihood(emissions, emissions.with_rows(labels))
    assert likelihood.dtype == torch.float32
    likelihood.sum().backward()
    found = [parameter.grad for parameter in crf.parameters()]
    crf.zero_grad()
    whole = emissions.with_rows(emissions.rows.detach().float())
    crf.log_likelihood(whole, whole.with_rows(labels)).sum().backward()
    for one, parameter in zip(found, crf.parameters(), strict=True):
        assert one is not None
        assert parameter.grad is not None
        assert torch.equal(one, parameter.grad)
    assert output.weight.grad is not None


def test_what_does_not_fit_is_refused_when_the_graph_runs():
    crf = CRF(3, torch.eye(3, dtype=torch.bool))

    def likelihood(rows: Tensor, labels: Tensor, lengths: Tensor, lengths_of_labels: Tensor) -> Tensor:
        return crf.log_likelihood(Ragged(rows, lengths), Ragged(labels, lengths_of_labels))

    def decode(rows: Tensor, lengths: Tensor) -> Tensor:
        return crf.decode(Ragged(rows, lengths))[1]

    graphs = [torch.compile(one, backend="aot_eager", fullgraph=True) for one in (likelihood, decode)]
    rows, labels, lengths = torch.zeros(10, 3), torch.arange(10) % 3, torch.tensor([4, 6])
    for graph, arguments, message in (
        (0, (labels, lengths, torch.tensor([5, 5])), r"labels have lengths \[5 5\], emissions \[4 6\]"),
        (0, (labels, *[torch.tensor([4, 5])] * 2), r"the 2 lengths sum to 9, but rows has shape \(10, 3\)"),
        (0, (labels[:8], lengths, lengths), r"the 2 lengths sum to 10, but rows has shape \(8,\)"),
        (0, (labels // 2, lengths, lengths), "is forbidden"),
        (0, (labels + 1, lengths, lengths), "labels go from 1 to 3"),
        (1, (torch.tensor([4, 5]),), "the 2 lengths sum to 9"),
        (1, (torch.tensor([10, 0]),), "sequence 1 has length 0"),
    ):
        with pytest.raises(DataError, match=message):
            graphs[graph](rows, *arguments)
    torch.compiler.reset()


@pytest.mark.parametrize("scale", [1.0, 1e4])
def test_a_likelihood_of_ten_thousand_steps_is_right_in_float32(scale: float):
    generator = torch.Generator().manual_seed(2)
    rows = scale * torch.randn(10_000, 3, generator=generator)
    labels = torch.randint(3, (10_000,), generator=generator)
    emissions = Ragged(rows.requires_grad_(), torch.tensor([10_000]))
    # Without transitions the chain is a softmax at each step, whose sum float64 holds.
    crf = CRF(3)
    found = crf.log_likelihood(emissions, emissions.with_rows(labels))
    wanted = rows.detach().double().log_softmax(dim=1).gather(1, labels[:, None]).sum()
    assert found.dtype == torch.float32
    torch.testing.assert_close(found[0].double(), wanted, rtol=1e-6, atol=0)
    (gradient,) = torch.autograd.grad(found.sum(), rows)
    indicator = torch.nn.functional.one_hot(labels, 3).float()
    torch.testing.assert_close(gradient, indicator - rows.detach().softmax(dim=1), rtol=1e-5, atol=1e-6)


def test_parameters_at_forbidden_places_do_not_matter_and_are_kept():
    crf, emissions = CRF(2, FORBIDDEN), Ragged.from_list([torch.zeros(3, 2)])
    before = crf.log_partition(emissions)
    crf.transitions.data[0, 1] = 1e30
    assert torch.equal(crf.log_partition(emissions), before)
    assert set(crf.state_dict()) == {"transitions", "start", "end"}


def test_the_callers_mask_may_change_afterwards():
    mask = torch.zeros(2, 2, dtype=torch.bool)
    crf = CRF(2, mask)
    mask[:] = True
    assert not crf.forbidden.any()


def test_labels_that_take_a_forbidden_way_are_named():
    crf = CRF(2, FORBIDDEN, torch.tensor([False, True]))
    emissions = Ragged(torch.zeros(5, 2), torch.tensor([2, 3]))
    with pytest.raises(DataError, match=r"sequence 1 go from 0 to 1 at step 2"):
        crf.log_likelihood(emissions, emissions.with_rows(torch.tensor([0, 0, 0, 0, 1])))
    with pytest.raises(DataError, match=r"sequence 0 go from the start to 1 at step 0"):
        crf.log_likelihood(emissions, emissions.with_rows(torch.tensor([1, 0, 0, 0, 0])))
    # The step from one sequence to the next is none.
    crf = CRF(2, torch.tensor([[False, True], [True, False]]))
    assert crf.log_likelihood(emissions, emissions.with_rows(torch.tensor([0, 0, 1, 1, 1]))).isfinite().all()


def test_mistakes_are_named():
    with pytest.raises(SettingsError, match="num_labels is 0"):
        CRF(0)
    with pytest.raises(SettingsError, match=r"forbidden is \(2,\)"):
        CRF(2, torch.zeros(2, dtype=torch.bool))
    with pytest.raises(SettingsError, match=r"forbidden_start is \(2,\), torch.float32"):
        CRF(2, None, torch.zeros(2))
    with pytest.raises(SettingsError, match="no path"):
        CRF(2, torch.tensor([[True, False], [True, True]]))
    crf, emissions = CRF(2), Ragged.from_list([torch.zeros(3, 2)])
    with pytest.raises(DataError, match=r"Give \(M, 2\)"):
        crf.log_likelihood(Ragged.from_list([torch.zeros(3, 4)]), emissions)
    with pytest.raises(DataError, match="one int64 label for each step"):
        crf.log_likelihood(emissions, Ragged.from_list([torch.tensor([0, 1])]))
    with pytest.raises(DataError, match="labels go from 0 to 2"):
        crf.log_likelihood(emissions, emissions.with_rows(torch.tensor([0, 1, 2])))
