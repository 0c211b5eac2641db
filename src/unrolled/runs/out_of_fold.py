"""Answers to the examples of a fold by the model that was trained without it, as JSON Lines."""

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from unrolled.data.answer import Answer
from unrolled.data.series import Series
from unrolled.disk import write_atomically
from unrolled.errors import RunError
from unrolled.tasks.show import plainly

__all__ = ["OutOfFold", "aligned", "as_lines", "read_answers", "write_answers"]


@dataclass(frozen=True)
class OutOfFold:
    """An answer by a model that has not seen its example.

    Attributes:
        number: of the example among those of the data, from 1.
        place: where it stands, such as "train.csv:7".
        fold: in which it was held out, from 1.
        group: whom or what it is from, "" where that was not asked.
        truth: its y.
        answer: of the model; its probabilities are in the order of all labels.
    """

    number: int
    place: str
    fold: int
    group: str
    truth: Any
    answer: Answer[Any]

    def to_dict(self, labels: Sequence[str]) -> dict[str, Any]:
        """Return it for JSON; probabilities by label, of steps a list in the order of the labels."""
        answer, rows = self.answer, self.answer.probabilities
        found: dict[str, Any] = {"number": self.number, "place": self.place, "fold": self.fold}
        found |= {"group": self.group} if self.group else {}
        found |= {"y": plainly(self.truth), "answer": plainly(answer.y)}
        found |= {"confidence": [float(value) for value in answer.confidence]} if answer.confidence else {}
        if rows is not None:
            each: list[list[float]] = rows.tolist()
            found["probabilities"] = dict(zip(labels, each[0], strict=True)) if _is_one(self.truth) else each
        return found


def as_lines(answers: Iterable[OutOfFold], labels: Sequence[str]) -> bytes:
    """Return answers as JSON Lines."""
    return "".join(f"{json.dumps(one.to_dict(labels), ensure_ascii=False)}\n" for one in answers).encode()


def write_answers(path: Path, answers: Iterable[OutOfFold], labels: Sequence[str]) -> None:
    """Write answers, whole or not at all.

    Raises:
        OSError: they cannot be written.
    """
    write_atomically(path, as_lines(answers, labels))


def read_answers(path: Path, truths: Sequence[Any], labels: Sequence[str]) -> list[OutOfFold]:
    """Read what `write_answers` wrote; `truths` are those of all examples of the data.

    Raises:
        RunError: it is another thing, or not of these data.
    """
    try:
        rows = [cast("dict[str, Any]", json.loads(line)) for line in path.read_text(encoding="utf-8").splitlines()]
        return [_read(row, truths[int(row["number"]) - 1], labels) for row in rows]
    except (OSError, ValueError, KeyError, TypeError, IndexError, RecursionError) as error:
        raise RunError(
            f"{path} does not hold the answers of a fold of these data ({error}). Remove it, and the fold is trained "
            "again; or train anew."
        ) from error


def aligned(answer: Answer[Any], own: Sequence[str], labels: Sequence[str]) -> Answer[Any]:
    """Return an answer with its probabilities in the order of all labels, of which a fold may lack some."""
    if answer.probabilities is None or tuple(own) == tuple(labels):
        return answer
    rows = np.zeros((len(answer.probabilities), len(labels)), np.float32)
    rows[:, [labels.index(label) for label in own]] = answer.probabilities
    return Answer(answer.y, confidence=answer.confidence, probabilities=rows)


def _read(row: Mapping[str, Any], truth: Any, labels: Sequence[str]) -> OutOfFold:
    if row["y"] != plainly(truth) and not _is_nan(row["y"]):
        raise ValueError(f"the y of example {row['number']} is {row['y']!r:.40}, and not the data's")
    found: Any = row.get("probabilities")
    rows: NDArray[np.float32] | None = None
    if found is not None:
        rows = np.array([[found[label] for label in labels]] if isinstance(found, dict) else found, np.float32)
    answer = Answer(_like(truth, row["answer"]), confidence=tuple(row.get("confidence", ())), probabilities=rows)
    return OutOfFold(row["number"], row["place"], row["fold"], row.get("group", ""), truth, answer)


def _like(truth: Any, value: Any) -> Any:
    """Return a value of JSON as what the truth is."""
    if isinstance(truth, Series):
        return Series(value)
    if isinstance(truth, tuple | frozenset):
        return type(cast("tuple[Any, ...]", truth))(value)
    return value


def _is_one(truth: Any) -> bool:
    return isinstance(truth, str | float)


def _is_nan(value: object) -> bool:
    return isinstance(value, float) and math.isnan(value)
