"""Series and what y is of each, on their way to pairs: each is checked, then all together."""

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from unrolled.data.labels import in_order
from unrolled.data.pair import Pair
from unrolled.data.readers.doubt import Doubt
from unrolled.data.readers.grid import as_text
from unrolled.data.readers.groups import no_groups, note_no_group
from unrolled.data.readers.reading import Reading, verdict
from unrolled.data.readers.series.cells import GAPS, number_of
from unrolled.data.readers.series.settings import SeriesSettings
from unrolled.data.readers.source import Problems, counted
from unrolled.data.series import Series

__all__ = ["SeriesDrafts"]

FEW = 2
"""Whole numbers are labels where each occurs so many times on average; else they are amounts."""
LONG = 100
"""A series so many times as long as half of the others is hardly one."""


@dataclass(frozen=True)
class _Draft:
    series: Series
    y: tuple[object, ...]
    """One cell of all of it, or one of each step."""
    per_step: bool
    line: int
    lines: Sequence[int]
    file: str
    group: str


class SeriesDrafts:
    """The labelled series of one file or folder.

    Arguments:
        problems: where to note what is wrong.
        settings: how the file is read.
        labelled: whether there must be labels; else none is looked at.
    """

    def __init__(self, problems: Problems, settings: SeriesSettings, *, labelled: bool = True) -> None:
        self.problems, self.settings, self.labelled = problems, settings, labelled
        self.taken: Mapping[str, str] = {}
        self.notes: list[str] = []
        self.names: Sequence[str] = ()
        """Of the numbers of a step."""
        self.labels: Sequence[str] = ()
        """Those that the file itself declares."""
        self.y: str | None = None
        """"label" or "number", where the file itself says it."""
        self._drafts: list[_Draft] = []

    def add(
        self,
        line: int,
        rows: NDArray[np.float64],
        y: object,
        *,
        timed: bool = False,
        lines: Sequence[int] = (),
        file: str = "",
        name: str = "",
        group: str = "",
    ) -> None:
        """Add a series with its label, or its labels step by step (a list), or note what is wrong with it.

        Args:
            line: where it begins; 0 where it has a file of its own.
            rows: (T, D), the times first where they are `timed`.
            y: a cell, or a list of them.
            timed: whether rows begin with a time.
            lines: of each step, where that has one.
            file: its own file; "" for none.
            name: what the file calls it.
            group: whom or what it is from.
        """
        own = Problems(file) if file else self.problems
        at = line or None
        called = f" {name!r}" if name else ""
        values = rows[:, 1:] if timed and rows.ndim == 2 else rows
        if not len(rows):
            own.add(at, f"the series{called} has no step", "Give it one, or leave it out", "series without a step")
        elif not values.shape[1]:
            own.add(at, "a step has no number", "Give at least one column of numbers", "steps without a number")
        elif np.isinf(values).any():
            t, column = map(int, np.argwhere(np.isinf(values))[0])
            where = f"step {t + 1}" if not lines else "a step"
            found = f"{values[t, column]:g} in {where} of the series{called}, {self._named(column)}"
            own.add(lines[t] if lines else at, found, "Leave the cell empty where nothing is known", "infinite numbers")
        elif np.isnan(values).all():
            way_out = "Leave the series out"
            own.add(at, f"the series{called} holds no number, only gaps", way_out, "series of gaps")
        elif self._drafts and rows.shape[1] != self._drafts[0].series.rows.shape[1]:
            first = self._drafts[0].series.rows.shape[1] - timed
            found = f"{counted(values.shape[1], 'number')} a step where the first series has {first}"
            own.add(at, found, "Give each step as many numbers", "series of another width")
        else:
            per_step = isinstance(y, list)
            cells: tuple[object, ...] = tuple(cast("list[object]", y)) if isinstance(y, list) else (y,)
            self._drafts.append(_Draft(Series(rows, timed=timed), cells, per_step, line, lines, file, group))
        if file:
            self.problems.found += own.found

    def reading(self) -> Reading[Series, Any]:
        """Return the pairs, once they have been looked at together."""
        if not self.labelled:
            return self._of_x()
        drafts = self._drafts
        per_step = any(draft.per_step for draft in drafts)
        if per_step:
            drafts = [self._spread(draft) for draft in drafts]
        drafts = [draft for draft in drafts if self._labelled(draft)]
        kind = self.settings.y if self.settings.y != "detect" else self.y or self._kind(drafts)
        if kind == "number":
            drafts = [draft for draft in drafts if self._is_number(draft)]
        groups = self._groups(drafts)
        ys = [self._y(draft, kind, per_step) for draft in drafts]
        pairs = [Pair(draft.series, y) for draft, y in zip(drafts, ys, strict=True)]
        noun = {"label": "a label", "number": "a number"}[kind]
        facts: dict[str, str] = {}
        if pairs:
            timed = drafts[0].series.timed
            facts = {
                "y": noun + (" per step" if per_step else ""),
                "numbers": str(drafts[0].series.rows.shape[1] - timed),
            }
        doubts = [*self._doubts(drafts, ys if kind == "label" and not per_step else None)] if pairs else []
        reading = Reading(
            self.problems.path,
            pairs,
            [draft.line for draft in drafts],
            taken=self.taken,
            facts=facts,
            notes=tuple(f"{self.problems.path}: {note}" for note in self.notes),
            doubts=tuple(doubt for doubt in doubts if doubt.name not in self.settings.accepted()),
            files=tuple(draft.file for draft in drafts) if drafts and all(draft.file for draft in drafts) else (),
            groups=groups,
        )
        return verdict(reading, self.problems, noun="labelled series")

    def _groups(self, drafts: Sequence[_Draft]) -> tuple[str, ...]:
        """Return whom each series is from, where that is asked; where it is not known, it is noted."""
        wanted = self.settings.group
        if wanted is None or not drafts:
            return ()
        if not any(draft.group for draft in drafts):
            no_groups(wanted, "nothing in these files says whom or what a series is from", self.problems)
            return ()
        for draft in drafts:
            if not draft.group:
                note_no_group(draft.line or None, "a series", wanted, self.problems)
        return tuple(draft.group for draft in drafts)

    def _of_x(self) -> Reading[Series, Any]:
        pairs = [Pair(draft.series, None) for draft in self._drafts]
        reading = Reading(self.problems.path, pairs, [draft.line for draft in self._drafts], taken=self.taken)
        return verdict(reading, self.problems, noun="series")

    def _named(self, column: int) -> str:
        return f"column {self.names[column]!r}" if column < len(self.names) else f"number {column + 1}"

    def _spread(self, draft: _Draft) -> _Draft:
        y = draft.y if draft.per_step else draft.y * len(draft.series)
        return replace(draft, y=y, per_step=True)

    def _labelled(self, draft: _Draft) -> bool:
        """Return whether y is there, at each step where it is of steps; if not, it is noted."""
        if len(draft.y) != (len(draft.series) if draft.per_step else 1):
            found = f"{counted(len(draft.y), 'label')} of {counted(len(draft.series), 'step')}"
            self._note(draft, 0, found, "Give one label a step", "series with another number of labels")
            return False
        for t, cell in enumerate(draft.y):
            text = as_text(cell) if not isinstance(cell, list) else "…"
            if text.lower() in GAPS:
                what = "a step" if draft.per_step else "a series"
                self._note(draft, t, f"{what} without a label", "Give it one, or leave it out", f"{what[2:]}s without")
                return False
            if self.labels and text not in self.labels:
                found = f"the label {text!r}, which the header does not name: {', '.join(self.labels[:8])}"
                self._note(draft, t, found, "Correct the label, or the header", "labels that the header lacks")
                return False
        return True

    def _is_number(self, draft: _Draft) -> bool:
        for t, cell in enumerate(draft.y):
            number = number_of(cell)
            if number is None or not math.isfinite(number):
                found = f"the answer {as_text(cell)[:40]!r}, which is no number"
                self._note(
                    draft, t, found, "Give a number, or --set y=label where these are labels", "answers, no number"
                )
                return False
        return True

    def _note(self, draft: _Draft, t: int, found: str, way_out: str, kind: str) -> None:
        line = draft.lines[t] if draft.lines and t < len(draft.lines) else draft.line or None
        problems = Problems(draft.file) if draft.file else self.problems
        problems.add(line, found, way_out, kind)
        if draft.file:
            self.problems.found += problems.found

    def _kind(self, drafts: Sequence[_Draft]) -> str:
        """Return whether y is a label or a number, by what its cells hold."""
        cells = [as_text(cell) for draft in drafts for cell in draft.y]
        numbers = [number_of(cell) for cell in cells]
        if not numbers or any(number is None for number in numbers):
            return "label"
        whole = all(float(number or 0).is_integer() for number in numbers)
        return "label" if whole and len(set(cells)) * FEW <= len(cells) else "number"

    def _y(self, draft: _Draft, kind: str, per_step: bool) -> Any:
        if kind == "label":
            labels = tuple(as_text(cell) for cell in draft.y)
            return labels if per_step else labels[0]
        numbers = [float(number_of(cell) or 0) for cell in draft.y]
        return Series([[number] for number in numbers]) if per_step else numbers[0]

    def _doubts(self, drafts: Sequence[_Draft], labels: Sequence[str] | None) -> Iterator[Doubt]:
        if labels is not None:
            counts = Counter(labels)
            if len(counts) == 1 and len(labels) > 1:
                found = f"every series has the label {labels[0]!r}"
                yield Doubt("one_label", "in training", found, "Add series with other labels")
            elif rare := in_order(label for label, count in counts.items() if count == 1):
                found = f"{counted(len(rare), 'label')} of one series alone: {', '.join(map(repr, rare[:4]))}"
                yield Doubt("rare_labels", "never", found, "Add series with such labels")
        timed = drafts[0].series.timed
        values = np.concatenate([draft.series.rows[:, int(timed) :] for draft in drafts])
        gaps = np.isnan(values).mean(0)
        for column in np.flatnonzero(gaps > 0.5)[:4]:
            found = f"{self._named(int(column))} is missing in {gaps[column]:.0%} of the steps"
            yield Doubt("missing_columns", "never", found, "Check the column")
        known = np.where(np.isnan(values), -np.inf, values).max(0)
        constant = np.flatnonzero((known == np.where(np.isnan(values), np.inf, values).min(0)) | (gaps == 1))
        if len(constant):
            found = f"{', '.join(self._named(int(column)) for column in constant[:4])} never changes"
            yield Doubt("constant_columns", "never", found, "Leave it out, or check it")
        lengths = [len(draft.series) for draft in drafts]
        longest = int(np.argmax(lengths))
        if lengths[longest] > LONG * max(2.0, float(np.median(lengths))):
            found = f"a series of {lengths[longest]:,} steps, where half of them have at most {np.median(lengths):g}"
            draft = drafts[longest]
            yield Doubt("lengths", "never", found, "Check what tells the series apart", draft.line or None, draft.file)
