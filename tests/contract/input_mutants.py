"""Seeded mistakes before the first step: in what a word becomes, in a learned first state, and in the precision."""

from contract.layer_mutant import Mutant

__all__ = ["INPUT_MUTANTS"]

FIRST = "unrolled.layers.recurrent:Recurrent.first_state"
WORDS = "unrolled.layers.inputs.words:WordsInput.forward"
SPELLING = "unrolled.data.codecs.words:WordsCodec._spelling"
ENCODE = "unrolled.data.codecs.words:WordsCodec.encode"
FORGET = "unrolled.layers.dropout:word_dropout"
PACKED = "unrolled.kernels.torch_packed:recur"

RNN, GRU, LSTM = (f"{cell}, learned a0, torch" for cell in ("rnn", "gru", "lstm"))
AFFIXES, ALONE = "words, the word and its affixes", "words, the word alone"
CONVOLUTIONAL, ALL = "words, affixes and convolutional characters", "words, all, with recurrent characters"

A0, C0 = "self.a0.expand(shape)", "zero if self.c0 is None else self.c0.expand(shape)"
LOOK_UP = "word_dropout(x.indices.rows, forget, 0, noise)"
FIRST_ONLY = "self.a0 * (torch.arange(num_sequences) == 0)[:, None, None, None]"

INPUT_MUTANTS = (
    Mutant("a0 of another layer", FIRST, A0, "self.a0.flip(0).expand(shape)", RNN, "parity"),
    Mutant("a0 of the other direction", FIRST, A0, "self.a0.flip(1).expand(shape)", LSTM, "parity"),
    Mutant("a0 not learnt", FIRST, A0, "self.a0.detach().expand(shape)", GRU, "gradient"),
    Mutant("a0 for the first sequence only", FIRST, A0, FIRST_ONLY, RNN, "alone"),
    Mutant("c0 begins at zero", FIRST, C0, "zero", LSTM, "gradient"),
    Mutant("c0 is a0", FIRST, "self.c0.expand", "(self.a0 + 0 * self.c0).expand", LSTM, "parity"),
    Mutant("distinct not followed", WORDS, "(x.distinct", "(x.distinct.sort().values", AFFIXES, "parity"),
    Mutant("affixes reversed", WORDS, ".flatten(1)", ".flip(1).flatten(1)", AFFIXES, "parity"),
    Mutant("parts in another order", WORDS, "torch.cat(parts, 1)", "torch.cat(parts[::-1], 1)", ALL, "parity"),
    Mutant(
        "the gradient of the spelling lost", WORDS, "cat(distinct, 1)", "cat(distinct, 1).detach()", ALL, "gradient"
    ),
    Mutant("words of another sentence", WORDS, LOOK_UP, LOOK_UP + ".flip(0)", ALONE, "alone"),
    Mutant(
        "the word before leaks in",
        WORDS,
        "torch.cat(parts, 1)",
        "torch.cat(parts, 1) + 0.1 * torch.cat(parts, 1).roll(1, 0)",
        ALONE,
        "causality",
    ),
    Mutant("indices changed in place", WORDS, "x.indices.rows, f", "x.indices.rows.fill_(0), f", ALONE, "purity"),
    Mutant(
        "a forgotten word keeps its vector",
        FORGET,
        "masked_fill(dropped.",
        "masked_fill(False & dropped.",
        ALONE,
        "parity",
    ),
    Mutant("the other words are forgotten", FORGET, "noise.device) < p", "noise.device) >= p", ALONE, "parity"),
    Mutant(
        "an unknown word has a vector of its own",
        SPELLING,
        "self.words.index(normal_form(word))",
        "self.words.index(normal_form(word)) or 1 + len(self._seen) % 2",
        ALONE,
        "parity",
    ),
    Mutant("looked up as it is written", SPELLING, "normal_form(word)", "word", ALONE, "parity"),
    Mutant(
        "words of one normal form are spelt alike",
        ENCODE,
        "position.setdefault(word, ",
        "position.setdefault(word.lower(), ",
        CONVOLUTIONAL,
        "parity",
    ),
    Mutant(
        "half precision inside",
        PACKED,
        "order.sort(x.rows)",
        "order.sort(x.rows.half().to(x.rows.dtype))",
        "gru, 1 layer, both ways, torch, float32",
        "parity",
    ),
    Mutant(
        "half precision in the state",
        PACKED,
        "hidden: Any = a_first if",
        "a_first = a_first.half().to(a_first.dtype)\n    hidden: Any = a_first if",
        "lstm, 1 layer, one way, torch, float32",
        "parity",
    ),
)
