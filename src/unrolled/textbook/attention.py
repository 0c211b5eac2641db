"""Attention: which steps a⟨t'⟩ of one sequence a step s⟨t⟩ of another reads.

    e⟨t,t'⟩ = score(s⟨t⟩, a⟨t'⟩)
    α⟨t,t'⟩ = softmax of e⟨t,·⟩ over t'
    context⟨t⟩ = Σ_t' α⟨t,t'⟩ a⟨t'⟩

The scores, of which each row of e (T_y, T_x) holds those of one t:

    dot       e⟨t,t'⟩ = s⟨t⟩ · a⟨t'⟩                        Luong, Pham & Manning 2015, arXiv:1508.04025v5, 3.1
    general   e⟨t,t'⟩ = s⟨t⟩ · Wsa a⟨t'⟩                    the same
    additive  e⟨t,t'⟩ = ve · tanh(Wes s⟨t⟩ + Wea a⟨t'⟩)     Bahdanau, Cho & Bengio 2014, arXiv:1409.0473v7, A.1.2

Luong asks with the decoder's s⟨t⟩, Bahdanau with s⟨t-1⟩; which one it is, is the caller's choice.
"""

from typing import Literal, NamedTuple, TypeAlias, get_args

import numpy as np

from unrolled.errors import DataError
from unrolled.textbook.activations import softmax
from unrolled.textbook.cell import Array, Gradients, Weights

__all__ = ["SCORES", "Attended", "Score", "attention", "attention_back", "attention_shapes"]

Score: TypeAlias = Literal["dot", "general", "additive"]

SCORES: tuple[Score, ...] = get_args(Score)


class Attended(NamedTuple):
    """What each step of s has read: `context` (T_y, H_a), and by which weights, `alpha` (T_y, T_x), rows sum to 1."""

    context: Array
    alpha: Array


def attention_shapes(score: Score, H_s: int, H_a: int, E: int = 0) -> dict[str, tuple[int, ...]]:
    """The shape of each parameter; E is the width of the additive score's tanh.

    >>> attention_shapes("additive", H_s=3, H_a=4, E=5)
    {'Wes': (5, 3), 'Wea': (5, 4), 've': (5,)}
    """
    shapes: dict[Score, dict[str, tuple[int, ...]]] = {
        "dot": {},
        "general": {"Wsa": (H_s, H_a)},
        "additive": {"Wes": (E, H_s), "Wea": (E, H_a), "ve": (E,)},
    }
    return shapes[score]


def attention(score: Score, weights: Weights, s: Array, a: Array) -> Attended:
    """What each of the T_y steps of s (T_y, H_s) reads of a (T_x, H_a); for "dot" H_s = H_a.

    Raises DataError where shapes do not fit.

    >>> attention("dot", {}, s=np.array([[0.0, 0.0]]), a=np.array([[1.0, 2.0], [3.0, 4.0]])).context.tolist()
    [[2.0, 3.0]]
    """
    _check(score, weights, s, a)
    if score == "dot":
        e = s @ a.T
    elif score == "general":
        e = s @ weights["Wsa"] @ a.T
    else:
        u = _u(weights, s, a)
        e = u @ weights["ve"]
    alpha = softmax(e)
    return Attended(context=alpha @ a, alpha=alpha)


def attention_back(
    score: Score, weights: Weights, s: Array, a: Array, dcontext: Array
) -> tuple[Array, Array, Gradients]:
    """From ∂L/∂context (T_y, H_a) to ds (T_y, H_s), da (T_x, H_a) and the gradients of the weights.

    a acts on L by two ways: it is what is read, and it is what the scores look at.
    """
    alpha = attention(score, weights, s, a).alpha
    dalpha = dcontext @ a.T
    # ∂α_j/∂e_k = α_j ([j = k] - α_k)
    de = alpha * (dalpha - np.sum(dalpha * alpha, axis=1, keepdims=True))
    da = alpha.T @ dcontext
    if score == "dot":
        return de @ a, da + de.T @ s, {}
    if score == "general":
        Wsa = weights["Wsa"]
        return de @ a @ Wsa.T, da + de.T @ s @ Wsa, {"dWsa": s.T @ de @ a}
    u = _u(weights, s, a)
    dve = np.einsum("yx,yxe->e", de, u)
    dz = de[:, :, None] * weights["ve"] * (1 - u**2)  # (T_y, T_x, E), before the tanh
    dz_s, dz_a = dz.sum(axis=1), dz.sum(axis=0)
    gradients = {"dWes": dz_s.T @ s, "dWea": dz_a.T @ a, "dve": dve}
    return dz_s @ weights["Wes"], da + dz_a @ weights["Wea"], gradients


def _u(weights: Weights, s: Array, a: Array) -> Array:
    """tanh(Wes s⟨t⟩ + Wea a⟨t'⟩) of every pair of steps, (T_y, T_x, E)."""
    return np.tanh((s @ weights["Wes"].T)[:, None, :] + (a @ weights["Wea"].T)[None, :, :])


def _check(score: Score, weights: Weights, s: Array, a: Array) -> None:
    if s.ndim != 2 or a.ndim != 2 or not len(a):
        raise DataError(f"attention: s must be (T_y, H_s) and a (T_x, H_a), T_x >= 1; found {s.shape} and {a.shape}")
    H_s, H_a = s.shape[1], a.shape[1]
    if score == "dot" and H_s != H_a:
        raise DataError(f"attention: the dot product needs rows of one width; found s {s.shape} and a {a.shape}")
    E = weights["ve"].shape[-1] if "ve" in weights else 0
    wanted = attention_shapes(score, H_s, H_a, E)
    found = {name: weights[name].shape for name in wanted if name in weights}
    if found != wanted:
        raise DataError(
            f"attention: the score {score!r} needs the weights {wanted} for s {s.shape} and a {a.shape}; found {found}"
        )
