"""Rows of attention: what each step of s reads of a, by each score, when s changes and when a does."""

from functools import partial

import numpy as np
import torch
from contract.layer_row import D, Gradients, H, Row, Sequence, by_autograd, joined, normal, randomised, weigh
from torch import Tensor, nn
from torch.nn import functional

from unrolled.layers.attention import Attention
from unrolled.textbook import SCORES, Score, attention, attention_back

__all__ = ["ATTENTION_ROWS", "attention_row"]

E = 5
ALL = 5
"""T_y + T_x of each pair, so that each of the two is once 1 where the other is not."""


def make_attention(*, score: Score) -> nn.Module:
    return randomised(Attention(score, H, H if score == "dot" else D, size=E))


def draw_attention(T: int, *, score: Score, changes: str) -> Sequence:
    T_y, T_x = (T, ALL - T) if changes == "s" else (ALL - T, T)
    return {"s": normal(T_y, H), "a": normal(T_x, H if score == "dot" else D)}


def read_attention(module: nn.Module, sequences: list[Sequence]) -> list[Sequence]:
    context, alpha = module(joined(sequences, "s"), module.memory(joined(sequences, "a")))
    return [{"context": one, "alpha": weights} for one, weights in zip(context.to_list(), alpha, strict=True)]


def read_by_torch(module: nn.Module, sequences: list[Sequence]) -> list[Sequence]:
    """By torch's own attention, where the score is a product; else by its equation, pair of steps by pair."""
    outputs: list[Sequence] = []
    for one in sequences:
        s, a = one["s"], one["a"]
        if module.score == "additive":
            rows = [[module.ve @ (module.Wes @ query + module.Wea @ key).tanh() for key in a] for query in s]
            alpha = torch.stack([torch.stack(row) for row in rows]).exp()
            alpha = alpha / alpha.sum(dim=1, keepdim=True)
            outputs.append({"context": alpha @ a, "alpha": alpha})
            continue
        keys = a if module.score == "dot" else a @ module.Wsa.T
        by_torch = partial(functional.scaled_dot_product_attention, s[None], keys[None], scale=1.0)
        # The weights are what it reads of the unit vectors.
        outputs.append({"context": by_torch(a[None])[0], "alpha": by_torch(torch.eye(len(a)).to(a)[None])[0]})
    return outputs


def attention_by_textbook(module: nn.Module, sequences: list[Sequence]) -> tuple[list[Sequence], Gradients]:
    """Values of both, and gradients by NumPy; those through the weights alpha by reading unit vectors beside a."""
    weights = {name: value.detach().numpy() for name, value in module.named_parameters()}
    outputs: list[Sequence] = []
    for one in sequences:
        context, alpha = attention(module.score, weights, one["s"].detach().numpy(), one["a"].detach().numpy())
        outputs.append(
            {name: torch.tensor(value).requires_grad_() for name, value in (("context", context), ("alpha", alpha))}
        )
    leaves = [value for one in outputs for value in one.values()]
    douts = iter(torch.autograd.grad(weigh(outputs), leaves))
    gradients: Gradients = {name: torch.zeros_like(value) for name, value in module.named_parameters()}
    for n, one in enumerate(sequences):
        s, a = one["s"].detach().numpy(), one["a"].detach().numpy()
        dcontext, dalpha = (dout.numpy() for dout in (next(douts), next(douts)))
        alpha = outputs[n]["alpha"].detach().numpy()
        ds, da, of_weights = attention_back(module.score, weights, s, a, dcontext)
        more = alpha_back(module.score, weights, s, a, alpha, dalpha)
        gradients[f"s[{n}]"], gradients[f"a[{n}]"] = torch.tensor(ds + more[0]), torch.tensor(da + more[1])
        for name in weights:
            gradients[name] = gradients[name] + torch.tensor(of_weights[f"d{name}"] + more[2][f"d{name}"])
    return [{name: value.detach() for name, value in one.items()} for one in outputs], gradients


def alpha_back(
    score: Score, weights: dict[str, np.ndarray], s: np.ndarray, a: np.ndarray, alpha: np.ndarray, dalpha: np.ndarray
) -> tuple[np.ndarray, np.ndarray, dict[str, np.ndarray]]:
    """From ∂L/∂alpha back: that of a context whose a is wider by a unit vector a step, which no score looks at."""
    T_x, H_a = a.shape
    wide = np.concatenate([a, np.eye(T_x)], axis=1)
    padded_s, padded = s, dict(weights)
    if score == "dot":
        padded_s = np.concatenate([s, np.zeros((len(s), T_x))], axis=1)
    elif score == "general":
        padded["Wsa"] = np.concatenate([weights["Wsa"], np.zeros((weights["Wsa"].shape[0], T_x))], axis=1)
    else:
        padded["Wea"] = np.concatenate([weights["Wea"], np.zeros((weights["Wea"].shape[0], T_x))], axis=1)
    dcontext = np.concatenate([np.zeros((len(s), H_a)), dalpha], axis=1)
    ds, da, gradients = attention_back(score, padded, padded_s, wide, dcontext)
    cut = {f"d{name}": gradients[f"d{name}"][tuple(slice(size) for size in weights[name].shape)] for name in weights}
    return ds[:, : s.shape[1]], da[:, :H_a], cut


def reach_attention(T: int, t: int, *, changes: str) -> dict[str, Tensor]:
    if changes == "a":  # every step may read it, and where it is the only one its weight stays 1
        return {"context": torch.ones(ALL - T, dtype=torch.bool), "alpha": torch.full((ALL - T,), T > 1)}
    asked = (torch.arange(T) == t) & (ALL - T > 1)
    return {"context": asked, "alpha": asked}


def attention_row(score: Score, changes: str) -> Row:
    return Row(
        f"attention, {score}, {changes} changes",
        partial(make_attention, score=score),
        partial(draw_attention, score=score, changes=changes),
        read_attention,
        (attention_by_textbook, by_autograd(read_by_torch)),
        partial(reach_attention, changes=changes),
        changes=changes,
        # A product of a whole batch may add up in another order than that of a part.
        same_bits=False,
    )


ATTENTION_ROWS = tuple(attention_row(score, changes) for score in SCORES for changes in ("s", "a"))
