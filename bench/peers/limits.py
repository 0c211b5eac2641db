"""What the machine can do at most, measured beside the contestants: matrix products, memory, the processor's caches."""

import statistics
import time
from collections.abc import Callable

import torch
from recurrent_grid import TASKS
from recurrent_libraries import LIMIT, PRODUCT_SIDE
from recurrent_problem import Problem, Run

MEMORY_FLOATS = 2**25  # an array of 128 MiB: no cache holds three
CACHED_SIDE = 512  # a matrix of 1 MiB: the second-level caches of two cores hold it
REPEATS = 15


def product(problem: Problem) -> Run:
    """torch.mm of two large square matrices, float32; the same at every point."""
    a = torch.randn(PRODUCT_SIDE, PRODUCT_SIDE, generator=torch.Generator().manual_seed(0))
    b, out = a.t().contiguous(), torch.empty(PRODUCT_SIDE, PRODUCT_SIDE)
    return Run(lambda: torch.mm(a, b, out=out), dict)


def bandwidths() -> dict[str, float]:
    """Bytes a second: a triad in memory, and reading a matrix that stays in the caches (a matrix times a vector)."""
    a, b, c = (torch.ones(MEMORY_FLOATS) for _ in range(3))
    memory = 12.0 * MEMORY_FLOATS / median_seconds(lambda: torch.add(a, b, alpha=0.5, out=c))
    matrix = torch.ones(CACHED_SIDE, CACHED_SIDE)
    vector, out = torch.ones(CACHED_SIDE), torch.empty(CACHED_SIDE)

    def repeatedly() -> None:
        for _ in range(200):
            torch.mv(matrix, vector, out=out)

    cache = 200 * 4.0 * CACHED_SIDE**2 / median_seconds(repeatedly)
    return {"memory": memory, "cache": cache}


def median_seconds(call: Callable[[], object]) -> float:
    call()
    found: list[float] = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        call()
        found.append(time.perf_counter() - start)
    return statistics.median(found)


BUILDERS = {task: {LIMIT: product} for task in TASKS}
