"""A network of activations, pooling and scores, one step at a time: what it would answer if x ended here."""

from collections.abc import Callable, Mapping

import torch
from torch import Tensor

from unrolled.architectures.architecture import Steps
from unrolled.data.codecs.codec import Encoded
from unrolled.data.codecs.encoded import EncodedBases, EncodedWords
from unrolled.data.ragged import Ragged
from unrolled.errors import DataError
from unrolled.layers.pooling import Pooled, Pooling
from unrolled.layers.wide import Wide

__all__ = ["PooledSteps"]

POOLED = "pooling."
WIDE = "wide"


class PooledSteps:
    """x⟨t⟩ in, the scores of y out, as of x⟨1⟩ … x⟨t⟩.

    Phrases count from the step on that completes them: in an `EncodedWords` of a chunk each row has its own, every
    phrase of x once, although phrases may reach over the border of two chunks.

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
        kinds = 0 if wide is None else len(wide.sizes)
        self._no_phrases = like.detach().new_zeros(num_sequences, kinds, num_scores + 1)
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
        if self._wide is None or phrases is None:
            return scores
        by_step = phrases.view(-1, *self._phrases.shape).cumsum(0) + self._phrases
        self._phrases = by_step[-1]
        return scores.with_rows((scores.rows + self._wide(by_step.flatten(0, 1))) / 2)

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
        """The sums over the phrases that each row of x completes, (M, kinds, K + 1); None without a wide part."""
        if self._wide is None:
            return None
        phrases = x.phrases if isinstance(x, EncodedWords | EncodedBases) else ()
        if not phrases or any(len(bag.offsets) != x.num_rows + 1 for bag in phrases):
            raise DataError(
                "A step of this network needs the phrases that it completes. Feed it by its codec's chunks."
            )
        return self._wide.sums(phrases)
