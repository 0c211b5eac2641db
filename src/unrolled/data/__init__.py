"""What goes in: pairs, ragged batches, vocabularies, readers and their checks."""

from unrolled.data.batches import token_batches
from unrolled.data.layout import TimeMajor
from unrolled.data.pair import Pair
from unrolled.data.problem import Problem
from unrolled.data.ragged import Ragged
from unrolled.data.vectors import Vectors, read_vectors
from unrolled.data.vocabulary import UnknownReport, Vocabulary

__all__ = [
    "Pair",
    "Problem",
    "Ragged",
    "TimeMajor",
    "UnknownReport",
    "Vectors",
    "Vocabulary",
    "read_vectors",
    "token_batches",
]
