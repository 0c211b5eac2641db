"""Rows of the outputs of ordered classes, sets and numbers, and of dense layers, against their formulas written out."""

from functools import partial
from itertools import pairwise

import torch
from contract.layer_row import D, H, Row, Sequence, by_autograd, joined, normal, randomised
from torch import Tensor, nn
from torch.distributions import Bernoulli, Independent, Normal

from unrolled.data.spaces import Classes, Sets, Vectors
from unrolled.layers import (
    Dense,
    NumbersOutput,
    NumbersOutputSettings,
    OrdinalOutput,
    OrdinalOutputSettings,
    SetsOutput,
    SetsOutputSettings,
)

__all__ = ["OUTPUT_ROWS"]

K = 4
COUNTS = torch.tensor([1, 6, 2, 3])
TEMPERATURE = 1.7
DELTA = 0.8


def reach(T: int, t: int, *, each: str | None) -> dict[str, Tensor]:
    found = {"loss": torch.tensor(True), "log-likelihood": torch.tensor(True)}
    return found if each is None else found | {each: torch.arange(T) == t}


# Ordered classes


def make_ordinal(*, output: str) -> nn.Module:
    settings = OrdinalOutputSettings(output=output, class_weights="balanced")
    module = randomised(OrdinalOutput(Classes(K, ordered=True), D, settings))
    module.observe(COUNTS)
    module.temperature.fill_(TEMPERATURE)
    return module


def draw_ordinal(T: int) -> Sequence:
    return {"x": normal(T, D), "y": torch.tensor([0, 3, 1, 2])[:T]}


def read_ordinal(module: nn.Module, sequences: list[Sequence]) -> list[Sequence]:
    scores, y = module.scores(joined(sequences, "x")), joined(sequences, "y")
    loss, likelihood = module.loss(scores, y), module.log_likelihood(scores, y)
    return [
        {"y_hat": y_hat, "loss": loss[n], "log-likelihood": likelihood[n]}
        for n, y_hat in enumerate(module.probabilities(scores).to_list())
    ]


def ordinal_plainly(module: nn.Module, x: Tensor) -> Tensor:
    """ŷ of one sequence, (T, K): differences of the cumulative probabilities."""
    if module.num_scores > 1:
        powers = (x @ module.Wya.T + module.by).exp()
        return powers / powers.sum(1, keepdim=True)
    thresholds = [module.theta[0]]
    for raw in module.theta[1:]:
        thresholds.append(thresholds[-1] + (1 + raw.exp()).log())
    z = x @ module.Wya[0]
    up_to = [1 / (1 + (z - threshold).exp()) for threshold in thresholds]
    borders = [torch.zeros_like(z), *up_to, torch.ones_like(z)]
    return torch.stack([high - low for low, high in pairwise(borders)], 1)


def read_ordinal_plainly(module: nn.Module, sequences: list[Sequence]) -> list[Sequence]:
    weights = COUNTS.sum() / (K * COUNTS.double())
    outputs: list[Sequence] = []
    for one in sequences:
        here = torch.arange(len(one["x"])), one["y"]
        plain = ordinal_plainly(module, one["x"])
        warm = plain ** (1 / TEMPERATURE)
        warm = warm / warm.sum(1, keepdim=True)
        outputs.append(
            {
                "y_hat": warm,
                "loss": -(weights[one["y"]] * plain[here].log()).sum(),
                "log-likelihood": warm[here].log().sum(),
            }
        )
    return outputs


# Sets


def draw_sets(T: int) -> Sequence:
    return {"x": normal(T, D), "y": (torch.arange(T * K).view(T, K) % 3 == 0).long()}


def read_sets(module: nn.Module, sequences: list[Sequence]) -> list[Sequence]:
    scores, y = module.scores(joined(sequences, "x")), joined(sequences, "y")
    loss, likelihood = module.loss(scores, y), module.log_likelihood(scores, y)
    return [
        {"y_hat": y_hat, "loss": loss[n], "log-likelihood": likelihood[n]}
        for n, y_hat in enumerate(module.probabilities(scores).to_list())
    ]


def read_sets_plainly(module: nn.Module, sequences: list[Sequence]) -> list[Sequence]:
    outputs: list[Sequence] = []
    for one in sequences:
        y_hat = 1 / (1 + (-(one["x"] @ module.Wya.T + module.by)).exp())
        likelihood = Independent(Bernoulli(y_hat), 1).log_prob(one["y"].double()).sum()
        outputs.append({"y_hat": y_hat, "loss": -likelihood, "log-likelihood": likelihood})
    return outputs


# Numbers


def make_numbers(*, output: str) -> nn.Module:
    return randomised(NumbersOutput(Vectors(K), D, NumbersOutputSettings(output=output, huber_delta=DELTA)))


def draw_numbers(T: int) -> Sequence:
    return {"x": normal(T, D), "y": 2 * normal(T, K)}


def read_numbers(module: nn.Module, sequences: list[Sequence]) -> list[Sequence]:
    scores, y = module.scores(joined(sequences, "x")), joined(sequences, "y")
    loss, likelihood = module.loss(scores, y), module.log_likelihood(scores, y)
    return [
        {"y_hat": y_hat, "loss": loss[n], "log-likelihood": likelihood[n]} for n, y_hat in enumerate(scores.to_list())
    ]


def read_numbers_plainly(module: nn.Module, sequences: list[Sequence]) -> list[Sequence]:
    outputs: list[Sequence] = []
    for one in sequences:
        y_hat, sigma = one["x"] @ module.Wya.T + module.by, module.log_sigma.exp()
        if module.settings.output == "gaussian":
            likelihood = Independent(Normal(y_hat, sigma), 1).log_prob(one["y"]).sum()
        else:
            r = ((one["y"] - y_hat) / sigma).abs()
            # The integral of the density over r, by the trapezoidal rule.
            grid = torch.linspace(-60, 60, 1_200_001, dtype=torch.float64)
            Z = torch.trapezoid((-huber(grid.abs())).exp(), grid)
            likelihood = (-huber(r) - sigma.log() - Z.log()).sum()
        outputs.append({"y_hat": y_hat, "loss": -likelihood, "log-likelihood": likelihood})
    return outputs


def huber(r: Tensor) -> Tensor:
    return torch.where(r <= DELTA, r * r / 2, DELTA * (r - DELTA / 2))


# Dense layers


def make_dense(*, activation: str, num_layers: int) -> nn.Module:
    return randomised(Dense(D, H, num_layers=num_layers, activation=activation))


def read_dense(module: nn.Module, sequences: list[Sequence]) -> list[Sequence]:
    x = joined(sequences, "x")
    return [{"a": rows} for rows in x.with_rows(module(x.rows)).to_list()]


def read_dense_plainly(module: nn.Module, sequences: list[Sequence]) -> list[Sequence]:
    outputs: list[Sequence] = []
    for one in sequences:
        a = one["x"]
        for Wx, bx in zip(module.Wx, module.bx, strict=True):
            z = (Wx @ a.T).T + bx
            a = z.tanh() if module.activation == "tanh" else z.clamp(min=0)
        outputs.append({"a": a})
    return outputs


def dense_row(activation: str, num_layers: int) -> Row:
    return Row(
        f"dense, {activation}, {num_layers} layers",
        partial(make_dense, activation=activation, num_layers=num_layers),
        lambda T: {"x": normal(T, D)},
        read_dense,
        (by_autograd(read_dense_plainly),),
        # A unit of relu that is shut before and after does not tell; with these numbers one at least is open.
        lambda T, t: {"a": torch.arange(T) == t},
    )


OUTPUT_ROWS = (
    *(
        Row(
            f"ordered classes, {output}",
            partial(make_ordinal, output=output),
            draw_ordinal,
            read_ordinal,
            (by_autograd(read_ordinal_plainly),),
            partial(reach, each="y_hat"),
        )
        for output in ("cumulative", "softmax")
    ),
    Row(
        "sets",
        lambda: randomised(SetsOutput(Sets(K), D, SetsOutputSettings())),
        draw_sets,
        read_sets,
        (by_autograd(read_sets_plainly),),
        partial(reach, each="y_hat"),
    ),
    *(
        Row(
            f"numbers, {output}",
            partial(make_numbers, output=output),
            draw_numbers,
            read_numbers,
            (by_autograd(read_numbers_plainly),),
            partial(reach, each="y_hat"),
        )
        for output in ("gaussian", "huber")
    ),
    dense_row("tanh", 2),
    dense_row("relu", 1),
)
