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
    threads = torch.get_num_threads()
    deterministic = torch.are_deterministic_algorithms_enabled()
    warn_only = torch.is_deterministic_algorithms_warn_only_enabled()
    memory: Any = torch.utils.deterministic  # a module with a property, which no type can show
    fill: bool = memory.fill_uninitialized_memory
    if num_threads is not None:
        torch.set_num_threads(num_threads)
    if all(p.device.type == "cpu" for p in network.parameters()):
        torch.use_deterministic_algorithms(True)
        memory.fill_uninitialized_memory = False  # costs time, and only uninitialised reads need it
    try:
        yield
    finally:
        memory.fill_uninitialized_memory = fill
        torch.use_deterministic_algorithms(deterministic, warn_only=warn_only)
        torch.set_num_threads(threads)
