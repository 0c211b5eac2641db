"""The engines: one door to the recurrence, one to the sums over all label paths of a chain."""

from unrolled.kernels.cells import CELLS, NUM_GATES, Cell, State, Weights
from unrolled.kernels.chain import expectations, log_likelihood, log_partition
from unrolled.kernels.door import engine, recur
from unrolled.kernels.library import instruction_path

__all__ = [
    "CELLS",
    "NUM_GATES",
    "Cell",
    "State",
    "Weights",
    "engine",
    "expectations",
    "instruction_path",
    "log_likelihood",
    "log_partition",
    "recur",
]
