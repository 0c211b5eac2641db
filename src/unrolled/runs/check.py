"""All problems and the figures of labelled files, without training: what `unrolled check` does."""

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import combinations
from math import ceil
from pathlib import Path
from typing import Any

from unrolled.data.codecs.codec import Knowing
from unrolled.data.problem import Problem
from unrolled.data.readers import Reading
from unrolled.data.vocabulary import UnknownReport
from unrolled.model import Model
from unrolled.runs.account import account
from unrolled.runs.dividing import key_of
from unrolled.runs.groups import SharedGroup, shared_groups
from unrolled.settings import Composed
from unrolled.tasks import Task

__all__ = ["CheckReport", "Conflict", "FileFigures", "Lengths", "Overlap", "check_files"]


@dataclass(frozen=True, slots=True)
class Lengths:
    """T_x of the examples; `p95` is the smallest length that at least 95 % of them do not exceed."""

    min: int
    median: float
    p95: int
    max: int


@dataclass(frozen=True, slots=True)
class Conflict:
    """An x that stands in two places with different y."""

    first_line: int
    line: int
    x: Any
    first_y: Any
    y: Any


@dataclass(frozen=True, slots=True)
class FileFigures:
    """The figures of the sound examples of one file; `lengths` is None if there is none.

    `num_duplicates` counts the examples whose x stands earlier in the file, `conflicts` those of them that have another
    y there. `unknown` is given only against a model with a vocabulary.
    """

    path: str
    facts: Mapping[str, str]
    num_problems: int
    num_examples: int
    num_steps: int
    lengths: Lengths | None
    counts: Mapping[str, Mapping[str, int]]
    figures: Mapping[str, int]
    num_duplicates: int
    conflicts: tuple[Conflict, ...]
    unknown: UnknownReport | None


@dataclass(frozen=True, slots=True)
class Overlap:
    """How much of the second file is in the first: examples by their x, and labels that it lacks.

    `num_alike` counts those that stand there as what the task holds for the same, such as the reverse complement, and
    not as themselves; None where it holds nothing for the same. `groups` are the subjects, such as speakers, that stand
    in both; None where that was not asked.
    """

    first: str
    second: str
    num_shared: int
    rate: float
    lines: tuple[tuple[int, int], ...]
    num_conflicting: int
    unseen: tuple[str, ...]
    num_alike: int | None = None
    groups: tuple[SharedGroup, ...] | None = None


@dataclass(frozen=True, slots=True)
class CheckReport:
    """Figures of each file, overlap of each two (earlier, later), and every problem.

    Attributes:
        accounts: of each file, how it was understood, a line each.
        notes: of all files, what a reader of the figures should know.
    """

    task: Task[Any, Any]
    files: tuple[FileFigures, ...]
    overlaps: tuple[Overlap, ...]
    problems: tuple[Problem, ...]
    accounts: tuple[tuple[str, ...], ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether no file has a problem; duplicates, overlaps and conflicts are figures, not problems."""
        return not self.problems

    def in_words(self, conflict: Conflict) -> tuple[dict[str, Any], str]:
        """Return a conflict for JSON, and in words."""
        return self.task.checks.conflict(conflict.x, conflict.first_y, conflict.y)

    def to_dict(self) -> dict[str, object]:
        """Return the report for JSON."""
        x = self.task.x
        files = [
            {
                "path": file.path,
                **file.facts,
                "num_problems": file.num_problems,
                f"num_{x.name}s": file.num_examples,
                f"num_{x.step}s": file.num_steps,
                "lengths": None if file.lengths is None else asdict(file.lengths),
                **{name: dict(table) for name, table in file.counts.items()},
                **file.figures,
                "num_duplicates": file.num_duplicates,
                "conflicts": [
                    {"first_line": conflict.first_line, "line": conflict.line, **self.in_words(conflict)[0]}
                    for conflict in file.conflicts
                ],
                "unknown": None if file.unknown is None else asdict(file.unknown),
            }
            for file in self.files
        ]
        return {
            "ok": self.ok,
            "files": files,
            "overlaps": [
                {
                    (f"unseen_{self.task.y.step}s" if name == "unseen" else name): value
                    for name, value in asdict(overlap).items()
                    if name not in {"num_alike", "groups"} or value is not None
                }
                for overlap in self.overlaps
            ],
            "accounts": [list(lines) for lines in self.accounts],
            "notes": list(self.notes),
            "problems": [asdict(problem) for problem in self.problems],
        }


def check_files(
    task: Task[Any, Any],
    paths: Sequence[Path],
    model: Path | None = None,
    settings: Composed | None = None,
    *,
    follow_links: bool = False,
) -> CheckReport:
    """List all problems and the figures of labelled files, the training file first.

    Nothing in a file raises: what is wrong stands in `problems`. With a model's directory it is also counted what the
    model does not know; `follow_links` is that of `Model.load`.

    Raises:
        ModelFileError: the model cannot be trusted.
        SettingsError: settings that a file cannot be read by.
    """
    known = None if model is None else Model.load(model, follow_links=follow_links).x
    readings = [task.read(path, settings or task.defaults) for path in paths]
    return CheckReport(
        task=task,
        files=tuple(_figures(task, reading, known, training=i == 0) for i, reading in enumerate(readings)),
        overlaps=tuple(_overlap(task, first, second) for first, second in combinations(readings, 2)),
        problems=tuple(problem for i, reading in enumerate(readings) for problem in reading.faults(training=i == 0)),
        accounts=tuple(account(task, reading) for reading in readings),
        notes=tuple(note for i, reading in enumerate(readings) for note in reading.remarks(training=i == 0)),
    )


def _figures(task: Task[Any, Any], reading: Reading[Any, Any], known: object, *, training: bool) -> FileFigures:
    lengths = sorted(task.length(pair) for pair in reading.pairs)
    num_duplicates, conflicts = _duplicates(reading)
    return FileFigures(
        path=reading.path,
        facts={**reading.facts, **({"groups": f"{len(set(reading.groups)):,}"} if reading.groups else {})},
        num_problems=len(reading.faults(training=training)),
        num_examples=len(lengths),
        num_steps=sum(lengths),
        lengths=_lengths(lengths) if lengths else None,
        counts=task.checks.counts(reading.pairs),
        figures=task.checks.figures(reading.pairs),
        num_duplicates=num_duplicates,
        conflicts=tuple(conflicts),
        unknown=known.unknown(pair.x for pair in reading.pairs) if isinstance(known, Knowing) else None,
    )


def _lengths(ordered: Sequence[int]) -> Lengths:
    p95 = ordered[ceil(0.95 * len(ordered)) - 1]
    return Lengths(ordered[0], float(statistics.median(ordered)), p95, ordered[-1])


def _first_places(reading: Reading[Any, Any]) -> dict[Any, tuple[int, Any]]:
    """Return, for every x, the line where it first stands and its y there."""
    first: dict[Any, tuple[int, Any]] = {}
    for pair, line in zip(reading.pairs, reading.lines, strict=True):
        first.setdefault(key_of(pair.x), (line, pair.y))
    return first


def _duplicates(reading: Reading[Any, Any]) -> tuple[int, list[Conflict]]:
    first = _first_places(reading)
    num_duplicates = 0
    conflicts: list[Conflict] = []
    seen: set[Any] = set()
    for pair, line in zip(reading.pairs, reading.lines, strict=True):
        key = key_of(pair.x)
        if key not in seen:
            seen.add(key)
            continue
        num_duplicates += 1
        first_line, y = first[key]
        if key_of(y) != key_of(pair.y):
            conflicts.append(Conflict(first_line, line, pair.x, y, pair.y))
    return num_duplicates, conflicts


def _overlap(task: Task[Any, Any], first: Reading[Any, Any], second: Reading[Any, Any]) -> Overlap:
    known = _first_places(first)
    alike = task.checks.alike
    num_alike = None
    if alike is not None:
        others = (pair.x for pair in second.pairs if key_of(pair.x) not in known)
        num_alike = sum(key_of(alike[1](x)) in known for x in others)
    lines: list[tuple[int, int]] = []
    num_conflicting = 0
    for pair, line in zip(second.pairs, second.lines, strict=True):
        found = known.get(key_of(pair.x))
        if found is not None:
            lines.append((found[0], line))
            num_conflicting += key_of(found[1]) != key_of(pair.y)
    before, after = (list(task.checks.counts(part.pairs).values()) or [{}] for part in (first, second))
    return Overlap(
        first=first.path,
        second=second.path,
        num_shared=len(lines),
        rate=len(lines) / len(second.pairs) if second.pairs else 0.0,
        lines=tuple(lines),
        num_conflicting=num_conflicting,
        unseen=tuple(sorted(after[-1].keys() - before[-1].keys())),
        num_alike=num_alike,
        groups=_shared(first, second) if first.groups and second.groups else None,
    )


def _shared(first: Reading[Any, Any], second: Reading[Any, Any]) -> tuple[SharedGroup, ...]:
    places, others = (tuple(map(part.place, range(len(part.pairs)))) for part in (first, second))
    return tuple(shared_groups(first.groups, places, second.groups, others))
