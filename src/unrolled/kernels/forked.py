"""Forked processes: a child has its parent's memory and none of its threads.

torch and the native engine share one OpenMP pool of threads, and GNU's OpenMP does not notice a fork: a child would
wait for ever for threads that it does not have. So who forks ends its pool's threads first; its next call starts them
again, and the child may start some of its own. It begins with one thread, since children mostly come in numbers.
"""

import ctypes
import os
import warnings
from collections.abc import Callable
from dataclasses import dataclass

import torch

__all__ = ["num_threads", "tell"]

_SOFT = 1  # omp_pause_soft, of the two kinds the one that keeps what is no thread


@dataclass
class _Process:
    threads_before: int = 0  # of the parent, where it had several and this process has not spoken of it
    ended: bool = False  # its pool's threads, for the fork that comes
    lost: bool = False  # forked with threads that had not ended: several of its own would not start


_process = _Process()


def num_threads() -> int:
    """How many threads a call of the engine may take: torch's number. Tells of a fork, as `tell` does."""
    if _process.threads_before:
        tell()
    return 1 if _process.lost else torch.get_num_threads()


def tell() -> None:
    """Warn, once a process, that it was forked and works on one thread where its parent had several.

    Nothing is said where it has been given more since, and in the workers of torch's data loaders, which torch itself
    keeps to one thread. In a graph this does nothing.
    """
    if torch.compiler.is_compiling() or not _process.threads_before:
        return
    before, _process.threads_before = _process.threads_before, 0
    if torch.utils.data.get_worker_info() is not None or (torch.get_num_threads() > 1 and not _process.lost):
        return
    way_out = (
        "The OpenMP library here cannot end its threads before a fork, so leave it at one."
        if _process.lost
        else "torch.set_num_threads(n) gives it more."
    )
    warnings.warn(
        f"This process was forked from one with {before} threads and works on one thread. {way_out} To be silent, call "
        "torch.set_num_threads(1) before the fork.",
        RuntimeWarning,
        stacklevel=3,
    )


def _before() -> None:
    # Where threads were lost the runtime would wait for them.
    _process.ended = not _process.lost and _pause(_SOFT) == 0


def _in_child() -> None:
    _process.lost = not _process.ended
    threads = torch.get_num_threads()
    if threads > 1:
        torch.set_num_threads(1)
        _process.threads_before = threads


def _never(kind: int) -> int:
    del kind
    return -1


def _found() -> Callable[[int], int]:
    """OpenMP's omp_pause_resource_all: the one that torch has loaded, for all to see."""
    # With the interpreter's lock held: between here and the fork nothing should run.
    return getattr(ctypes.PyDLL(None), "omp_pause_resource_all", _never)


_pause = _found() if hasattr(os, "register_at_fork") else _never
if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_before, after_in_child=_in_child)
