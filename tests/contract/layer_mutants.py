"""Seeded mistakes in the path of a layer, each with a row that it shows on and a law that sees it."""

from contract.input_mutants import INPUT_MUTANTS
from contract.layer_mutant import Mutant
from contract.pooling_mutants import POOLING_MUTANTS
from contract.space_mutants import SPACE_MUTANTS

__all__ = ["MUTANTS"]

PACKED = "unrolled.kernels.torch_packed:recur"
FLAT = "unrolled.kernels.torch_packed:_flat"
FORWARD = "unrolled.layers.recurrent:Recurrent.forward"
SCALED = "unrolled.kernels.scaled:forward"
SCALED_BACK = "unrolled.kernels.scaled:expectations"
LOG = "unrolled.kernels.log_space:forward"
LOG_BACK = "unrolled.kernels.log_space:expectations"
SCORES = "unrolled.kernels.gold:scores"
LIKELIHOOD = "unrolled.kernels.chain:log_likelihood"
MASKED = "unrolled.layers.outputs.crf:CRF.scores"
POTENTIALS = "unrolled.kernels.potentials:Potentials.of"
VITERBI = "unrolled.decoding.viterbi:viterbi"
N_BEST = "unrolled.decoding.viterbi:_n_best_sorted"
WINDOWS = "unrolled.layers.characters:CharacterEncoder._windows"
CHARACTERS = "unrolled.layers.characters:CharacterEncoder.forward"
CROSS_ENTROPY = "unrolled.layers.outputs.softmax:Softmax.cross_entropy"

LSTM, LSTM_BOTH = "lstm, 1 layer, one way, torch", "lstm, 1 layer, both ways, torch"
GRU, GRU_BOTH = "gru, 1 layer, one way, torch", "gru, 1 layer, both ways, torch"
RNN, RNN_DEEP = "rnn, 1 layer, one way, torch", "rnn, 2 layers, both ways, torch"
CRF, CRF_FORBIDDING, CRF_STEEP = "crf, torch", "crf, forbidding, torch", "crf, steep, torch"
CONVOLUTIONAL, RECURRENT = "characters, convolutional", "characters, recurrent"

FLAT_ALL = "[weights.Wax, weights.Waa, weights.ba, b_hh]"
SWAP = "[torch.cat([w[3:6], w[:3], w[6:]]) for w in (weights.Wax, weights.Waa, weights.ba, b_hh)]"

# The backward direction starts at the longest sequence's last step and walks through the padding of the others.
OVER_PADDING = """    ways = []
    for d, padded in enumerate((x.padded(), x.padded().flip(1))):
        parts = [part[None, :, 0, d].contiguous() for part in (state.a, state.c)]
        ways.append(torch.lstm(padded, parts, _flat(weights[d]), True, 1, 0.0, False, False, True)[0])
    rows = order.sort(Ragged.from_padded(torch.cat([ways[0], ways[1].flip(1)], 2), x.lengths).rows)
"""

MUTANTS = (
    Mutant("gates i and f swapped", FLAT, FLAT_ALL, SWAP, LSTM, "parity"),
    Mutant("gates r and z swapped", FLAT, FLAT_ALL, SWAP, GRU, "parity"),
    Mutant("Waa transposed", FLAT, "weights.Waa,", "weights.Waa.T,", RNN, "parity"),
    Mutant("ban dropped", FLAT, "weights.ban is not None", "False", GRU, "gradient"),
    Mutant(
        "ban outside the reset",
        FLAT,
        FLAT_ALL,
        "[weights.Wax, weights.Waa, weights.ba + b_hh, b_hh * 0]",
        GRU,
        "parity",
    ),
    Mutant(
        "ba counted twice", FLAT, FLAT_ALL, "[weights.Wax, weights.Waa, weights.ba, b_hh + weights.ba]", RNN, "parity"
    ),
    Mutant(
        "the first step skipped",
        PACKED,
        "rows = order.sort(x.rows)",
        "rows = order.sort(x.rows * (x.steps > 0)[:, None])",
        LSTM,
        "causality",
    ),
    Mutant("the carry forgotten", PACKED, "hidden: Any = a_first", "hidden: Any = a_first * 0", RNN, "parity"),
    Mutant(
        "c forgotten",
        PACKED,
        "first.c.squeeze(1).transpose(0, 1).contiguous()",
        "first.c.squeeze(1).transpose(0, 1) * 0",
        LSTM,
        "parity",
    ),
    Mutant(
        "the gradient of the carry lost", PACKED, "first = state.index", "first = state.detach().index", GRU, "gradient"
    ),
    Mutant("the gradient of x lost", PACKED, "order.sort(x.rows)", "order.sort(x.rows.detach())", LSTM, "gradient"),
    Mutant(
        "state not in the order of the sequences",
        PACKED,
        "order.sequence_order",
        "order.sequence_inverse",
        LSTM,
        "alone",
    ),
    Mutant(
        "last state not restored", PACKED, "index(order.sequence_inverse)", "index(torch.arange(len(x)))", GRU, "alone"
    ),
    Mutant("rows not restored", PACKED, "order.restore(rows)", "rows", LSTM, "alone"),
    Mutant(
        "directions swapped",
        PACKED,
        "for direction in weights for",
        "for direction in weights[::-1] for",
        GRU_BOTH,
        "parity",
    ),
    Mutant(
        "reverse over padding", PACKED, "    a_last, *c_last", OVER_PADDING + "    a_last, *c_last", LSTM_BOTH, "alone"
    ),
    Mutant("x changed in place", PACKED, "order.sort(x.rows)", "order.sort(x.rows.data.mul_(1.01))", RNN, "purity"),
    Mutant("the batch leaks in", PACKED, "order.sort(x.rows)", "order.sort(x.rows - x.rows.mean(0))", LSTM, "alone"),
    Mutant("every layer starts as the first", FORWARD, "state.layer(layer)", "state.layer(0)", RNN_DEEP, "parity"),
    Mutant(
        "last states in the wrong order", FORWARD, "State.stack(last)", "State.stack(last[::-1])", RNN_DEEP, "parity"
    ),
    Mutant("transitions transposed", SCALED, "transitions, out=now", "transitions.T, out=now", CRF, "parity"),
    Mutant("end forgotten", SCALED, "@ potentials.end.exp()", "@ potentials.end.exp().fill_(1.0)", CRF, "parity"),
    Mutant("start forgotten", SCALED, "potentials.start.exp()", "potentials.start.exp().fill_(1.0)", CRF, "parity"),
    Mutant("emissions forgotten", SCALED, "        now.mul_(here)\n", "", CRF, "causality"),
    Mutant("shift forgotten", SCALED, "(Z.log() + potentials.shift)", "Z.log()", CRF, "parity"),
    Mutant("scales forgotten", SCALED, "scales[:, 0].log()", "0 * scales[:, 0]", "crf, scaling, torch", "parity"),
    Mutant("transitions transposed going back", SCALED_BACK, "transitions.T, out", "transitions, out", CRF, "gradient"),
    Mutant("pairs transposed", SCALED_BACK, "pairs * transitions", "pairs.T * transitions", CRF, "gradient"),
    Mutant(
        "end forgotten going back",
        SCALED_BACK,
        "potentials.end.exp()",
        "potentials.end.exp().fill_(1.0)",
        CRF,
        "gradient",
    ),
    Mutant("gradient not weighed", SCALED_BACK, "weights[potentials.sequences, None]", "1.0", CRF, "gradient"),
    Mutant(
        "scales forgotten going back", SCALED_BACK, "(totals * scales)", "totals", "crf, scaling, torch", "gradient"
    ),
    Mutant(
        "transitions transposed, in logarithms", LOG, "transitions.T.contig", "transitions.contig", CRF_STEEP, "parity"
    ),
    Mutant("end forgotten, in logarithms", LOG, "+ potentials.end)", ")", CRF_STEEP, "parity"),
    Mutant("start forgotten, in logarithms", LOG, "add_(potentials.start)", "add_(0.0)", CRF_STEEP, "parity"),
    Mutant(
        "pasts of another step, in logarithms", LOG_BACK, "pasts[t - 1]", "pasts[max(t - 2, 0)]", CRF_STEEP, "gradient"
    ),
    Mutant(
        "end forgotten going back, in logarithms",
        LOG_BACK,
        "beta = potentials.end",
        "beta = 0 * potentials.end",
        CRF_STEEP,
        "gradient",
    ),
    Mutant("last step off by one", POTENTIALS, "offsets[1:] - 1", "offsets[1:] - 2", CRF, "parity"),
    Mutant(
        "steps across sequences count",
        SCORES,
        "steps[1:].to(y.device) > 0",
        "steps[1:].to(y.device) >= 0",
        CRF,
        "alone",
    ),
    Mutant(
        "the second step does not count",
        SCORES,
        "steps[1:].to(y.device) > 0",
        "steps[1:].to(y.device) > 1",
        CRF,
        "parity",
    ),
    Mutant("path transitions transposed", SCORES, "y[:-1] * K + y[1:]", "y[1:] * K + y[:-1]", CRF, "parity"),
    Mutant("path end forgotten", SCORES, "end[labels.last()].double()", "0.0", CRF, "parity"),
    Mutant(
        "forbidden transitions allowed in the likelihood",
        LIKELIHOOD,
        "masked_fill(forbidden, -",
        "masked_fill(forbidden & False, -",
        CRF_FORBIDDING,
        "parity",
    ),
    Mutant(
        "forbidden starts allowed in the likelihood",
        LIKELIHOOD,
        "masked_fill(forbidden_start, -",
        "masked_fill(forbidden_start & False, -",
        CRF_FORBIDDING,
        "parity",
    ),
    Mutant(
        "forbidden transitions allowed",
        MASKED,
        "masked_fill(self.forbidden, -",
        "masked_fill(self.forbidden & False, -",
        CRF_FORBIDDING,
        "parity",
    ),
    Mutant(
        "forbidden starts allowed",
        MASKED,
        "masked_fill(self.forbidden_start, -",
        "masked_fill(self.forbidden_start & False, -",
        CRF_FORBIDDING,
        "parity",
    ),
    Mutant(
        "Viterbi's transitions transposed", VITERBI, "transitions.double().T", "transitions.double()", CRF, "parity"
    ),
    Mutant("Viterbi's end forgotten", VITERBI, "(best + end)", "best", CRF, "parity"),
    Mutant(
        "Viterbi's labels not restored",
        VITERBI,
        "order.restore(torch.cat(path[::-1]))",
        "torch.cat(path[::-1])",
        CRF,
        "alone",
    ),
    Mutant("Viterbi's path not followed", VITERBI, "path[-1][:, None])", "label[: sizes[t + 1], None])", CRF, "parity"),
    Mutant("n-best's end forgotten", N_BEST, "(best + end[:, None])", "best", CRF, "parity"),
    Mutant("n-best's transitions transposed", N_BEST, "transitions.double().T", "transitions.double()", CRF, "parity"),
    Mutant("class weights forgotten", CROSS_ENTROPY, "weight=class_weights", "weight=None", "softmax", "parity"),
    Mutant(
        "losses of another sequence",
        CROSS_ENTROPY,
        "a.sequence_numbers",
        "a.sequence_numbers.flip(0)",
        "softmax",
        "alone",
    ),
    Mutant("the character before is of another word", WINDOWS, "(steps == 0)", "(steps < 0)", CONVOLUTIONAL, "alone"),
    Mutant(
        "the character after is of another word",
        WINDOWS,
        "(steps == lengths - 1)",
        "(steps == lengths)",
        CONVOLUTIONAL,
        "alone",
    ),
    Mutant("windows reversed", WINDOWS, "@ blocks.transpose", "@ blocks.flip(0).transpose", CONVOLUTIONAL, "parity"),
    Mutant("bias of the windows forgotten", WINDOWS, "sums + self.bx", "sums", CONVOLUTIONAL, "gradient"),
    Mutant(
        "one direction twice", CHARACTERS, "state.a.flatten(1)", "state.a[:, :, [0, 0]].flatten(1)", RECURRENT, "parity"
    ),
    *INPUT_MUTANTS,
    *SPACE_MUTANTS,
    *POOLING_MUTANTS,
)
