"""Memory of large tensors: used again once nobody has them, and never before."""

import mmap
import os
import threading

import pytest
import torch

from unrolled.data import Ragged
from unrolled.kernels import memory
from unrolled.layers import Recurrent

LARGE = 1 << 20  # floats
empty = memory.maker(torch.ones(1), 16 * LARGE)


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "_memories", [])


def test_small_tensors_are_torchs() -> None:
    assert empty(3, 4).shape == (3, 4)
    assert memory.maker(torch.ones(1), 12)(3, 4).shape == (3, 4)
    assert memory._memories == []


def test_what_is_free_is_used_again() -> None:
    first = empty(2, LARGE)
    assert (first.shape, first.dtype, first.is_contiguous()) == ((2, LARGE), torch.float32, True)
    place = first.data_ptr()
    del first
    assert empty(2 * LARGE - 7).data_ptr() == place
    assert len(memory._memories) == 1


def test_what_a_tensor_has_is_nobody_elses() -> None:
    first = empty(LARGE).fill_(1.0)
    view = first[5:10]
    del first
    second = empty(LARGE).fill_(2.0)
    assert view.tolist() == [1.0] * 5
    assert second.min() == 2.0


def test_a_large_result_is_a_tensor_like_any_other() -> None:
    with torch.no_grad():
        one = empty(2, LARGE).zero_()
    assert not one._is_view()
    one += torch.ones(LARGE, requires_grad=True)
    assert one.requires_grad
    assert one.untyped_storage().nbytes() == 4 * one.numel()  # what is saved with it, or copied


def test_no_more_comes_back_than_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "_MOST", 20 * LARGE)
    held = [empty(LARGE).fill_(n) for n in range(6)]
    assert sum(len(one) for one in memory._memories) <= 20 * LARGE
    assert [one[-1].item() for one in held] == [0, 1, 2, 3, 4, 5]


def test_other_sizes_take_the_place_of_what_is_too_small() -> None:
    for size in range(LARGE, 2 * LARGE, LARGE // 20):
        empty(size)
        assert len(memory._memories) == 1
    empty(5 * LARGE)
    assert len(memory._memories) == 2
    empty(LARGE * 3 // 5)  # more than twice the room would be too much
    assert len(memory._memories) == 3


def test_idle_memory_is_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "_IDLE", 12 * LARGE)
    held = [empty(size * LARGE) for size in (1, 2, 4, 8)]
    assert len(memory._memories) == 4
    del held
    empty(16 * LARGE)
    assert [len(kept) // LARGE for kept in memory._memories] == [72]


@pytest.mark.skipif(not hasattr(mmap, "MADV_HUGEPAGE"), reason="no huge pages here")
def test_a_kernel_without_huge_pages_will_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mmap, "MADV_HUGEPAGE", 9999)  # no advice that a kernel knows
    assert empty(LARGE).fill_(1.0).sum() == LARGE
    assert len(memory._memories) == 1


def test_threads_get_memory_of_their_own() -> None:
    wrong: list[int] = []

    def work(number: int) -> None:
        for _ in range(200):
            mine = empty(LARGE)
            mine[:9] = number
            if mine[:9].tolist() != [number] * 9:
                wrong.append(number)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
    assert len(memory._memories) <= 2 * len(threads)  # the one before is let go after the next is there


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_forked_process_writes_elsewhere() -> None:
    mine = empty(LARGE).fill_(1.0)
    child = os.fork()
    if child == 0:
        mine[:9] = 2.0
        theirs = empty(LARGE)
        theirs[:9] = 3.0
        os._exit(0 if mine[0] == 2.0 else 1)
    assert os.waitpid(child, 0)[1] == 0
    assert mine[:9].tolist() == [1.0] * 9


def test_a_step_of_a_large_layer_leaves_its_results_alone() -> None:
    """Outputs and gradients of one step, held, through the next; and once more from the graph of the first."""
    torch.manual_seed(1)
    layer = Recurrent("lstm", 130, 130, bidirectional=True)
    x = [Ragged.from_list([torch.randn(400, 130) for _ in range(12)]) for _ in range(2)]
    for each in x:
        each.rows.requires_grad_()
    first = layer(x[0])[0].rows
    kept = first.clone()
    (gradient,) = torch.autograd.grad(first.sum(), x[0].rows, retain_graph=True)
    kept_gradient = gradient.clone()
    second = layer(x[1])[0].rows
    torch.autograd.grad(second.sum(), x[1].rows)
    assert torch.equal(first, kept)
    assert torch.equal(gradient, kept_gradient)
    assert torch.equal(torch.autograd.grad(first.sum(), x[0].rows)[0], kept_gradient)
    assert memory._memories
