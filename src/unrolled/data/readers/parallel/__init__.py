"""Parallel text: a sentence and its translation."""

from unrolled.data.readers.parallel.parallel import ParallelReading, read_parallel
from unrolled.data.readers.parallel.settings import ParallelSettings

__all__ = ["ParallelReading", "ParallelSettings", "read_parallel"]
