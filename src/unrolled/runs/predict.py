"""Predictions: each label with its probability, each span with its type, sentence by sentence as they come."""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from unrolled.data.readers.source import split_at_spaces
from unrolled.data.tags import strict_spans
from unrolled.data.tokenizer import tokenize
from unrolled.model import Model

__all__ = ["Labelling", "PredictedSpan", "Prediction", "predict"]

CHUNK_TOKENS = 4096


@dataclass(frozen=True, slots=True)
class PredictedSpan:
    """An entity: type, tokens `start` to `end` (exclusive, from 0), their text, the least of their confidences."""

    type: str
    start: int
    end: int
    text: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Labelling:
    """One way to label a whole sentence, and its probability."""

    labels: tuple[str, ...]
    probability: float


@dataclass(frozen=True, slots=True)
class Prediction:
    """A sentence as the model reads it.

    Attributes:
        tokens, labels: one label a token, in IOB2; none for a blank line.
        spans: the entities, as the strict rule finds them.
        confidence: of each label, the marginal probability that the model gives it at its token.
        n_best: the most probable labellings of the whole sentence, best first, where they were asked for.
    """

    tokens: tuple[str, ...]
    labels: tuple[str, ...]
    spans: tuple[PredictedSpan, ...]
    confidence: tuple[float, ...]
    n_best: tuple[Labelling, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return the prediction for JSON; without `n_best` where it was not asked for."""
        fields = asdict(self)
        if not self.n_best:
            del fields["n_best"]
        return fields


def predict(
    model: Model, lines: Iterable[str], *, whitespace: bool = False, n_best: int = 0, chunk_tokens: int = CHUNK_TOKENS
) -> Iterator[Prediction]:
    """Yield one prediction for each line of raw text, a blank one for a blank line.

    Args:
        model: a tagger.
        lines: one sentence each; read only as far as needed.
        whitespace: split the lines at white space alone, for text that is tokenised already, instead of by `tokenize`.
        n_best: also give the n most probable labellings of each sentence; 0 for none.
        chunk_tokens: lines are read until they have that many tokens, then predicted together: a large number is
            faster, 1 answers each line before the next is read. The answers do not depend on it.

    Raises:
        SettingsError: `n_best` with a model whose output is a softmax.
    """
    split = split_at_spaces if whitespace else tokenize
    chunk: list[list[str]] = []
    num_tokens = 0
    for line in lines:
        chunk.append(split(line))
        num_tokens += len(chunk[-1])
        if num_tokens >= chunk_tokens or chunk_tokens == 1:
            yield from _predict(model, chunk, n_best)
            chunk, num_tokens = [], 0
    yield from _predict(model, chunk, n_best)


def _predict(model: Model, sentences: Sequence[list[str]], n_best: int) -> Iterator[Prediction]:
    full = [tokens for tokens in sentences if tokens]
    answers = iter(model.predict_with_confidence(full))
    labellings = iter(model.n_best(full, n_best) if n_best and full else [])
    for tokens in sentences:
        if not tokens:
            yield Prediction((), (), (), ())
            continue
        labels, exact = next(answers)
        confidence = [round(value, 6) for value in exact]  # float32 knows no more digits
        best = tuple(Labelling(tuple(other), min(1.0, math.exp(score))) for other, score in next(labellings, ()))
        yield Prediction(tuple(tokens), tuple(labels), _spans(tokens, labels, confidence), tuple(confidence), best)


def _spans(tokens: Sequence[str], labels: Sequence[str], confidence: Sequence[float]) -> tuple[PredictedSpan, ...]:
    return tuple(
        PredictedSpan(
            span.type,
            span.start,
            span.end,
            " ".join(tokens[span.start : span.end]),
            min(confidence[span.start : span.end]),
        )
        for span in strict_spans(labels)
    )
