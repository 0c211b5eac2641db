"""From scores to answers: the best label path and its runners-up; and sequences symbol by symbol."""

from unrolled.decoding.beam import beam
from unrolled.decoding.decoder import Decoder, Past
from unrolled.decoding.greedy import greedy
from unrolled.decoding.hypothesis import GREEDY, BeamSettings, Decoding, Hypothesis
from unrolled.decoding.sample import SampleSettings, sample, sampling_distribution
from unrolled.decoding.viterbi import n_best, viterbi

__all__ = [
    "GREEDY",
    "BeamSettings",
    "Decoder",
    "Decoding",
    "Hypothesis",
    "Past",
    "SampleSettings",
    "beam",
    "greedy",
    "n_best",
    "sample",
    "sampling_distribution",
    "viterbi",
]
