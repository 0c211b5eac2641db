"""The contract table of layers: a row is a layer with random asymmetric weights, what it reads, and what it must equal.

A later kernel, cell or layer adds a row (or a dtype to a row) and is held to every law of `layer_laws`.
"""

from functools import partial

import torch
from contract.attention_rows import ATTENTION_ROWS
from contract.enumeration import path_score, paths
from contract.image_rows import IMAGE_ROWS
from contract.layer_row import D, Row, Sequence, by_autograd, in_float32, joined, natively, normal, randomised
from contract.output_rows import OUTPUT_ROWS
from contract.pooling_rows import POOLING_ROWS
from contract.recurrent_rows import learned_row, recurrent_row
from contract.space_rows import SPACE_ROWS
from contract.word_rows import characters_row, words_row
from torch import Tensor, nn

from unrolled.kernels import CELLS
from unrolled.layers import CRF, Softmax

__all__ = ["ROWS"]

K = 3
MANY_UNITS = 19  # more than the widest vector has lanes, and no multiple of them

# CRF


def make_crf(*, forbidding: bool) -> nn.Module:
    if not forbidding:
        return randomised(CRF(K))
    forbidden = torch.tensor([[False, False, True], [False, True, False], [False, False, False]])
    return randomised(CRF(K, forbidden, torch.tensor([False, False, True])))


def draw_crf(T: int, *, steep: float) -> Sequence:
    x = normal(T, K)
    # One score that is far below the others, which stay mild, so that the gradients say something.
    x[T // 2, 1] -= steep
    return {"x": x, "y": torch.tensor([0, 1, 2, 2])[:T]}


def read_crf(module: nn.Module, sequences: list[Sequence]) -> list[Sequence]:
    emissions, labels = joined(sequences, "x"), joined(sequences, "y")
    likelihoods, partitions = module.log_likelihood(emissions, labels), module.log_partition(emissions)
    marginals = module.marginals(emissions).to_list()
    best, scores = module.decode(emissions)
    n_best = module.n_best(emissions, 3)
    return [
        {
            "log-likelihood": likelihoods[n],
            "log Z": partitions[n],
            "marginals": marginals[n],
            "labels": labels,
            "score": scores[n],
            "n-best labels": torch.tensor([path for path, _ in n_best[n]]),
            "n-best scores": torch.tensor([score for _, score in n_best[n]], dtype=torch.float64),
        }
        for n, labels in enumerate(best.to_list())
    ]


def read_crf_plainly(module: nn.Module, sequences: list[Sequence]) -> list[Sequence]:
    tables = (
        module.transitions.masked_fill(module.forbidden, -torch.inf),
        module.start.masked_fill(module.forbidden_start, -torch.inf),
        module.end,
    )
    outputs: list[Sequence] = []
    for one in sequences:
        every, scores = paths(one["x"], *tables)
        log_Z = scores.logsumexp(dim=0)
        indicators = torch.nn.functional.one_hot(torch.tensor(every), K).double()  # (paths, T, K)
        outputs.append(
            {
                "log-likelihood": path_score(tuple(one["y"].tolist()), one["x"], *tables) - log_Z,
                "log Z": log_Z,
                "marginals": torch.einsum("p,ptk->tk", (scores.detach() - log_Z.detach()).exp(), indicators),
                "labels": torch.tensor(every[0]),
                "score": scores[0].detach(),
                "n-best labels": torch.tensor(every[:3]),
                "n-best scores": scores[:3].detach(),
            }
        )
    return outputs


def reach_crf(T: int, t: int) -> dict[str, Tensor]:
    # Labels and best scores may, and need not, change.
    return {
        "log-likelihood": torch.tensor(True),
        "log Z": torch.tensor(True),
        "marginals": torch.ones(T, dtype=torch.bool),
    }


def crf_row(name: str, *, forbidding: bool, steep: float) -> Row:
    return Row(
        f"{name}, torch",
        partial(make_crf, forbidding=forbidding),
        partial(draw_crf, steep=steep),
        read_crf,
        (by_autograd(read_crf_plainly),),
        reach_crf,
        engine=("chain", "torch"),
    )


# Softmax


def draw_softmax(T: int) -> Sequence:
    return {"x": normal(T, D), "y": torch.tensor([0, 2, 1, 2])[:T]}


CLASS_WEIGHTS = torch.tensor([0.5, 2.0, 3.0], dtype=torch.float64)


def read_softmax(module: nn.Module, sequences: list[Sequence]) -> list[Sequence]:
    a, labels = joined(sequences, "x"), joined(sequences, "y")
    plain, weighted = module.cross_entropy(a, labels), module.cross_entropy(a, labels, CLASS_WEIGHTS.to(module.by))
    return [
        {"y_hat": y_hat, "loss": plain[n], "weighted loss": weighted[n]}
        for n, y_hat in enumerate(module.probabilities(a).to_list())
    ]


def read_softmax_plainly(module: nn.Module, sequences: list[Sequence]) -> list[Sequence]:
    outputs: list[Sequence] = []
    for one in sequences:
        powers = (one["x"] @ module.Wya.T + module.by).exp()
        y_hat = powers / powers.sum(dim=1, keepdim=True)
        losses = -y_hat[torch.arange(len(y_hat)), one["y"]].log()
        outputs.append(
            {"y_hat": y_hat, "loss": losses.sum(), "weighted loss": (losses * CLASS_WEIGHTS[one["y"]]).sum()}
        )
    return outputs


def reach_softmax(T: int, t: int) -> dict[str, Tensor]:
    return {"y_hat": torch.arange(T) == t, "loss": torch.tensor(True), "weighted loss": torch.tensor(True)}


IN_FLOAT64 = (
    *(recurrent_row(cell, layers, directions) for cell in CELLS for layers in (1, 2) for directions in (1, 2)),
    *(recurrent_row(cell, 1, 2, MANY_UNITS) for cell in CELLS),
    *(learned_row(cell) for cell in CELLS),
    crf_row("crf", forbidding=False, steep=0.0),
    # Far enough that sums must be scaled every other step, and too far for scaled sums.
    crf_row("crf, scaling", forbidding=False, steep=60.0),
    crf_row("crf, forbidding", forbidding=True, steep=0.0),
    crf_row("crf, steep", forbidding=True, steep=400.0),
    Row(
        "softmax",
        lambda: randomised(Softmax(D, K)),
        draw_softmax,
        read_softmax,
        (by_autograd(read_softmax_plainly),),
        reach_softmax,
    ),
    *ATTENTION_ROWS,
    *SPACE_ROWS,
    *IMAGE_ROWS,
    *POOLING_ROWS,
    *OUTPUT_ROWS,
    characters_row("recurrent"),
    characters_row("convolutional"),
    words_row("the word and its affixes", word_size=2, affix_size=1),
    words_row("the word alone", word_size=2),
    words_row("affixes and convolutional characters", affix_size=1, character_size=6),
    words_row("all, with recurrent characters", word_size=2, affix_size=1, character_size=6, kind="recurrent"),
)

# What a step does to probabilities next to 0 and 1 is less than float32 can tell.
IN_FLOAT32 = tuple(in_float32(row) for row in IN_FLOAT64 if row.name != "crf, steep, torch")

ROWS = (*IN_FLOAT64, *IN_FLOAT32, *(native for row in IN_FLOAT32 if row.engine is not None for native in natively(row)))
