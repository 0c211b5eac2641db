"""Answers to lines of text, as they come: what `unrolled predict` does."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from unrolled.data.answer import Answer
from unrolled.decoding import Decoding
from unrolled.errors import DataError
from unrolled.model import Model
from unrolled.runs.asked import Asked, Trouble
from unrolled.tasks import Task
from unrolled.tasks.text import tokenizer_in

__all__ = ["Prediction", "answer", "predict"]

CHUNK_STEPS = 4096


@dataclass(frozen=True, slots=True)
class Prediction:
    """What was asked, what the task read in it, and the model's answer.

    Attributes:
        line: the text as it was given; None where words were.
        x: what was read in it; None for a line that holds nothing.
        answer: to x; None where there is no x.
        rows: the columns of each word, where CoNLL was given.
        trouble: why there is no answer; None where nothing is wrong.
        name: of a record that has one.
    """

    line: str | None
    x: Any = None
    answer: Answer[Any] | None = None
    rows: tuple[tuple[str, ...], ...] = ()
    trouble: Trouble | None = None
    name: str = ""


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
    asked = (Asked(number, text=line) for number, line in enumerate(lines, 1))
    tokenizer = "whitespace" if whitespace else None
    for found in answer(model, task, asked, tokenizer=tokenizer, n_best=n_best, chunk_steps=chunk_steps):
        if found.trouble is not None:
            raise DataError(f"Line {found.trouble.line}: {found.trouble.found}. {found.trouble.way_out}.")
        yield found


def answer(
    model: Model[Any, Any],
    task: Task[Any, Any],
    asked: Iterable[Asked],
    *,
    tokenizer: str | None = None,
    n_best: int = 0,
    chunk_steps: int = CHUNK_STEPS,
) -> Iterator[Prediction]:
    """Yield one prediction for each x that was asked about; what cannot be read has a trouble in its place.

    Args:
        model: what answers.
        task: how it reads a line.
        asked: lines of text or words; read only as far as needed.
        tokenizer: that splits lines of text; None for the model's own.
        n_best, chunk_steps: as for `predict`.

    Raises:
        SettingsError: `n_best` with a model that has one answer alone.
    """
    decoding = Decoding(n_best=n_best, confidence=True, probabilities=task.metric(model.y).needs == "probabilities")
    tokenizer = tokenizer or tokenizer_in(model.x)
    chunk: list[Prediction] = []
    steps = 0
    for one in asked:
        found = _read(model, task, one, tokenizer)
        chunk.append(found)
        steps += 0 if found.x is None else model.x.length(found.x)
        if steps >= chunk_steps or chunk_steps == 1:
            yield from _answered(model, chunk, decoding)
            chunk, steps = [], 0
    yield from _answered(model, chunk, decoding)


def _read(model: Model[Any, Any], task: Task[Any, Any], asked: Asked, tokenizer: str) -> Prediction:
    """Return what was asked with its x, without an answer."""
    if asked.trouble is not None:
        return Prediction(asked.text, trouble=asked.trouble, name=asked.name)
    try:
        x = task.show.read_x(asked.text or "", tokenizer) if asked.words is None else asked.words or None
    except DataError as error:
        found, _, way_out = str(error).removesuffix(".").partition(". ")
        trouble = Trouble(asked.line, found, way_out or f"Give one {task.x.name} a line")
        return Prediction(asked.text, trouble=trouble, name=asked.name)
    fault = None if x is None else model.x.check(x)
    if fault is not None:
        return Prediction(asked.text, trouble=Trouble(asked.line, fault.found, fault.way_out), name=asked.name)
    return Prediction(asked.text, x, None, asked.rows, name=asked.name)


def _answered(model: Model[Any, Any], chunk: list[Prediction], decoding: Decoding) -> Iterator[Prediction]:
    answers = model.answers([one.x for one in chunk if one.x is not None], decoding)
    for one in chunk:
        yield one if one.x is None else replace(one, answer=next(answers))
