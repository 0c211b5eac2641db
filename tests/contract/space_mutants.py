"""Seeded mistakes in attention and in the layers of plain spaces."""

from contract.layer_mutant import Mutant

__all__ = ["SPACE_MUTANTS"]

FORWARD = "unrolled.layers.attention:Attention.forward"
SCORES = "unrolled.layers.attention:Attention._scores"
MEMORY = "unrolled.layers.attention:Attention.memory"
LOSS = "unrolled.layers.outputs.classes:ClassesOutput.loss"
LIKELIHOOD = "unrolled.layers.outputs.classes:ClassesOutput.log_likelihood"
WEIGHTS = "unrolled.layers.outputs.cross_entropy:class_weights"
INDICES = "unrolled.layers.inputs.indices:IndicesInput.forward"
PATHS = "unrolled.layers.outputs.paths:PathsOutput.loss"
VECTORS = "unrolled.layers.inputs.vectors:VectorsInput.forward"
IMAGES = "unrolled.layers.inputs.images:ImagesInput.forward"
CHANGES = "unrolled.layers.inputs.images:ImagesInput._with_changes"
FILTERS = "unrolled.layers.inputs.images:ImagesInput._found"

DOT, GENERAL, ADDITIVE = (f"attention, {score}, s changes" for score in ("dot", "general", "additive"))
MEMORY_CHANGES = "attention, general, a changes"

SPACE_MUTANTS = (
    Mutant("weights sum to 1 over t", FORWARD, "keys), 1)", "keys), 0)", GENERAL, "parity"),
    Mutant("all steps read the mean", FORWARD, "self._scores(query, keys)", "0 * query @ keys.T", DOT, "causality"),
    Mutant(
        "the first step is not read",
        FORWARD,
        "weights @ values",
        "weights[:, 1:] @ values[1:]",
        MEMORY_CHANGES,
        "parity",
    ),
    Mutant(
        "the gradient of the keys lost",
        MEMORY,
        "tuple(keys.to_list())",
        "tuple(keys.with_rows(keys.rows.detach()).to_list())",
        MEMORY_CHANGES,
        "gradient",
    ),
    Mutant(
        "the gradient of the values lost",
        MEMORY,
        "tuple(a.to_list())",
        "tuple(a.with_rows(a.rows.detach()).to_list())",
        MEMORY_CHANGES,
        "gradient",
    ),
    Mutant("scores divided by T_x", SCORES, "query @ keys.T", "query @ keys.T / len(keys)", DOT, "parity"),
    Mutant("tanh forgotten", SCORES, "torch.tanh(", "(", ADDITIVE, "parity"),
    Mutant("labels always smoothed", LOSS, "0.0 if noise is None else ", "", "classes", "parity"),
    Mutant(
        "labels never smoothed",
        LOSS,
        "0.0 if noise is None else self.settings.label_smoothing",
        "0.0",
        "classes",
        "parity",
    ),
    Mutant("weights of the classes dropped", LOSS, "y, self.class_weights,", "y, None,", "classes", "parity"),
    Mutant(
        "frequent classes weigh more",
        WEIGHTS,
        "counts.sum() / (len(counts) * counts)",
        "counts / counts.mean()",
        "classes",
        "parity",
    ),
    Mutant(
        "the likelihood without temperature",
        LIKELIHOOD,
        "scores.rows / self.temperature",
        "scores.rows",
        "classes",
        "parity",
    ),
    Mutant(
        "the first index skipped",
        INDICES,
        "embedding(x.rows, ",
        "embedding(x.rows * (x.steps > 0), ",
        "indices",
        "causality",
    ),
    Mutant(
        "the gradient of the table lost",
        INDICES,
        "self.embedding)",
        "self.embedding.detach() + 0 * self.embedding.sum())",
        "indices",
        "gradient",
    ),
    Mutant(
        "the bias of the projection dropped",
        VECTORS,
        "self.Wx, self.bx",
        "self.Wx, 0 * self.bx",
        "vectors, projected",
        "parity",
    ),
    Mutant(
        "places at the ends of a piece taken for known",
        PATHS,
        "torch.cat([firsts, lasts])",
        "torch.cat([firsts, lasts])[:0]",
        "paths",
        "parity",
    ),
    Mutant("the last step's place taken for known", PATHS, "[firsts, lasts]", "[firsts]", "paths", "parity"),
    Mutant(
        "a label is its most probable place",
        "unrolled.layers.outputs.paths:PathsOutput.log_probabilities",
        "NUM_PLACES).logsumexp(2)",
        "NUM_PLACES).amax(2)",
        "paths",
        "parity",
    ),
    Mutant(
        "the projection squashed",
        VECTORS,
        "x.rows.to(self.Wx.dtype)",
        "x.rows.to(self.Wx.dtype).tanh()",
        "vectors, projected",
        "parity",
    ),
    Mutant("the last unit not cut at zero", IMAGES, "torch.relu(rows)", "rows", "images, in colour", "parity"),
    Mutant(
        "pictures read less the mean of the batch",
        CHANGES,
        "each[:, :1] - MIDDLE",
        "each[:, :1] - rows.mean()",
        "images, in colour",
        "alone",
    ),
    Mutant(
        "the change read backwards",
        CHANGES,
        "each[:, :-1] - each[:, 1:]",
        "each[:, 1:] - each[:, :-1]",
        "images, with the one before",
        "parity",
    ),
    Mutant("filters not cut at zero", FILTERS, "torch.relu(nn", "(nn", "images, in colour", "parity"),
    Mutant(
        "the bias of the filters dropped", FILTERS, "W, b, stride", "W, 0 * b, stride", "images, in colour", "parity"
    ),
)
