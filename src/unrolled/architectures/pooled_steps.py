"""A network of activations, pooling and scores, one step at a time: what it would answer if x ended here."""

from collections.abc import Callable, Mapping

import torch
from torch import Tensor

from unrolled.architectures.architecture import Steps
from unrolled.data.codecs.codec import Encoded
from unrolled.data.codecs.encoded import EncodedWords
from unrolled.data.ragged import Ragged
from unrolled.errors import DataError
from unrolled.layers.pooling import Pooled, Pooling
from unrolled.layers.wide import Wide

__all__ = ["PooledSteps"]

POOLED = "pooling."
WIDE = "wide"


class PooledSteps:
    """x⟨t⟩ in, the scores of y out, as of x⟨1⟩ … x⟨t⟩.

    Phrases count from the step on that brings them: in an `EncodedWords` whose `phrase_offsets` have a border more than
    it has rows, each row has its own; where they have one more than it has sequences, they belong to the last row. A
    step that brings none adds nothing. Whoever feeds the steps gives every phrase of x once, with the step that
    completes it: phrases may reach over the border of two chunks.

    Args:
        activations: the steps before the pooling, which give a⟨t⟩.
        pooling: what makes one row of them; causal.
        scores: of pooled rows.
        wide: the weights of phrases; None for none.
        like: a weight, whose type and device the state has.
        num_sequences: N.
        num_scores: width of the scores.
    """

    def __init__(
        self,
        activations: Steps,
        pooling: Pooling,
        scores: Callable[[Ragged], Ragged],
        wide: Wide | None,
        *,
        like: Tensor,
        num_sequences: int,
        num_scores: int,
    ) -> None:
        self._activations, self._pooling, self._scores, self._wide = activations, pooling, scores, wide
        self._num_sequences = num_sequences
        self._first = pooling.start(num_sequences, like)
        self._no_phrases = like.detach().new_zeros(num_sequences, num_scores)
        self._pooled: Pooled = self._first
        self._phrases = self._no_phrases

    @torch.no_grad()
    def step(self, x: Encoded, /) -> Ragged:
        """Return the scores after each further step, rows (M, K); x holds N sequences of length 1, or one of any."""
        phrases = self._of_phrases(x)  # before anything is carried on: it may refuse x
        a = self._activations.step(x)
        pooled: list[Tensor] = []
        for row in a.rows.view(-1, self._num_sequences, a.rows.shape[1]).unbind(0):
            p, self._pooled = self._pooling.step(row, self._pooled)
            pooled.append(p)
        scores = self._scores(a.with_rows(torch.cat(pooled)))
        if phrases is None:
            return scores if self._wide is None else scores.with_rows(scores.rows + self._phrases)
        by_step = phrases.view(-1, self._num_sequences, phrases.shape[1]).cumsum(0) + self._phrases
        self._phrases = by_step[-1]
        return scores.with_rows(scores.rows + by_step.flatten(0, 1))

    @property
    def state(self) -> dict[str, Tensor]:
        """A copy of a⟨t⟩ (and c⟨t⟩), of what the pooling carries ("pooling.sum" …), and of the scores of phrases."""
        state = self._activations.state | {f"{POOLED}{name}": part.clone() for name, part in self._pooled.items()}
        return state if self._wide is None else state | {WIDE: self._phrases.clone()}

    @state.setter
    def state(self, state: Mapping[str, Tensor]) -> None:
        first = {f"{POOLED}{name}": part for name, part in self._first.items()}
        if self._wide is not None:
            first[WIDE] = self._no_phrases
        found: dict[str, Tensor] = {}
        for name, part in first.items():
            if name not in state or state[name].shape != part.shape:
                shape = tuple(state[name].shape) if name in state else "missing"
                raise DataError(
                    f"In the state {name} is {shape}. Give {tuple(part.shape)}, as a stream of this model gave it."
                )
            found[name] = state[name].detach().to(part, copy=True)
        self._activations.state = {name: part for name, part in state.items() if name not in first}
        self._pooled = {name.removeprefix(POOLED): part for name, part in found.items() if name != WIDE}
        self._phrases = found.get(WIDE, self._no_phrases)

    def reset(self) -> None:
        """Forget the past: the next step is the first."""
        self._activations.reset()
        self._pooled, self._phrases = self._first, self._no_phrases

    def _of_phrases(self, x: Encoded) -> Tensor | None:
        """The scores of the phrases of each row of x, (M, K); None where it brings none."""
        if self._wide is None or not isinstance(x, EncodedWords) or x.phrase_indices is None:
            return None
        assert x.phrase_offsets is not None
        M, offsets = x.indices.num_rows, x.phrase_offsets
        if len(offsets) == 2 and len(x) == 1:
            offsets = torch.cat([offsets.new_zeros(M), offsets[1:]])
        if len(offsets) != M + 1:
            raise DataError(f"There are {len(offsets)} offsets of phrases. Give {M + 1}, or 2 for one sequence.")
        return self._wide(x.phrase_indices, offsets)
