"""Answers to lines of text, as they come: what `unrolled predict` does."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from unrolled.data.answer import Answer
from unrolled.decoding import Decoding
from unrolled.model import Model
from unrolled.tasks import Task

__all__ = ["Prediction", "predict"]

CHUNK_STEPS = 4096


@dataclass(frozen=True, slots=True)
class Prediction:
    """A line, what the task read in it, and the model's answer; both are None for a line that holds nothing."""

    line: str
    x: Any = None
    answer: Answer[Any] | None = None


def predict(
    model: Model[Any, Any],
    task: Task[Any, Any],
    lines: Iterable[str],
    *,
    whitespace: bool = False,
    n_best: int = 0,
    chunk_steps: int = CHUNK_STEPS,
) -> Iterator[Prediction]:
    """Yield one prediction for each line, an empty one for a line that holds nothing.

    Args:
        model: what answers.
        task: how it reads a line.
        lines: one x each; read only as far as needed.
        whitespace: split the lines at white space alone, for text that is tokenised already.
        n_best: also give the n most probable answers; 0 for none.
        chunk_steps: lines are read until they have that many steps, then answered together: a large number is faster,
            1 answers each line before the next is read. The answers do not depend on it.

    Raises:
        DataError: a line that cannot be read.
        SettingsError: `n_best` with a model that has one answer alone.
    """
    decoding = Decoding(n_best=n_best, confidence=True, probabilities=task.metric(model.y).needs == "probabilities")
    chunk: list[tuple[str, Any]] = []
    steps = 0
    for line in lines:
        x = task.show.read_x(line, whitespace)
        chunk.append((line, x))
        steps += 0 if x is None else model.x.length(x)
        if steps >= chunk_steps or chunk_steps == 1:
            yield from _answered(model, chunk, decoding)
            chunk, steps = [], 0
    yield from _answered(model, chunk, decoding)


def _answered(model: Model[Any, Any], chunk: list[tuple[str, Any]], decoding: Decoding) -> Iterator[Prediction]:
    answers = model.answers([x for _, x in chunk if x is not None], decoding)
    for line, x in chunk:
        yield Prediction(line) if x is None else Prediction(line, x, next(answers))
