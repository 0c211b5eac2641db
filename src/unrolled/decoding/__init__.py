"""From scores to answers: the best label path and its runners-up."""

from unrolled.decoding.viterbi import n_best, viterbi

__all__ = ["n_best", "viterbi"]
