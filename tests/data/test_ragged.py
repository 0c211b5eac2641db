import dataclasses
from collections.abc import Callable

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor
from torch._dynamo.testing import CompileCounterWithBackend
from torch.nn.utils.rnn import PackedSequence, pack_padded_sequence, pack_sequence, pad_sequence

from unrolled.data import Ragged
from unrolled.errors import DataError

DTYPES = [torch.float32, torch.float64, torch.int64]
FLOAT_DTYPES = [torch.float32, torch.float64]
# A busy machine may hold up one example for longer than hypothesis allows.
quick = settings(deadline=None, max_examples=40)


@st.composite
def sequences(draw: st.DrawFn, dtypes: list[torch.dtype] = DTYPES) -> list[Tensor]:
    """Sequences of small whole numbers, so that sums are exact, equal values and length 1 among them."""
    lengths = draw(st.lists(st.integers(1, 7), min_size=1, max_size=6))
    trailing = draw(st.sampled_from([(), (1,), (3,), (2, 3)]))
    dtype = draw(st.sampled_from(dtypes))
    generator = torch.Generator().manual_seed(draw(st.integers(0, 2**31)))
    return [torch.randint(-4, 5, (length, *trailing), generator=generator).to(dtype) for length in lengths]


def same(actual: Tensor, expected: Tensor) -> None:
    torch.testing.assert_close(actual, expected, rtol=0, atol=0)


def gradient(operation: Callable[[Ragged], Tensor], parts: list[Tensor]) -> tuple[Tensor, Tensor]:
    """Return the operation's value and the gradient of its randomly weighted sum with respect to the rows."""
    batch = Ragged.from_list(parts)
    rows = batch.rows.clone().requires_grad_()
    value = operation(batch.with_rows(rows))
    weights = torch.randint(-3, 4, value.shape, generator=torch.Generator().manual_seed(5)).to(value.dtype)
    (d_rows,) = torch.autograd.grad((value * weights).sum(), rows)
    return value.detach(), d_rows


# operation on the batch, and its plain twin on the list of sequences
TWINS: dict[str, tuple[Callable[[Ragged], Tensor], Callable[[list[Tensor]], Tensor]]] = {
    "rows": (lambda batch: batch.rows, torch.cat),
    "to_list": (lambda batch: torch.cat(batch.to_list()[::-1]), lambda parts: torch.cat(parts[::-1])),
    "padded": (lambda batch: batch.padded(-9), lambda parts: pad_sequence(parts, batch_first=True, padding_value=-9)),
    "reverse": (lambda batch: batch.reverse().rows, lambda parts: torch.cat([part.flip(0) for part in parts])),
    "first": (lambda batch: batch.first(), lambda parts: torch.stack([part[0] for part in parts])),
    "last": (lambda batch: batch.last(), lambda parts: torch.stack([part[-1] for part in parts])),
    "max": (lambda batch: batch.max(), lambda parts: torch.stack([part.amax(0) for part in parts])),
    "to_packed": (lambda batch: batch.to_packed().data, lambda parts: pack_sequence(stably_sorted(parts)).data),
    "sort": (lambda batch: batch.time_major().sort(batch.rows), lambda parts: pack_sequence(stably_sorted(parts)).data),
    "from_packed": (
        lambda batch: Ragged.from_packed(pack_sequence(batch.to_list(), enforce_sorted=False)).rows,
        torch.cat,
    ),
    "from_padded": (lambda batch: Ragged.from_padded(batch.padded(7), batch.lengths).rows, torch.cat),
}
MEAN = (lambda batch: batch.mean(), lambda parts: torch.stack([part.sum(0) / len(part) for part in parts]))


def stably_sorted(parts: list[Tensor]) -> list[Tensor]:
    return sorted(parts, key=len, reverse=True)


@pytest.mark.parametrize("name", TWINS)
@quick
@given(parts=sequences())
def test_values_equal_the_plain_twin(name: str, parts: list[Tensor]) -> None:
    operation, twin = TWINS[name]
    before = [part.clone() for part in parts]
    same(operation(Ragged.from_list(parts)), twin(parts))
    for part, copy in zip(parts, before, strict=True):
        same(part, copy)


@pytest.mark.parametrize("name", [*TWINS, "mean"])
@quick
@given(parts=sequences(FLOAT_DTYPES))
def test_gradients_equal_the_plain_twin(name: str, parts: list[Tensor]) -> None:
    operation, twin = {**TWINS, "mean": MEAN}[name]
    value, d_rows = gradient(operation, parts)
    expected, expected_d_rows = gradient(lambda batch: twin(list(batch.rows.split(batch.lengths.tolist()))), parts)
    same(value, expected)
    # max of seven equal rows gives each 1/7, in another order of operations: one unit in the last place.
    torch.testing.assert_close(d_rows, expected_d_rows, rtol=1e-6, atol=0)


@pytest.mark.parametrize("name", [*TWINS, "mean"])
def test_first_and_second_derivatives_against_finite_differences(name: str) -> None:
    operation = MEAN[0] if name == "mean" else TWINS[name][0]
    generator = torch.Generator().manual_seed(3)
    rows = torch.randn(9, 2, generator=generator, dtype=torch.float64, requires_grad=True)
    lengths = torch.tensor([2, 4, 1, 2])
    assert torch.autograd.gradcheck(lambda rows: operation(Ragged(rows, lengths)), rows)
    assert torch.autograd.gradgradcheck(lambda rows: operation(Ragged(rows, lengths)).tanh(), rows)


@quick
@given(parts=sequences())
def test_round_trips_keep_the_order(parts: list[Tensor]) -> None:
    batch = Ragged.from_list(parts)
    for again in (
        Ragged.from_list(batch.to_list()),
        Ragged.from_packed(batch.to_packed()),
        Ragged.from_padded(batch.padded(), batch.lengths),
        batch.reverse().reverse(),
        batch.with_rows(batch.time_major().restore(batch.time_major().sort(batch.rows))),
    ):
        same(again.rows, batch.rows)
        same(again.lengths, batch.lengths)
    for returned, part in zip(batch.to_list(), parts, strict=True):
        same(returned, part)


@quick
@given(parts=sequences(), enforce_sorted=st.booleans())
def test_packed_sequences_of_torch_come_back_in_the_caller_s_order(parts: list[Tensor], enforce_sorted: bool) -> None:
    if enforce_sorted:
        parts = stably_sorted(parts)
    lengths = torch.tensor([len(part) for part in parts])
    packed = pack_padded_sequence(pad_sequence(parts), lengths, enforce_sorted=enforce_sorted)
    batch = Ragged.from_packed(packed)
    same(batch.rows, torch.cat(parts))
    same(batch.lengths, lengths)


@quick
@given(parts=sequences())
def test_to_packed_has_torch_s_layout(parts: list[Tensor]) -> None:
    ours = Ragged.from_list(parts).to_packed()
    theirs = pack_sequence(stably_sorted(parts))
    assert isinstance(ours, PackedSequence)
    same(ours.data, theirs.data)
    same(ours.batch_sizes, theirs.batch_sizes)
    assert ours.sorted_indices is not None
    assert ours.unsorted_indices is not None
    same(ours.sorted_indices[ours.unsorted_indices], torch.arange(len(parts)))


def test_torch_s_lstm_gives_the_caller_s_order_on_to_packed() -> None:
    torch_lstm = torch.nn.LSTM(2, 3, dtype=torch.float64)
    generator = torch.Generator().manual_seed(0)
    parts = [torch.randn(length, 2, generator=generator, dtype=torch.float64) for length in (2, 5, 1, 5)]
    packed_out, (a_last, _) = torch_lstm(Ragged.from_list(parts).to_packed())
    out = Ragged.from_packed(packed_out)
    for i, part in enumerate(parts):
        alone, _ = torch_lstm(part[:, None])
        torch.testing.assert_close(out.to_list()[i], alone[:, 0])
        torch.testing.assert_close(a_last[0, i], alone[-1, 0])


@quick
@given(parts=sequences())
def test_time_major_visits_every_step_of_the_longest_first(parts: list[Tensor]) -> None:
    batch = Ragged.from_list(parts)
    order = batch.time_major()
    lengths = [len(part) for part in parts]
    longest_first = sorted(range(len(parts)), key=lambda i: -lengths[i])
    starts = [sum(lengths[:i]) for i in range(len(parts))]
    visits = [starts[i] + t for t in range(max(lengths)) for i in longest_first if t < lengths[i]]
    assert order.order.tolist() == visits
    assert order.sequence_order.tolist() == longest_first
    assert order.batch_sizes.tolist() == [sum(length > t for length in lengths) for t in range(max(lengths))]
    same(order.order[order.inverse], torch.arange(batch.num_rows))
    same(order.sequence_order[order.sequence_inverse], torch.arange(len(parts)))


@quick
@given(parts=sequences())
def test_positions_lengths_and_mask(parts: list[Tensor]) -> None:
    batch = Ragged.from_list(parts)
    lengths = [len(part) for part in parts]
    assert batch.lengths.tolist() == lengths
    assert (len(batch), batch.num_rows, batch.max_length) == (len(parts), sum(lengths), max(lengths))
    assert batch.offsets.tolist() == [sum(lengths[:i]) for i in range(len(parts) + 1)]
    assert batch.sequence_numbers.tolist() == [i for i, length in enumerate(lengths) for _ in range(length)]
    assert batch.steps.tolist() == [t for length in lengths for t in range(length)]
    assert batch.mask().tolist() == [[t < length for t in range(max(lengths))] for length in lengths]
    same(batch.padded()[batch.mask()], batch.rows)


@quick
@given(parts=sequences(FLOAT_DTYPES), data=st.data())
def test_a_sequence_is_treated_alike_alone_and_in_any_batch(parts: list[Tensor], data: st.DataObject) -> None:
    i = data.draw(st.integers(0, len(parts) - 1))
    alone, batch = Ragged.from_list([parts[i]]), Ragged.from_list(parts)
    same(batch.mean()[i], alone.mean()[0])
    same(batch.max()[i], alone.max()[0])
    same(batch.reverse().to_list()[i], alone.reverse().rows)


def test_the_mean_of_a_sequence_is_bit_for_bit_the_same_in_a_large_batch() -> None:
    generator = torch.Generator().manual_seed(1)
    parts = [torch.randn(length, 16, generator=generator) for length in torch.arange(400) % 37 + 1]
    means = Ragged.from_list(parts).mean()
    for i in range(0, 400, 13):
        same(means[i], Ragged.from_list([parts[i]]).mean()[0])
        torch.testing.assert_close(means[i], parts[i].double().mean(0).float(), rtol=1e-5, atol=1e-6)


def test_with_rows_keeps_lengths_and_computes_their_order_once() -> None:
    batch = Ragged.from_list([torch.ones(2), torch.ones(3)])
    output = batch.with_rows(torch.zeros(5, 4))
    assert output.lengths is batch.lengths
    assert output.rows.shape == (5, 4)
    assert output.time_major() is batch.time_major()
    with pytest.raises(DataError, match="sum to 5, but rows has shape"):
        batch.with_rows(torch.zeros(4))


def test_padding_and_missing_values() -> None:
    batch = Ragged.from_list([torch.tensor([1.0]), torch.tensor([2.0, float("nan")])])
    assert batch.padded(float("-inf"))[0, 1] == float("-inf")
    assert batch.max()[1].isnan()
    assert batch.max()[0] == 1
    assert batch.mean()[0] == 1


def test_rows_of_width_0_and_of_booleans() -> None:
    empty = Ragged.from_list([torch.ones(2, 0), torch.ones(1, 0)])
    assert (empty.mean().shape, empty.max().shape, empty.padded().shape) == ((2, 0), (2, 0), (2, 2, 0))
    assert Ragged.from_packed(empty.reverse().to_packed()).rows.shape == (3, 0)
    flags = Ragged.from_list([torch.tensor([True]), torch.tensor([True, True])])
    assert flags.padded().tolist() == [[True, False], [True, True]]


def test_integers_that_cannot_be_padded_or_averaged_are_refused() -> None:
    batch = Ragged.from_list([torch.tensor([1, 2])])
    for value in (0.5, float("nan"), float("inf")):
        with pytest.raises(DataError, match="Give a whole number"):
            batch.padded(value)
    with pytest.raises(DataError, match=r"torch.int64 have no mean"):
        batch.mean()


def test_a_graph_pools_and_turns_a_batch_whatever_its_lengths() -> None:
    counter = CompileCounterWithBackend("aot_eager")

    def run(batch: Ragged) -> tuple[Tensor, ...]:
        return batch.first(), batch.last(), batch.mean(), batch.max(), batch.reverse().rows

    compiled = torch.compile(run, backend=counter, fullgraph=True, dynamic=True)
    for lengths in ([4, 1, 3, 2], [1, 4, 3, 2], [5, 6], [1, 2, 3, 4, 5, 6]):
        rows = torch.randn(sum(lengths), 3, generator=torch.Generator().manual_seed(1)).requires_grad_()
        batch, same = (Ragged(rows, torch.tensor(lengths)) for _ in range(2))
        found, wanted = compiled(batch), run(same)
        assert all(torch.equal(one, other) for one, other in zip(found, wanted, strict=True))
        gradients = (torch.autograd.grad(sum(one.sin().sum() for one in all_), rows) for all_ in (found, wanted))
        torch.testing.assert_close(*gradients)
        # What the graph found of the layout stays with the batch.
        assert batch.offsets is batch.offsets
        assert torch.equal(batch.offsets, same.offsets)
    assert counter.frame_count == 1
    torch.compiler.reset()


def test_a_ragged_batch_is_frozen() -> None:
    batch = Ragged.from_list([torch.ones(2)])
    with pytest.raises(dataclasses.FrozenInstanceError):
        batch.rows = torch.zeros(2)  # type: ignore[misc]


BAD = {
    "lengths that do not sum to the rows": (lambda: Ragged(torch.ones(4), torch.tensor([1, 2])), r"2 lengths sum to 3"),
    "length 0": (lambda: Ragged(torch.ones(2), torch.tensor([2, 0])), "sequence 1 has length 0"),
    "negative length": (lambda: Ragged(torch.ones(2), torch.tensor([3, -1])), "sequence 1 has length -1"),
    "int32 lengths": (lambda: Ragged(torch.ones(2), torch.tensor([2], dtype=torch.int32)), "torch.int32"),
    "float lengths": (lambda: Ragged(torch.ones(2), torch.tensor([2.0])), "torch.float32"),
    "lengths of two dimensions": (lambda: Ragged(torch.ones(2), torch.tensor([[2]])), r"shape \(1, 1\)"),
    "lengths elsewhere": (lambda: Ragged(torch.ones(2), torch.tensor([2], device="meta")), "on meta"),
    "no lengths": (lambda: Ragged(torch.ones(0), torch.tensor([], dtype=torch.int64)), "N >= 1"),
    "rows without dimension": (lambda: Ragged(torch.tensor(1.0), torch.tensor([1])), "rows has no dimension"),
    "an empty list": (lambda: Ragged.from_list([]), "at least one sequence"),
    "an empty sequence": (lambda: Ragged.from_list([torch.ones(1), torch.ones(0)]), r"sequence 1 has shape \(0,\)"),
    "a scalar": (lambda: Ragged.from_list([torch.tensor(1.0)]), r"sequence 0 has shape \(\)"),
    "other widths": (lambda: Ragged.from_list([torch.ones(1, 2), torch.ones(1, 3)]), r"sequence 1 .*\(3,\).*\(2,\)"),
    "other dtypes": (lambda: Ragged.from_list([torch.ones(1), torch.ones(1).double()]), "float64, sequence 0"),
    "padded too short": (lambda: Ragged.from_padded(torch.ones(1, 2), [3]), r"shape \(1, 2\).* the longest 3"),
    "padded of other N": (lambda: Ragged.from_padded(torch.ones(2, 2), [1]), r"shape \(2, 2\), but there are 1"),
    "padded of one dimension": (lambda: Ragged.from_padded(torch.ones(2), [1, 1]), "batch first"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_cannot_be_a_batch_is_refused_with_what_was_found(name: str) -> None:
    make, message = BAD[name]
    with pytest.raises(DataError, match=message):
        make()


def test_the_sum_over_time_is_of_each_sequence_alone_and_of_any_type() -> None:
    sequences = [torch.tensor([[1, 2], [3, 4], [5, 6]]), torch.tensor([[7, 8]])]
    assert Ragged.from_list(sequences).sum().tolist() == [[9, 12], [7, 8]]
    rows = torch.tensor([1.0, 2.0, 3.0], dtype=torch.float64, requires_grad=True)
    (Ragged(rows, torch.tensor([2, 1])).sum() * torch.tensor([5.0, 7.0])).sum().backward()
    assert rows.grad is not None
    assert rows.grad.tolist() == [5.0, 5.0, 7.0]
