"""Seeded mistakes in pooling, in the outputs of ordered classes, sets and numbers, and in dense layers."""

from contract.layer_mutant import Mutant

__all__ = ["POOLING_MUTANTS"]

FORWARD = "unrolled.layers.pooling:Pooling.forward"
ALPHA = "unrolled.layers.pooling:Pooling.alpha"
STEP = "unrolled.layers.pooling:Pooling.step"
ATTENTION_STEP = "unrolled.layers.pooling:Pooling._attention_step"
SCORES = "unrolled.layers.pooling:Pooling._scores"
ORDINAL = "unrolled.layers.outputs.ordinal:OrdinalOutput"
SETS = "unrolled.layers.outputs.sets:SetsOutput"
NUMBERS = "unrolled.layers.outputs.numbers:NumbersOutput.loss"
NORMALISER = "unrolled.layers.outputs.numbers:_log_huber"
DENSE = "unrolled.layers.dense:Dense.forward"

LAST, BOTH, MEAN, MAX, ATTENTION, ATTENTION_MAX = (
    f"pooling, {name}" for name in ("last", "last, both ways", "mean", "max", "attention", "attention and max")
)
CUMULATIVE, GAUSSIAN, HUBER = "ordered classes, cumulative", "numbers, gaussian", "numbers, huber"

POOLING_MUTANTS = (
    Mutant("the way back ends at the last step", FORWARD, "a.first()[:, H:]", "a.last()[:, H:]", BOTH, "causality"),
    Mutant(
        "the halves of two ways swapped",
        FORWARD,
        "[:, :H], a.first()[:, H:]",
        "[:, H:], a.first()[:, :H]",
        BOTH,
        "parity",
    ),
    Mutant("the first step is the last", FORWARD, "return a.last()\n", "return a.first()\n", LAST, "causality"),
    Mutant("a sum is no mean", FORWARD, "a.mean()", "a.sum()", MEAN, "parity"),
    Mutant(
        "the largest of the batch",
        FORWARD,
        "return a.max()\n",
        "return a.max() * 0 + a.rows.max(0).values\n",
        MAX,
        "alone",
    ),
    Mutant(
        "the maximum beside the attention is the last step",
        FORWARD,
        "a.max()], 1)",
        "a.last()], 1)",
        ATTENTION_MAX,
        "parity",
    ),
    Mutant(
        "the attention beside the maximum does not weigh",
        FORWARD,
        "torch.cat([a.with_rows(a.rows * self.alpha(a).rows[:, None]).sum()",
        "torch.cat([a.mean()",
        ATTENTION_MAX,
        "parity",
    ),
    Mutant(
        "a running attention forgets its maximum",
        STEP,
        'after | {"max": largest}',
        'after | {"max": a}',
        ATTENTION_MAX,
        "parity",
    ),
    Mutant(
        "steps are not weighed",
        FORWARD,
        "return a.with_rows(a.rows * self.alpha(a).rows[:, None])",
        "return a.with_rows(a.rows * (0 * self.alpha(a).rows + 1 / len(a))[:, None])",
        ATTENTION,
        "parity",
    ),
    Mutant(
        "the batch shares its weights",
        ALPHA,
        "powers.sum().index_select(0, numbers)",
        "powers.rows.sum()",
        ATTENTION,
        "alone",
    ),
    Mutant(
        "no gradient through the weights",
        ALPHA,
        "self._scores(a.rows)",
        "self._scores(a.rows).detach()",
        ATTENTION,
        "gradient",
    ),
    Mutant("the tanh forgotten", SCORES, "torch.tanh", "", ATTENTION, "parity"),
    Mutant("a running mean forgets", STEP, 'carried["sum"] + a', 'carried["sum"] * 0.9 + a', MEAN, "parity"),
    Mutant("a running mean counts from zero", STEP, 'carried["count"] + 1', 'carried["count"] + 2', MEAN, "parity"),
    Mutant(
        "a running maximum is the step alone",
        STEP,
        'torch.maximum(carried["max"], a)\n            return largest, ',
        "a\n            return largest, ",
        MAX,
        "causality",
    ),
    Mutant(
        "what came before is not scaled",
        ATTENTION_STEP,
        '(carried["largest"] - largest).exp()',
        "torch.ones_like(largest)",
        ATTENTION,
        "parity",
    ),
    Mutant(
        "what is carried is written over", STEP, 'carried["sum"] + a', 'carried["sum"] + a.data.add_(1)', MEAN, "purity"
    ),
    Mutant(
        "thresholds in any order",
        f"{ORDINAL}.thresholds",
        "functional.softplus(self.theta[1:])",
        "self.theta[1:]",
        CUMULATIVE,
        "parity",
    ),
    Mutant(
        "a class between thresholds without its width",
        f"{ORDINAL}._log_probabilities",
        "functional.pad(gaps, (1, 1))",
        "0",
        CUMULATIVE,
        "parity",
    ),
    Mutant(
        "a higher score is a lower class",
        f"{ORDINAL}._log_probabilities",
        "self.thresholds() - scores",
        "self.thresholds() + scores",
        CUMULATIVE,
        "parity",
    ),
    Mutant(
        "the temperature forgotten", f"{ORDINAL}.log_probabilities", "/ self.temperature", "/ 1.0", CUMULATIVE, "parity"
    ),
    Mutant(
        "the weights of the classes forgotten",
        f"{ORDINAL}.loss",
        "self.class_weights is not None",
        "False",
        CUMULATIVE,
        "parity",
    ),
    Mutant("one thing of the set", f"{SETS}.loss", "losses.sum(1)", "losses[:, 0]", "sets", "parity"),
    Mutant(
        "the spread is not learnt",
        NUMBERS,
        "(-self.log_sigma).exp()",
        "(-self.log_sigma.detach()).exp()",
        GAUSSIAN,
        "gradient",
    ),
    Mutant(
        "a wide spread costs nothing",
        NUMBERS,
        "costs + self.log_sigma",
        "costs + 0 * self.log_sigma",
        GAUSSIAN,
        "parity",
    ),
    Mutant("the tails of the density forgotten", NORMALISER, "2 / delta", "0 / delta", HUBER, "parity"),
    Mutant("the bias forgotten", DENSE, "Wx, bx)", "Wx, 0 * bx)", "dense, tanh, 2 layers", "parity"),
    Mutant("relu for tanh", DENSE, '== "tanh"', '!= "tanh"', "dense, tanh, 2 layers", "parity"),
)
