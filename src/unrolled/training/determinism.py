"""The conditions under which the same seed gives the same bits."""

from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

import torch
from torch import nn

__all__ = ["same_bits"]


@contextmanager
def same_bits(network: nn.Module, num_threads: int | None) -> Generator[None]:
    """Run torch with a number of threads and, for a network on the CPU, with deterministic algorithms only.

    Without the latter the backward pass of `weights[indices]` adds up from several threads in the order of their
    arrival. On other devices torch's own setting stands. Both are as before afterwards.
    """
    threads, mode = torch.get_num_threads(), torch.get_deterministic_debug_mode()
    memory: Any = torch.utils.deterministic  # a module with a property, which no type can show
    fill: bool = memory.fill_uninitialized_memory
    if num_threads is not None:
        torch.set_num_threads(num_threads)
    if all(p.device.type == "cpu" for p in network.parameters()):
        # As use_deterministic_algorithms does, which also loads torch's compiler: 70 MiB and seconds.
        torch.set_deterministic_debug_mode("error")
        memory.fill_uninitialized_memory = False  # costs time, and only uninitialised reads need it
    try:
        yield
    finally:
        memory.fill_uninitialized_memory = fill
        torch.set_deterministic_debug_mode(mode)
        torch.set_num_threads(threads)
