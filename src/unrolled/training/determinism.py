"""The conditions under which the same seed gives the same bits."""

import threading
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import nn

__all__ = ["same_bits"]


@dataclass
class _Process:
    """What fits of this process have set in torch, which has one state for all threads.

    Attributes:
        lock: held while it is read or changed.
        strict: how many fits need deterministic algorithms now.
        before: torch's mode, and whether it filled memory, before the first of them.
        numbers: the number of threads that each running fit has set, with the thread that it runs in.
        threads: torch's number before the first of those.
    """

    lock: threading.Lock = field(default_factory=threading.Lock)
    strict: int = 0
    before: tuple[int, bool] = (0, True)
    numbers: list[tuple[int, int]] = field(default_factory=list[tuple[int, int]])
    threads: int = 1


_process = _Process()


@contextmanager
def same_bits(network: nn.Module, num_threads: int | None) -> Generator[None]:
    """Run torch with a number of threads and, for a network on the CPU, with deterministic algorithms only.

    Without the latter the backward pass of `weights[indices]` adds up from several threads in the order of their
    arrival. On other devices torch's own setting stands. Both are as before afterwards: where fits of several threads
    overlap, the mode when the last of them has ended, as it was before the first began.
    """
    strict = all(p.device.type == "cpu" for p in network.parameters())
    with _process.lock:
        back = None if num_threads is None else _take_threads(num_threads)
        if strict:
            _be_strict()
    try:
        yield
    finally:
        with _process.lock:
            if strict:
                _be_as_before()
            if num_threads is not None and back is not None:
                _process.numbers.remove((threading.get_ident(), num_threads))
                torch.set_num_threads(back)


def _be_strict() -> None:
    memory: Any = torch.utils.deterministic  # a module with a property, which no type can show
    if not _process.strict:
        _process.before = torch.get_deterministic_debug_mode(), memory.fill_uninitialized_memory
    _process.strict += 1
    # As use_deterministic_algorithms does, which also loads torch's compiler: 70 MiB and seconds.
    torch.set_deterministic_debug_mode("error")
    memory.fill_uninitialized_memory = False  # costs time, and only uninitialised reads need it


def _be_as_before() -> None:
    _process.strict -= 1
    if not _process.strict:
        memory: Any = torch.utils.deterministic
        mode, memory.fill_uninitialized_memory = _process.before
        torch.set_deterministic_debug_mode(mode)


def _take_threads(number: int) -> int:
    """Set this thread's number and return the one to go back to.

    A thread has a number of its own, but a new one begins with that which any thread has set last: with that of
    another fit it would be left for ever.
    """
    own, here = torch.get_num_threads(), threading.get_ident()
    if not _process.numbers:
        _process.threads = own
    of_others = {taken for thread, taken in _process.numbers if thread != here}
    is_ours = any(thread == here for thread, _ in _process.numbers)
    _process.numbers.append((here, number))
    torch.set_num_threads(number)
    return _process.threads if own in of_others and not is_ours else own
