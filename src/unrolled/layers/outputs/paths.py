"""A label for every step, in stretches: a softmax over labels and their first and last steps, and the best path."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

import torch
from torch import Tensor, nn

from unrolled.data.ragged import Ragged, check_ragged
from unrolled.data.spaces import Paths
from unrolled.decoding import Decoding, Hypothesis, viterbi
from unrolled.errors import DataError
from unrolled.layers.outputs.chosen import chosen
from unrolled.layers.outputs.softmax import Softmax
from unrolled.settings import Settings, setting

__all__ = ["INSIDE", "PathsOutput", "PathsOutputSettings"]

NUM_PLACES = 4
INSIDE, FIRST, LAST, ALONE = range(NUM_PLACES)
"""Where a step is within its stretch of one label."""

UNSEEN = 1e-3
"""Of states that are more than labels, how often what was never seen is taken to have been: a frame is kept."""


@dataclass(frozen=True, kw_only=True)
class PathsOutputSettings(Settings):
    """What chooses the labels of steps that come in stretches.

    Attributes:
        output: "path", by which all labels of a sequence are chosen together (Viterbi), or "softmax", each for itself,
            which a model needs that answers while x arrives.
    """

    title: ClassVar[str] = "setting of the output"

    output: Literal["path", "softmax"] = setting("path")


class PathsOutput(nn.Module):
    """P(y⟨t⟩ = k, place e | x) = softmax(Wya a⟨t⟩ + by), e where t is in its stretch of k: inside, first, last, alone.

    The probability of a label is the sum over its places. The best path is that of a hybrid of network and hidden
    Markov model (Bourlard & Morgan 1994): the states are labels at places, the transitions and the labels of first and
    last steps those of the training data, and a state scores path_scale · log P(label | x) + log P(place | label, x)
    - log P(place | label). What neighbouring steps say of the label is much the same, so that its scale is below 1, and
    is chosen on a dev part; what they say of the place is not, and where a stretch ends is as rare as it is telling.

    Where the space has more states than labels, such as the frames of codons, k is a class of states that look alike,
    C in all, and the path is one of states: which of a class it is, those round it decide.

    Args:
        space: K labels, of S states.
        input_size: width of a⟨t⟩.
        settings: how labels are chosen.
        generator: where the initial weights come from.
    """

    path_scale: Tensor
    log_prior: Tensor
    transitions: Tensor
    log_ends: Tensor

    def __init__(
        self, space: Paths, input_size: int, settings: PathsOutputSettings, *, generator: torch.Generator | None = None
    ) -> None:
        super().__init__()
        S = space.num
        self.space, self.settings = space, settings
        self.labels, self.classes = space.labels or tuple(range(S)), space.classes or tuple(range(S))
        C = max(self.classes) + 1
        self.num_classes, self.num_labels = C, max(self.labels) + 1
        self.num_scores = C * NUM_PLACES
        layer = Softmax(input_size, self.num_scores, generator=generator)
        self.Wya = nn.Parameter(layer.Wya.detach().view(C, NUM_PLACES, input_size).clone())
        self.by = nn.Parameter(torch.zeros(C, NUM_PLACES))
        self.register_buffer("path_scale", torch.full((), 0.3))
        self.register_buffer("log_prior", torch.full((C, NUM_PLACES), -1.0))
        self.register_buffer("transitions", torch.zeros(S, NUM_PLACES, S, NUM_PLACES))
        self.register_buffer("log_ends", torch.zeros(2, S))

    @property
    def causal(self) -> bool:
        """Whether a label depends on the scores up to its step alone: a path is chosen as a whole."""
        return self.settings.output == "softmax"

    @property
    def partners(self) -> tuple[int, ...]:
        """For each score, the one that it is on the other strand: of the class's partner, first and last exchanged."""
        places = {INSIDE: INSIDE, FIRST: LAST, LAST: FIRST, ALONE: ALONE}
        states = self.space.partners or tuple(range(self.space.num))
        classes = dict(sorted((kind, self.classes[states[state]]) for state, kind in enumerate(self.classes)))
        return tuple(kind * NUM_PLACES + places[place] for kind in classes.values() for place in range(NUM_PLACES))

    def observe(self, y_counts: Tensor | None) -> None:
        """Take in nothing: how often labels occur is not enough; see `count`."""

    @torch.no_grad()
    def count(self, ys: Iterable[Tensor]) -> None:
        """Take in the states of the training sequences, int64 (T,) each: what follows what, and what is at ends."""
        S = self.space.num
        ends = torch.ones(2, S, dtype=torch.float64)
        counts = torch.zeros(S * NUM_PLACES, S * NUM_PLACES, dtype=torch.float64)
        unseen = torch.as_tensor(_allowed(self.labels).flatten(0, 1).flatten(1), dtype=torch.float64)
        counts += unseen if self.num_labels == S else unseen * UNSEEN  # one of each that can be; a frame is kept
        alone = unseen.sum(1)
        for y in ys:
            states = _places(y, self.labels) + y * NUM_PLACES
            ends[[0, 1], y[[0, -1]]] += 1
            pairs = states[:-1] * S * NUM_PLACES + states[1:]
            counts += torch.bincount(pairs, minlength=counts.numel()).view_as(counts)
            alone += torch.bincount(states, minlength=len(alone))
        follows = counts / counts.sum(1, keepdim=True).clamp(min=UNSEEN if self.num_labels < S else 1)
        self.transitions.copy_(follows.clamp(min=1e-12).log().view(S, NUM_PLACES, S, NUM_PLACES))
        self.log_ends.copy_((ends / ends.sum(1, keepdim=True)).log())
        of_classes = torch.zeros(self.num_classes, NUM_PLACES, dtype=torch.float64)
        of_classes.index_add_(0, torch.tensor(self.classes), alone.view(S, NUM_PLACES))
        self.log_prior.copy_((of_classes / of_classes.sum(1, keepdim=True)).log())

    def scores(self, a: Ragged) -> Ragged:
        """Return Wya a⟨t⟩ + by for each step, rows (M, 4·K)."""
        check_ragged("PathsOutput.scores", a)
        return a.with_rows(nn.functional.linear(a.rows, self.Wya.flatten(0, 1), self.by.flatten()))

    def loss(self, scores: Ragged, y: Ragged, noise: torch.Generator | None = None) -> Tensor:
        """Return -Σ log P(y⟨t⟩, place | x) of each sequence, (N,).

        At either end of a sequence, which may be that of a piece, the place is not known, and is summed over.

        Raises:
            DataError: y has other steps than the scores.
        """
        check_ragged("PathsOutput.loss", scores, y)
        log_probs = torch.log_softmax(self._rows(scores, y), 1)
        places = torch.cat([_places(each, self.labels) for each in y.to_list()])
        classes = _table(self.classes, y.rows)[y.rows]
        losses = -log_probs.gather(1, (classes * NUM_PLACES + places).to(log_probs.device)[:, None])[:, 0]
        firsts, lasts = y.offsets[:-1], (y.offsets[1:] - 1)[y.lengths > 1]
        ends = torch.cat([firsts, lasts]).to(losses.device)
        of_classes = log_probs[ends].view(-1, self.num_classes, NUM_PLACES).logsumexp(2)
        losses = losses.index_copy(0, ends, -of_classes.gather(1, classes[ends][:, None])[:, 0])
        return scores.with_rows(losses).sum()

    def log_likelihood(self, scores: Ragged, y: Ragged) -> Tensor:
        """Return Σ log P(y⟨t⟩ | x) of each sequence, (N,), each step for itself.

        Raises:
            DataError: y has other steps than the scores.
        """
        check_ragged("PathsOutput.log_likelihood", scores, y)
        self._rows(scores, y)
        rows = self.log_probabilities(scores).rows
        return scores.with_rows(rows.gather(1, _table(self.labels, y.rows)[y.rows][:, None])[:, 0]).sum()

    def log_probabilities(self, scores: Ragged) -> Ragged:
        """Return log P(y⟨t⟩ | x) of each label, rows (M, K)."""
        check_ragged("PathsOutput.log_probabilities", scores)
        rows = torch.log_softmax(scores.rows, 1).view(-1, self.num_classes, NUM_PLACES).logsumexp(2)
        if self.num_classes == self.num_labels:
            return scores.with_rows(rows)
        of = sorted(set(zip(self.labels, self.classes, strict=True)))
        labels = [[kind for own, kind in of if own == label] for label in range(self.num_labels)]
        return scores.with_rows(torch.stack([rows[:, kinds].logsumexp(1) for kinds in labels], 1))

    def probabilities(self, scores: Ragged) -> Ragged:
        """Return ŷ⟨t⟩, the probability of each label at each step, rows (M, K)."""
        check_ragged("PathsOutput.probabilities", scores)
        return scores.with_rows(self.log_probabilities(scores).rows.exp())

    @torch.no_grad()
    def decode(self, scores: Ragged) -> Tensor:
        """Return the labels of the best path, or each step's most probable label, int64 (M,)."""
        check_ragged("PathsOutput.decode", scores)
        if self.settings.output == "softmax":
            return self.log_probabilities(scores).rows.argmax(1)
        log_probs = torch.log_softmax(scores.rows, 1).view(-1, self.num_classes, NUM_PLACES)
        of_labels = log_probs.logsumexp(2, keepdim=True)
        emissions = self.path_scale * of_labels + (log_probs - of_labels) - self.log_prior
        emissions = emissions[:, list(self.classes)].flatten(1)
        forbidden = ~_allowed(self.labels).to(self.transitions.device)
        transitions = self.transitions.masked_fill(forbidden, -torch.inf).flatten(0, 1).flatten(1)
        first, last = self.log_ends.repeat_interleave(NUM_PLACES, 1)
        best, _ = viterbi(scores.with_rows(emissions), transitions, first, last)
        return _table(self.labels, best.rows)[best.rows // NUM_PLACES]

    def found(self, scores: Ragged, decoding: Decoding) -> list[list[Hypothesis]]:
        """Return for each sequence its labels; their confidence is the probability of each step's label.

        Raises:
            SettingsError: further answers to sequences of more than one step.
        """
        check_ragged("PathsOutput.found", scores)
        return chosen(self.log_probabilities(scores), self.decode(scores), decoding)

    def symbols(self) -> Mapping[str, tuple[str, int]]:
        """Return the letters of the shapes."""
        if self.num_classes > self.num_labels:
            return {
                "C": ("labels, and frames of codons", self.num_classes),
                "P": ("places: inside, first, last, alone", 4),
            }
        return {"K": ("labels", self.num_labels), "P": ("places: inside, first, last, alone", NUM_PLACES)}

    def shapes(self, width: str = "B·H") -> Mapping[str, tuple[str, ...]]:
        """Return the shape of each parameter in symbols; `width` is that of a⟨t⟩."""
        K = "C" if self.num_classes > self.num_labels else "K"
        return {"Wya": (K, "P", width), "by": (K, "P")}

    def _rows(self, scores: Ragged, y: Ragged) -> Tensor:
        if not torch.equal(scores.lengths, y.lengths):
            raise DataError(
                f"y has {y.num_rows} steps in {len(y)} sequences, and there are scores for {scores.num_rows}."
            )
        return scores.rows


def _table(numbers: Sequence[int], like: Tensor) -> Tensor:
    return torch.tensor(numbers, device=like.device)


def _places(y: Tensor, labels_of: Sequence[int]) -> Tensor:
    """Return the place of each step in its stretch of one label, int64 (T,), from its states."""
    labels = _table(labels_of, y)[y]
    changes = labels[1:] != labels[:-1]
    edge = torch.ones(1, dtype=torch.bool, device=y.device)
    first, last = torch.cat([edge, changes]), torch.cat([changes, edge])
    return torch.where(first, torch.where(last, ALONE, FIRST), torch.where(last, LAST, INSIDE))


def _allowed(labels_of: Sequence[int]) -> Tensor:
    """Return (S, 4, S, 4) bool: which state at which place may follow which."""
    goes_on = torch.tensor([[place in (INSIDE, FIRST)] for place in range(NUM_PLACES)])
    begins = torch.tensor([place in (FIRST, ALONE) for place in range(NUM_PLACES)])
    label_of = torch.tensor(labels_of)
    same = (label_of[:, None] == label_of)[:, None, :, None]
    inner = (goes_on & ~begins)[None, :, None, :]
    outer = (~goes_on & begins)[None, :, None, :]
    return (same & inner) | (~same & outer)
