"""From scores to answers: the best label path and its runners-up."""

from unrolled.decoding.hypothesis import Decoding, Hypothesis
from unrolled.decoding.viterbi import n_best, viterbi

__all__ = ["Decoding", "Hypothesis", "n_best", "viterbi"]
