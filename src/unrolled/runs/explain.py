"""Which steps of x spoke for an answer: what `unrolled explain` shows."""

from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import torch
from torch import Tensor

from unrolled.architectures import ManyToOne, members_of
from unrolled.data.codecs import DnaCodec, Encoded, Fault, TextCodec
from unrolled.data.ragged import Ragged
from unrolled.errors import DataError, SettingsError
from unrolled.layers.wide import SCALE
from unrolled.model import Model

__all__ = ["Explanation", "explain"]

FIRST, MOST = 32, 4096
"""Points at which the gradient is taken: as many as completeness asks for; a maximum over time bends the way often."""

TOLERANCE = 1e-3


@dataclass(frozen=True)
class Explanation:
    """How much each step of x spoke for a label.

    The label's lead is its score less the mean of the others'. What the steps say adds up to the lead, less what it is
    where x says nothing: `base` + Σ `steps` = `lead`, but for `gap`.

    Attributes:
        label: what is explained.
        steps: of each step of x; above 0 it speaks for the label, below 0 against it.
        lead: of the label, for this x.
        base: of the label, where all vectors of x are zero and no phrase is known.
        gap: what is missing to completeness: the error of the integral.
    """

    label: str
    steps: tuple[float, ...]
    lead: float
    base: float
    gap: float

    def to_dict(self) -> dict[str, Any]:
        """Return the explanation for JSON."""
        rounded = {name: round(getattr(self, name), 6) for name in ("lead", "base", "gap")}
        return {"label": self.label, "steps": [round(value, 6) for value in self.steps], **rounded}


def explain(model: Model[Any, Any], x: Any, label: str | None = None) -> Explanation:
    """Explain the answer of a many-to-one model with labels, or another label, by what each step of x adds to its lead.

    The recurrent part is explained by integrated gradients (Sundararajan et al. 2017, arXiv:1703.01365v2) along the
    straight way from vectors of zeros to those of x; the gradient is taken at Gauss-Legendre points, more of them until
    the sum is complete to 1e-3. The score of the phrases is a sum already: each shares its part among its words.

    Raises:
        DataError: an x that cannot be encoded, or a label that the model does not have.
        SettingsError: a model of another shape, or one whose answer is no label.
    """
    network, members = model.network, members_of(model.network)
    labels = getattr(getattr(model.y, "labels", None), "tokens", ())
    parts = [member for member in members if isinstance(member, ManyToOne)]
    if len(parts) < len(members) or network.output.num_scores != len(labels) or not labels:
        raise SettingsError(
            f"explain needs a model with one label for all of x and a score for each; this one is {network.shape}."
        )
    accepted = model.x.accepted(x)
    if isinstance(accepted, Fault):
        raise DataError(f"What is to be explained has {accepted.found}. {accepted.way_out}.")
    x = accepted
    chosen: str = model.predict([x])[0] if label is None else label
    fault = model.y.check(chosen)
    if fault is not None:
        raise DataError(f"What is to be explained is {fault.found}. {fault.way_out}.")
    index = int(cast(Any, model.y.encode([chosen])).rows[0])
    encoded = model.x.encode([x])
    if len(encoded) > 1:
        raise SettingsError(
            "explain is of one strand, and this model answers by both. Train with reverse_complement=augment, or use "
            "unrolled.runs.mutate."
        )
    found = [_explained(part, model.x, x, encoded, index) for part in parts]
    # The scores of several members are the mean of theirs, and the lead is linear in the scores.
    steps = np.mean([own for own, _, _ in found], axis=0)
    lead, base = sum(own for _, own, _ in found) / len(found), sum(own for _, _, own in found) / len(found)
    gap = float(steps.sum()) + base - lead
    return Explanation(chosen, tuple(cast("list[float]", steps.tolist())), lead, base, gap)


def _explained(network: ManyToOne, codec: Any, x: Any, encoded: Encoded, index: int) -> tuple[np.ndarray, float, float]:
    """Return what each step adds to the lead of one network, that lead, and what it is where x says nothing."""
    with torch.no_grad():
        vectors = network.input(encoded).rows
        wide = None if network.wide is None else network.wide(network.wide.sums(cast(Any, encoded).phrases))
    num_points = FIRST
    steps, lead, base = _integrated(network, vectors, index, num_points)
    while abs(float(steps.sum()) + base - lead) > TOLERANCE and num_points < MOST:
        num_points *= 2
        steps, lead, base = _integrated(network, vectors, index, num_points)
    if wide is not None:
        of_phrases = _of_phrases(network, cast(TextCodec | DnaCodec, codec), x, index)
        steps, lead, base = (steps + of_phrases) / 2, (lead + float(_lead(wide, index)[0])) / 2, base / 2
    return steps, lead, base


def _lead(scores: Tensor, index: int) -> Tensor:
    """Return the score of a class less the mean of the others', (N,), of scores (N, K)."""
    rest = (scores.sum(1) - scores[:, index]) / max(scores.shape[1] - 1, 1)
    return scores[:, index] - rest


def _integrated(network: ManyToOne, vectors: Tensor, index: int, num_points: int) -> tuple[np.ndarray, float, float]:
    """Return what each step adds to the lead of the recurrent part, that lead, and what it is for zeros."""
    T = len(vectors)
    points, weights = np.polynomial.legendre.leggauss(num_points)
    halves = torch.tensor(np.stack([(points + 1) / 2, weights / 2]), dtype=vectors.dtype)
    total = torch.zeros_like(vectors)
    for first in range(0, num_points, FIRST):
        part, share = halves[:, first : first + FIRST]
        rows = (part[:, None, None] * vectors).flatten(0, 1).requires_grad_()
        lead = _lead(network.of_vectors(Ragged(rows, torch.full((len(part),), T))).rows, index)
        (gradient,) = torch.autograd.grad((lead * share).sum(), rows)
        total += gradient.view(len(part), T, -1).sum(0)
    with torch.no_grad():
        ends = Ragged(torch.cat([torch.zeros_like(vectors), vectors]), torch.tensor([T, T]))
        base, whole = (float(value) for value in _lead(network.of_vectors(ends).rows, index))
    return (total * vectors).sum(1).double().numpy(), whole, base


def _of_phrases(network: ManyToOne, codec: TextCodec | DnaCodec, x: Any, index: int) -> np.ndarray:
    """Return what each word adds to the lead of the phrases."""
    assert network.wide is not None
    found = np.zeros(len(x))
    tables = network.wide.tables()
    for (places, first, last), table in zip(codec.phrases.places(x), tables, strict=True):
        if not len(places):
            continue
        distinct, inverse, counts = np.unique(places, return_inverse=True, return_counts=True)
        scores = table[torch.as_tensor(distinct)].detach()
        # The length of the text's vector stays that of the whole: so the parts add up.
        length = scores[:, -1].sum().clamp_min(1e-6).sqrt()
        each = _lead(scores[:, :-1] * (SCALE / length), index).double().numpy()
        share = each[inverse] / counts[inverse] / (last - first + 1)
        for offset in range(int((last - first).max()) + 1):
            inside = first + offset <= last
            np.add.at(found, (first + offset)[inside], share[inside])
    return found
