"""Rows of the input and output layers of plain spaces: indices, vectors and unordered classes."""

from functools import partial

import torch
from contract.layer_row import HANDED_OVER, D, H, Row, Sequence, by_autograd, joined, normal, randomised
from torch import Tensor, nn

from unrolled.data.codecs import DnaCodec, DnaSettings
from unrolled.data.spaces import Bases, Classes, Paths, Vectors
from unrolled.layers import (
    BasesInput,
    BasesInputSettings,
    ClassesOutput,
    ClassesOutputSettings,
    IndicesInput,
    IndicesInputSettings,
    PathsOutput,
    PathsOutputSettings,
    VectorsInput,
    VectorsInputSettings,
)

__all__ = ["SPACE_ROWS"]

V, K = 5, 3
SMOOTHING = 0.25
COUNTS = torch.tensor([1, 6, 2])


def only_its_step(T: int, t: int) -> dict[str, Tensor]:
    return {"x": torch.arange(T) == t}


def read_input(module: nn.Module, sequences: list[Sequence]) -> list[Sequence]:
    return [{"x": vectors} for vectors in module(joined(sequences, "x")).to_list()]


def read_one_hot(module: nn.Module, sequences: list[Sequence]) -> list[Sequence]:
    return [{"x": nn.functional.one_hot(one["x"], V).to(module.embedding) @ module.embedding} for one in sequences]


def read_projected(module: nn.Module, sequences: list[Sequence]) -> list[Sequence]:
    if module.Wx is None:
        return [{"x": one["x"] * 1} for one in sequences]
    return [{"x": torch.stack([module.Wx @ row + module.bx for row in one["x"]])} for one in sequences]


def make_classes() -> nn.Module:
    settings = ClassesOutputSettings(class_weights="balanced", label_smoothing=SMOOTHING)
    module = randomised(ClassesOutput(Classes(K), D, settings))
    module.observe(COUNTS)
    module.temperature.fill_(1.7)
    return module


def read_classes(module: nn.Module, sequences: list[Sequence]) -> list[Sequence]:
    scores, y = module.scores(joined(sequences, "x")), joined(sequences, "y")
    trained = module.loss(scores, y, torch.Generator())
    plain, likelihood, y_hat = module.loss(scores, y), module.log_likelihood(scores, y), module.probabilities(scores)
    logs = module.log_probabilities(scores).to_list()
    return [
        {
            "y_hat": one,
            "log y_hat": logs[n],
            "loss, smoothed": trained[n],
            "loss": plain[n],
            "log-likelihood": likelihood[n],
        }
        for n, one in enumerate(y_hat.to_list())
    ]


def read_classes_plainly(module: nn.Module, sequences: list[Sequence]) -> list[Sequence]:
    weights = COUNTS.sum() / (K * COUNTS.double())
    outputs: list[Sequence] = []
    for one in sequences:
        z = one["x"] @ module.Wya.T + module.by
        powers, warm = z.exp(), (z / module.temperature).exp()
        logs, y_hat = (powers / powers.sum(1, keepdim=True)).log(), warm / warm.sum(1, keepdim=True)
        truth = nn.functional.one_hot(one["y"], K).double()
        smooth = (1 - SMOOTHING) * truth + SMOOTHING / K
        outputs.append(
            {
                "y_hat": y_hat,
                "log y_hat": y_hat.log(),
                "loss, smoothed": -(smooth * weights * logs).sum(),
                "loss": -(truth * weights * logs).sum(),
                "log-likelihood": (truth * y_hat.log()).sum(),
            }
        )
    return outputs


def reach_classes(T: int, t: int) -> dict[str, Tensor]:
    sums = dict.fromkeys(("loss, smoothed", "loss", "log-likelihood"), torch.tensor(True))
    return {"y_hat": torch.arange(T) == t, "log y_hat": torch.arange(T) == t, **sums}


def make_vectors(*, input_size: int) -> nn.Module:
    return randomised(VectorsInput(Vectors(D), VectorsInputSettings(input_size=input_size)))


def vectors_row(name: str, *, input_size: int) -> Row:
    return Row(
        f"vectors, {name}",
        partial(make_vectors, input_size=input_size),
        lambda T: {"x": normal(T, D)},
        read_input,
        (by_autograd(read_projected),),
        only_its_step,
    )


SPAN, PLACES, LETTERS = 2, 6, "ACGTR"


def make_bases(*, place_size: int) -> nn.Module:
    settings = BasesInputSettings(base_size=H, place_size=place_size)
    return randomised(BasesInput(Bases(SPAN, PLACES), settings))


def read_bases(module: nn.Module, sequences: list[Sequence]) -> list[Sequence]:
    codec = DnaCodec(PLACES, DnaSettings(span=SPAN, placed_bases=0))
    x = codec.encode(["".join(LETTERS[i] for i in one["x"]) for one in sequences])
    for handed in (x.spans.rows, x.places):
        HANDED_OVER.append((handed, handed.clone()))
    return [{"x": vectors} for vectors in module(x).to_list()]


def read_bases_plainly(module: nn.Module, sequences: list[Sequence]) -> list[Sequence]:
    """With torch's convolution, zeros before the first base."""
    means = torch.cat([torch.eye(4), torch.tensor([[0.5, 0.0, 0.5, 0.0]])]).double()
    kernel = module.Wx.view(-1, SPAN, 4).transpose(1, 2)
    outputs: list[Sequence] = []
    for one in sequences:
        x = nn.functional.pad(means[one["x"]].T[None], (SPAN - 1, 0))  # (1, 4, SPAN - 1 + T)
        rows = nn.functional.conv1d(x, kernel, module.bx)[0].T.clamp(min=0)
        places = [] if module.places is None else [module.places[: len(rows)]]
        outputs.append({"x": torch.cat([rows, *places], 1)})
    return outputs


def bases_row(name: str, *, place_size: int) -> Row:
    return Row(
        f"bases, {name}",
        partial(make_bases, place_size=place_size),
        lambda T: {"x": (torch.arange(T) ** 2 + T) % len(LETTERS)},
        read_bases,
        (by_autograd(read_bases_plainly),),
        lambda T, t: {"x": (torch.arange(T) >= t) & (torch.arange(T) < t + SPAN)},
    )


def make_paths() -> nn.Module:
    return randomised(PathsOutput(Paths(K), D, PathsOutputSettings()))


def read_paths(module: nn.Module, sequences: list[Sequence]) -> list[Sequence]:
    scores, y = module.scores(joined(sequences, "x")), joined(sequences, "y")
    loss, likelihood = module.loss(scores, y), module.log_likelihood(scores, y)
    return [
        {"y_hat": y_hat, "loss": loss[n], "log-likelihood": likelihood[n]}
        for n, y_hat in enumerate(module.probabilities(scores).to_list())
    ]


def read_paths_plainly(module: nn.Module, sequences: list[Sequence]) -> list[Sequence]:
    """With a softmax over labels and places, step by step: inside, first, last, alone."""
    outputs: list[Sequence] = []
    for one in sequences:
        y, T = one["y"].tolist(), len(one["y"])
        powers = torch.einsum("td,kpd->tkp", one["x"], module.Wya).add(module.by).exp()
        p = powers / powers.sum((1, 2), keepdim=True)
        loss = torch.zeros((), dtype=torch.float64)
        for t, label in enumerate(y):
            begins, ends = t == 0 or y[t - 1] != label, t == T - 1 or y[t + 1] != label
            place = slice(None) if t in (0, T - 1) else [[0, 2], [1, 3]][begins][ends]
            loss = loss - p[t, label, place].sum().log()
        y_hat = p.sum(2)
        outputs.append({"y_hat": y_hat, "loss": loss, "log-likelihood": y_hat[torch.arange(T), one["y"]].log().sum()})
    return outputs


def reach_paths(T: int, t: int) -> dict[str, Tensor]:
    sums = dict.fromkeys(("loss", "log-likelihood"), torch.tensor(True))
    return {"y_hat": torch.arange(T) == t, **sums}


SPACE_ROWS = (
    bases_row("with their places", place_size=2),
    bases_row("without places", place_size=0),
    Row(
        "indices",
        lambda: randomised(IndicesInput(Classes(V), IndicesInputSettings(embedding_size=H))),
        lambda T: {"x": (torch.arange(T) ** 2 + T) % V},
        read_input,
        (by_autograd(read_one_hot),),
        only_its_step,
    ),
    vectors_row("as they are", input_size=0),
    vectors_row("projected", input_size=H),
    Row(
        "classes",
        make_classes,
        lambda T: {"x": normal(T, D), "y": torch.tensor([0, 2, 1, 2])[:T]},
        read_classes,
        (by_autograd(read_classes_plainly),),
        reach_classes,
    ),
    Row(
        "paths",
        make_paths,
        lambda T: {"x": normal(T, D), "y": torch.tensor([0, 2, 2, 1])[:T]},
        read_paths,
        (by_autograd(read_paths_plainly),),
        reach_paths,
    ),
)
