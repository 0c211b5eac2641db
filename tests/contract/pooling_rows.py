"""Rows of the pooling over time, whole and running, against torch on each sequence alone."""

from functools import partial

import torch
from contract.layer_row import D, H, Row, Sequence, by_autograd, joined, normal, randomised
from torch import Tensor, nn

from unrolled.layers import Pooling

__all__ = ["POOLING_ROWS"]

A = 4
WEIGHED = frozenset({"mean", "attention", "attention_max"})


def make_pooling(*, kind: str, num_directions: int) -> nn.Module:
    width = 2 * H if num_directions == 2 else D
    return randomised(Pooling(kind, width, num_directions=num_directions, attention_size=A))


def draw_pooling(T: int, *, kind: str, width: int) -> Sequence:
    if "max" not in kind:
        return {"x": normal(T, width)}
    # So near to one another that any change (by 0.5 at least) makes a step the largest; far enough apart to differ.
    return {"x": torch.stack([torch.randperm(T) for _ in range(width)], 1) * 0.1 + torch.rand(width) * 0.01}


def read_pooling(module: nn.Module, sequences: list[Sequence]) -> list[Sequence]:
    a = joined(sequences, "x")
    outputs: list[Sequence] = [{"p": p} for p in module(a)]
    if module.kind in WEIGHED:
        for output, alpha in zip(outputs, module.alpha(a).to_list(), strict=True):
            output["alpha"] = alpha
    if module.causal:
        for output, one in zip(outputs, a.to_list(), strict=True):
            carried, running = module.start(1, one), list[Tensor]()
            for row in one.split(1):
                p, carried = module.step(row, carried)
                running.append(p)
            output["running p"] = torch.cat(running)
    return outputs


def plainly(module: nn.Module, x: Tensor) -> tuple[Tensor, Tensor]:
    """p and α of one sequence."""
    even = torch.full((len(x),), 1 / len(x), dtype=x.dtype)
    if module.kind.startswith("attention"):
        scores = torch.stack([module.ve @ torch.tanh(module.Wea @ row + module.be) for row in x])
        alpha = torch.softmax(scores, 0)
        p = sum(weight * row for weight, row in zip(alpha, x, strict=True))
        return (p if module.kind == "attention" else torch.cat([p, torch.max(x, 0).values])), alpha
    if module.kind == "last":
        p = x[-1] if module.num_directions == 1 else torch.cat([x[-1, :H], x[0, H:]])
    else:
        p = torch.mean(x, 0) if module.kind == "mean" else torch.max(x, 0).values
    return p, even


def read_pooling_plainly(module: nn.Module, sequences: list[Sequence]) -> list[Sequence]:
    outputs: list[Sequence] = []
    for one in sequences:
        p, alpha = plainly(module, one["x"])
        output = {"p": p}
        if module.kind in WEIGHED:
            output["alpha"] = alpha
        if module.causal:
            output["running p"] = torch.stack([plainly(module, one["x"][: t + 1])[0] for t in range(len(one["x"]))])
        outputs.append(output)
    return outputs


def reach_pooling(T: int, t: int, *, kind: str, num_directions: int) -> dict[str, Tensor]:
    if num_directions == 2:
        return {"p": torch.tensor([t == T - 1, t == 0])}
    if kind == "last":
        return {"p": torch.tensor(t == T - 1), "running p": torch.arange(T) == t}
    reached = {"p": torch.tensor(True), "running p": torch.arange(T) >= t}
    if kind == "mean":
        return reached | {"alpha": torch.zeros(T, dtype=torch.bool)}
    return reached if kind == "max" or T == 1 else reached | {"alpha": torch.ones(T, dtype=torch.bool)}


def pooling_row(name: str, kind: str, num_directions: int = 1) -> Row:
    return Row(
        f"pooling, {name}",
        partial(make_pooling, kind=kind, num_directions=num_directions),
        partial(draw_pooling, kind=kind, width=2 * H if num_directions == 2 else D),
        read_pooling,
        (by_autograd(read_pooling_plainly),),
        partial(reach_pooling, kind=kind, num_directions=num_directions),
    )


POOLING_ROWS = (
    pooling_row("last", "last"),
    pooling_row("last, both ways", "last", 2),
    pooling_row("mean", "mean"),
    pooling_row("max", "max"),
    pooling_row("attention", "attention"),
    pooling_row("attention and max", "attention_max"),
)
