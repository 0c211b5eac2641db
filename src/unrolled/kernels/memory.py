"""Memory for large tensors, used again once no tensor has it.

The C library returns memory of many megabytes to the system as soon as it is free, and gets it anew, page after page,
at the next call: for a large layer, up to a third of a training step. Here it stays, on huge pages where the system has
them.
"""

import mmap
import os
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from math import prod
from threading import Lock
from typing import Any

import torch
from torch import Tensor

__all__ = ["maker"]

_LEAST = 1 << 21  # bytes; less than this the C library keeps
_PAGE = 1 << 21  # a huge page
_IDLE = 1 << 29  # bytes that are kept while no tensor has them
_MOST = 1 << 30  # bytes that may come back; what is more is returned to the system when its tensor goes

_memories: list[mmap.mmap] = []  # what was used last stands last
_lock = Lock()


def maker(like: Tensor, largest: int) -> Callable[..., Tensor]:
    """Makes tensors as `like.new_empty(*shape)` does, float32 on the CPU, of up to `largest` numbers each."""
    return like.new_empty if like.element_size() * largest < _LEAST else partial(_empty, like)


def _empty(like: Tensor, *shape: int) -> Tensor:
    size = like.element_size() * prod(shape)
    if size < _LEAST:
        return like.new_empty(shape)
    with _lock:
        # Not one number more: who saves the tensor saves its storage.
        storage = torch.frombuffer(_take(size), dtype=like.dtype, count=prod(shape)).untyped_storage()
    made: Any = like.new_empty(0)
    return made.set_(storage, 0, shape)  # no view: what was made as one under no_grad takes no trained tensor in place


def _references(memories: Sequence[mmap.mmap]) -> list[int]:
    return [sys.getrefcount(memory) for memory in memories]


_ALONE = _references([mmap.mmap(-1, 1)])[0]  # a storage holds a reference to its memory until it is freed


def _take(size: int) -> mmap.mmap:
    """Idle memory of up to twice the size, or new memory."""
    idle = [memory for memory, n in zip(_memories, _references(_memories), strict=True) if n == _ALONE]
    near = sorted((memory for memory in idle if size < 2 * len(memory) <= 4 * size), key=len)
    taken = next((memory for memory in near if len(memory) >= size), None)
    # Batches differ: new memory has an eighth to spare, and takes the place of what has become too small.
    for memory in [taken] if taken else near[-1:]:
        _memories.remove(memory)
        idle.remove(memory)
    if taken is None:
        taken = _new((size + size // 8 + _PAGE - 1) // _PAGE * _PAGE)
    excess = sum(len(memory) for memory in idle) - _IDLE
    for memory in idle:
        if excess > 0:
            _memories.remove(memory)
            excess -= len(memory)
    if sum(len(memory) for memory in _memories) + len(taken) <= _MOST:
        _memories.append(taken)
    return taken


def _new(size: int) -> mmap.mmap:
    # Private: a process that is forked must not write into its parent's tensors.
    memory = mmap.mmap(-1, size, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    if hasattr(mmap, "MADV_HUGEPAGE"):
        with suppress(OSError):  # a kernel may be built without huge pages
            memory.madvise(mmap.MADV_HUGEPAGE)
    return memory


# A process is forked with the list in order and the lock free.
if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_lock.acquire, after_in_parent=_lock.release, after_in_child=_lock.release)
