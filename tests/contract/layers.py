"""The contract table of layers: a row is a layer with random asymmetric weights, what it reads, and what it must equal.

A later kernel, cell or layer adds a row (or a dtype to a row) and is held to every law of `layer_laws`.
"""

from collections.abc import Callable
from functools import partial

import torch
from contract.enumeration import path_score, paths
from contract.layer_row import D, H, Row, Sequence, by_autograd, joined, normal, randomised
from contract.recurrent_rows import recurrent_row
from torch import Tensor, nn

from unrolled.kernels import CELLS
from unrolled.layers import CRF, CharacterEncoder, Softmax

__all__ = ["ROWS", "V"]

K, V = 3, 5

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
        name,
        partial(make_crf, forbidding=forbidding),
        partial(draw_crf, steep=steep),
        read_crf,
        (by_autograd(read_crf_plainly),),
        reach_crf,
    )


# Softmax


def draw_softmax(T: int) -> Sequence:
    return {"x": normal(T, D), "y": torch.tensor([0, 2, 1, 2])[:T]}


CLASS_WEIGHTS = torch.tensor([0.5, 2.0, 3.0], dtype=torch.float64)


def read_softmax(module: nn.Module, sequences: list[Sequence]) -> list[Sequence]:
    a, labels = joined(sequences, "x"), joined(sequences, "y")
    plain, weighted = module.cross_entropy(a, labels), module.cross_entropy(a, labels, CLASS_WEIGHTS)
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


# CharacterEncoder


def make_characters(*, kind: str) -> nn.Module:
    return randomised(CharacterEncoder(V, 2 * H, kind=kind, embedding_size=D))


def draw_characters(T: int) -> Sequence:
    return {"x": torch.randint(V, (T,))}


def read_characters(module: nn.Module, sequences: list[Sequence]) -> list[Sequence]:
    return [{"vector": vector} for vector in module(joined(sequences, "x"))]


def read_recurrent_characters(module: nn.Module, sequences: list[Sequence]) -> list[Sequence]:
    """With torch's single step, letter by letter."""
    outputs: list[Sequence] = []
    for one in sequences:
        halves: list[Tensor] = []
        for direction, word in zip(module.lstm.directions(0), (one["x"], one["x"].flip(0)), strict=True):
            state = (torch.zeros(1, H, dtype=torch.float64), torch.zeros(1, H, dtype=torch.float64))
            for letter in word:
                x = module.embedding[letter][None]
                state = torch.lstm_cell(
                    x, state, direction.Wax, direction.Waa, direction.ba, torch.zeros_like(direction.ba)
                )
            halves.append(state[0][0])
        outputs.append({"vector": torch.cat(halves)})
    return outputs


def read_convolutional_characters(module: nn.Module, sequences: list[Sequence]) -> list[Sequence]:
    """With torch's convolution, zeros at both ends, word by word."""
    kernel = module.Wx.view(2 * H, 3, D).transpose(1, 2)
    outputs: list[Sequence] = []
    for one in sequences:
        x = module.embedding[one["x"]].T[None]  # (1, D, T)
        windows = torch.nn.functional.conv1d(x, kernel, module.bx, padding=1)[0]
        outputs.append({"vector": windows.amax(dim=1).tanh()})
    return outputs


def characters_row(kind: str, reference: Callable[[nn.Module, list[Sequence]], list[Sequence]]) -> Row:
    return Row(
        f"characters, {kind}",
        partial(make_characters, kind=kind),
        draw_characters,
        read_characters,
        (by_autograd(reference),),
        lambda T, t: {"vector": torch.tensor(True)},
    )


ROWS = (
    *(recurrent_row(cell, layers, directions) for cell in CELLS for layers in (1, 2) for directions in (1, 2)),
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
    characters_row("recurrent", read_recurrent_characters),
    characters_row("convolutional", read_convolutional_characters),
)
