"""The specification: every equation in plain NumPy, one line each, and the oracle of every fast path."""

from unrolled.textbook.activations import log_sigmoid, log_softmax, relu, sigmoid, softmax
from unrolled.textbook.attention import SCORES, Attended, Score, attention, attention_back, attention_shapes
from unrolled.textbook.bptt import Forward, backward_pass, forward_pass
from unrolled.textbook.cell import Array, Cell, Gradients, Saved, State, Weights
from unrolled.textbook.cells import CELLS
from unrolled.textbook.compact import compact, split
from unrolled.textbook.ctc import Aligned, collapse, ctc, ctc_back, steps_needed, with_blanks
from unrolled.textbook.deep import Deep, deep, deep_back
from unrolled.textbook.descent import descend
from unrolled.textbook.gru import GRU
from unrolled.textbook.loss import cross_entropy, cross_entropy_back
from unrolled.textbook.lstm import LSTM
from unrolled.textbook.output import OUTPUTS, Activation, output, output_back
from unrolled.textbook.rnn import RNN, RNN_RELU
from unrolled.textbook.unroll import Unrolled, unroll, unroll_back

__all__ = [
    "CELLS",
    "GRU",
    "LSTM",
    "OUTPUTS",
    "RNN",
    "RNN_RELU",
    "SCORES",
    "Activation",
    "Aligned",
    "Array",
    "Attended",
    "Cell",
    "Deep",
    "Forward",
    "Gradients",
    "Saved",
    "Score",
    "State",
    "Unrolled",
    "Weights",
    "attention",
    "attention_back",
    "attention_shapes",
    "backward_pass",
    "collapse",
    "compact",
    "cross_entropy",
    "cross_entropy_back",
    "ctc",
    "ctc_back",
    "deep",
    "deep_back",
    "descend",
    "forward_pass",
    "log_sigmoid",
    "log_softmax",
    "output",
    "output_back",
    "relu",
    "sigmoid",
    "softmax",
    "split",
    "steps_needed",
    "unroll",
    "unroll_back",
    "with_blanks",
]
