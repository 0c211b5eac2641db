import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Any

import pytest
import torch
from torch import nn

from unrolled.training.determinism import same_bits


def test_indexed_rows_get_the_same_gradient_from_any_number_of_threads_twice():
    # on several threads torch's backward pass of weights[indices] adds in the order of their arrival
    generator = torch.Generator().manual_seed(0)
    indices = torch.randint(0, 50, (20_000,), generator=generator)
    upstream = torch.randn(20_000, 64, generator=generator)

    def gradient() -> torch.Tensor:
        weights = torch.zeros(50, 64, requires_grad=True)
        (weights[indices] * upstream).sum().backward()
        assert weights.grad is not None
        return weights.grad

    with same_bits(nn.Linear(1, 1), num_threads=2):
        first = gradient()
        assert all(torch.equal(first, gradient()) for _ in range(8))


def state() -> tuple[int, bool, int]:
    memory: Any = torch.utils.deterministic
    return torch.get_deterministic_debug_mode(), memory.fill_uninitialized_memory, torch.get_num_threads()


def in_a_new_thread(function: Callable[[], Any]) -> Any:
    found: list[Any] = []
    thread = threading.Thread(target=lambda: found.append(function()))
    thread.start()
    thread.join()
    return found[0]


@contextmanager
def two_threads() -> Generator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    try:
        yield
    finally:
        torch.set_num_threads(before)


@pytest.mark.parametrize("first_to_end", [0, 1])
@pytest.mark.parametrize("raises", [False, True])
def test_fits_of_two_threads_that_overlap_leave_torch_as_it_was(first_to_end: int, raises: bool) -> None:
    # the second to begin found the first one's mode, and left it as what had been before
    begun, ended = [threading.Event(), threading.Event()], [threading.Event(), threading.Event()]
    within: dict[int, tuple[int, bool, int]] = {}
    after: dict[int, int] = {}

    def fit(number: int, num_threads: int) -> None:
        if number:
            begun[0].wait(60)
        try:
            with same_bits(nn.Linear(1, 1), num_threads):
                begun[number].set()
                begun[1 - number].wait(60)
                if number != first_to_end:
                    ended[1 - number].wait(60)
                within[number] = state()
                if raises:
                    raise KeyError
        except KeyError:
            pass
        after[number] = torch.get_num_threads()
        ended[number].set()

    with two_threads():
        before = state()
        fits = [threading.Thread(target=fit, args=arguments) for arguments in ((0, 1), (1, 3))]
        for thread in fits:
            thread.start()
        for thread in fits:
            thread.join()
        assert within == {0: (2, False, 1), 1: (2, False, 3)}
        assert after == {0: 2, 1: 2}
        assert state() == before
        assert in_a_new_thread(torch.get_num_threads) == 2


def test_a_fit_within_a_fit_goes_back_to_the_outer_ones_number() -> None:
    with two_threads():
        before = state()
        with same_bits(nn.Linear(1, 1), 1):
            with same_bits(nn.Linear(1, 1), 3):
                assert state() == (2, False, 3)
            assert state() == (2, False, 1)
        assert state() == before
        with same_bits(nn.Linear(1, 1), None):
            assert state() == (2, False, 2)
        assert state() == before


def test_a_network_on_another_device_leaves_the_mode_alone() -> None:
    before = state()
    with same_bits(nn.Linear(1, 1, device="meta"), None):
        assert state() == before
