"""All problems and the figures of labelled files, without training."""

import statistics
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from itertools import combinations
from math import ceil
from pathlib import Path
from typing import TypeAlias

from unrolled.data.problem import Problem
from unrolled.data.readers.labelled import read_labelled
from unrolled.data.readers.reading import Reading
from unrolled.data.tags import Scheme, spans
from unrolled.data.vocabulary import UnknownReport

__all__ = ["CheckReport", "Conflict", "FileFigures", "Lengths", "Overlap", "check_labelled"]

UnknownRate: TypeAlias = Callable[[Iterable[str]], UnknownReport]


@dataclass(frozen=True, slots=True)
class Lengths:
    """Tokens in a sentence; `p95` is the smallest length that at least 95 % of the sentences do not exceed."""

    min: int
    median: float
    p95: int
    max: int


@dataclass(frozen=True, slots=True)
class Conflict:
    """A sentence that stands on two lines with different labels; `positions` are the tokens concerned, from 0."""

    first_line: int
    line: int
    tokens: tuple[str, ...]
    positions: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class FileFigures:
    """The figures of the sound sentences of one file; `lengths` is None if there is none.

    `num_duplicates` counts the sentences whose tokens stand earlier in the file, `conflicts` those of them that have
    other labels there. `unknown` is given only against a vocabulary.
    """

    path: str
    scheme: Scheme | None
    num_problems: int
    num_sentences: int
    num_tokens: int
    lengths: Lengths | None
    labels: dict[str, int]
    entities: dict[str, int]
    num_without_entity: int
    num_duplicates: int
    conflicts: tuple[Conflict, ...]
    unknown: UnknownReport | None


@dataclass(frozen=True, slots=True)
class Overlap:
    """How much of the second file is in the first: sentences by their tokens, and entity types that it lacks."""

    first: str
    second: str
    num_shared: int
    rate: float
    lines: tuple[tuple[int, int], ...]
    num_conflicting: int
    unseen_types: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CheckReport:
    """Figures of each file, overlap of each two (earlier, later), and every problem."""

    files: tuple[FileFigures, ...]
    overlaps: tuple[Overlap, ...]
    problems: tuple[Problem, ...]

    @property
    def ok(self) -> bool:
        """Whether no file has a problem; duplicates, overlaps and conflicts are figures, not problems."""
        return not self.problems

    def to_dict(self) -> dict[str, object]:
        """Return the report for JSON."""
        return {"ok": self.ok, **asdict(self)}


def check_labelled(
    paths: Sequence[str | Path],
    *,
    unknown_rate: UnknownRate | None = None,
    scheme: Scheme | None = None,
    token_column: str | int | None = None,
    label_column: str | int | None = None,
    sentence_column: str | int | None = None,
    label_names: Sequence[str] | None = None,
) -> CheckReport:
    """Read every file as `read_labelled` does and report on it; give the training file first.

    Nothing in a file raises: what is wrong stands in `problems`. `unknown_rate` counts the unknown
    ones among tokens: a method of a vocabulary, or of a model's codec.
    """
    readings = [
        read_labelled(
            path,
            strict=False,
            scheme=scheme,
            token_column=token_column,
            label_column=label_column,
            sentence_column=sentence_column,
            label_names=label_names,
        )
        for path in paths
    ]
    return CheckReport(
        files=tuple(_figures(reading, unknown_rate) for reading in readings),
        overlaps=tuple(_overlap(first, second) for first, second in combinations(readings, 2)),
        problems=tuple(problem for reading in readings for problem in reading.problems),
    )


def _figures(reading: Reading, unknown_rate: UnknownRate | None) -> FileFigures:
    labels: Counter[str] = Counter()
    entities: Counter[str] = Counter()
    num_without_entity = 0
    for pair in reading.pairs:
        labels.update(pair.y)
        found = spans(pair.y)
        entities.update(span.type for span in found)
        num_without_entity += not found
    lengths = sorted(len(pair.x) for pair in reading.pairs)
    num_duplicates, conflicts = _duplicates(reading)
    return FileFigures(
        path=reading.path,
        scheme=reading.scheme,
        num_problems=len(reading.problems),
        num_sentences=len(lengths),
        num_tokens=sum(lengths),
        lengths=_lengths(lengths) if lengths else None,
        labels=dict(sorted(labels.items())),
        entities=dict(sorted(entities.items())),
        num_without_entity=num_without_entity,
        num_duplicates=num_duplicates,
        conflicts=tuple(conflicts),
        unknown=unknown_rate(token for pair in reading.pairs for token in pair.x) if unknown_rate else None,
    )


def _lengths(ordered: Sequence[int]) -> Lengths:
    p95 = ordered[ceil(0.95 * len(ordered)) - 1]
    return Lengths(ordered[0], float(statistics.median(ordered)), p95, ordered[-1])


def _first_lines(reading: Reading) -> dict[tuple[str, ...], tuple[int, tuple[str, ...]]]:
    """Return, for every sentence, the line where it first stands and its labels there."""
    first: dict[tuple[str, ...], tuple[int, tuple[str, ...]]] = {}
    for pair, line in zip(reading.pairs, reading.lines, strict=True):
        first.setdefault(pair.x, (line, pair.y))
    return first


def _duplicates(reading: Reading) -> tuple[int, list[Conflict]]:
    first = _first_lines(reading)
    num_duplicates = 0
    conflicts: list[Conflict] = []
    for pair, line in zip(reading.pairs, reading.lines, strict=True):
        first_line, labels = first[pair.x]
        if line == first_line:
            continue
        num_duplicates += 1
        positions = tuple(i for i, (one, other) in enumerate(zip(labels, pair.y, strict=True)) if one != other)
        if positions:
            conflicts.append(Conflict(first_line, line, pair.x, positions))
    return num_duplicates, conflicts


def _overlap(first: Reading, second: Reading) -> Overlap:
    known = _first_lines(first)
    lines: list[tuple[int, int]] = []
    num_conflicting = 0
    for pair, line in zip(second.pairs, second.lines, strict=True):
        if pair.x in known:
            known_line, labels = known[pair.x]
            lines.append((known_line, line))
            num_conflicting += labels != pair.y
    return Overlap(
        first=first.path,
        second=second.path,
        num_shared=len(lines),
        rate=len(lines) / len(second.pairs) if second.pairs else 0.0,
        lines=tuple(lines),
        num_conflicting=num_conflicting,
        unseen_types=tuple(sorted(_types(second) - _types(first))),
    )


def _types(reading: Reading) -> set[str]:
    return {span.type for pair in reading.pairs for span in spans(pair.y)}
