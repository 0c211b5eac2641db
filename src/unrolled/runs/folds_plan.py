"""What a cross-validation is of, settled before anything is written."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from unrolled.data.readers.source import counted
from unrolled.errors import DataError, RunError, SettingsError
from unrolled.runs.config import RunConfig
from unrolled.runs.dividing import divide, key_of, labels_of_y
from unrolled.runs.folder import RunDirectory
from unrolled.runs.groups import group_name
from unrolled.runs.parts import Part, read_part, set_aside_places
from unrolled.runs.paths import RUNS, absolute, free_run, newest_run
from unrolled.runs.plan import refuse_other_metric, refuse_other_settings
from unrolled.settings import Composed
from unrolled.tasks import Task
from unrolled.tasks.parts import PartSettings
from unrolled.training import FitSettings

__all__ = ["FoldsPlan", "plan_folds"]

FREE = frozenset({"num_threads", "checkpoint_seconds"})
"""Settings that do not make the folds that are left others than those that are finished."""


@dataclass(frozen=True)
class FoldsPlan:
    """A cross-validation that is about to begin: nothing has been written yet.

    Attributes:
        task: what is trained.
        directory: the run directory.
        settings: all of them, resolved.
        whole: the data.
        num_folds: K.
        fold_of: the fold in which each example is held out, from 1.
        bundled: whether the data are the bundled corpus' training part.
        resume: whether it goes on with the run in `directory`.
        overwrite: whether an earlier run in `directory` is removed.
        versions: of the software that began the run to resume; empty for a new one.
    """

    task: Task[Any, Any]
    directory: Path
    settings: Composed
    whole: Part
    num_folds: int
    fold_of: tuple[int, ...]
    bundled: bool
    resume: bool
    overwrite: bool
    versions: Mapping[str, str] = field(default_factory=dict[str, str])

    @property
    def group(self) -> str:
        """What the settings call whom or what an example is from, "" where they do not ask."""
        return group_name(self.settings)

    def places(self, fold: int) -> tuple[list[int], list[int]]:
        """Return the places of the examples that a fold's model may see, and of those that are held out."""
        others = [i for i, own in enumerate(self.fold_of) if own != fold]
        return others, [i for i, own in enumerate(self.fold_of) if own == fold]

    def notes(self) -> list[str]:
        """Return what a reader of the figures should know, one sentence each."""
        seed, sizes = self.settings.group(FitSettings).seed, Counter(self.fold_of).values()
        by = f"by {self.group}, so that none is on both sides," if self.whole.groups else "by label"
        found = [
            f"{self.num_folds} folds of {min(sizes):,} to {max(sizes):,} of {counted(len(self.fold_of), self._noun)}, "
            f"divided {by} and by seed {seed}. Each is held out once, from everything that its model is made by."
        ]
        tables = list(self.task.checks.counts(self.whole.pairs).values())
        counts: Mapping[str, int] = tables[-1] if tables else {}
        few = [label for label, count in counts.items() if count < self.num_folds]
        if few:
            shown = ", ".join(few[:8]) + ", …" * (len(few) > 8)
            found.append(f"{shown} {'has' if len(few) == 1 else 'have'} fewer examples than there are folds.")
        copies = len(self.whole.pairs) - len({key_of(pair.x) for pair in self.whole.pairs})
        if copies:
            found.append(
                f"{counted(copies, self._noun)} stand in the data before: a copy of what is held out may be trained on."
            )
        return found + list(self.whole.notes)

    @property
    def _noun(self) -> str:
        return self.task.x.name


def plan_folds(
    task: Task[Any, Any],
    *,
    folds: int | None = None,
    train: Path | None = None,
    out: Path | None = None,
    settings: Composed | None = None,
    resume: bool = False,
    overwrite: bool = False,
) -> FoldsPlan:
    """Settle what a cross-validation is of, and read its data; nothing is written.

    Args:
        task: what to train.
        folds: K, at least 2; None for that of the run to resume.
        train: the labelled file; None for the training part of the bundled corpus.
        out: the run directory, as `plan_training` has it.
        settings: None for the defaults; to resume, for the run's own.
        resume: go on with the run in `out`: folds that are finished are not trained again.
        overwrite: remove an earlier run from `out` first.

    Raises:
        DataError: a file that cannot be used or has changed, or fewer examples or groups than folds.
        RunError: `out` holds an earlier run and neither `resume` nor `overwrite` is asked; or nothing to resume.
        SettingsError: settings that contradict each other or the run to resume.
    """
    if resume and overwrite:
        raise SettingsError("overwrite and resume exclude each other: one removes what the other goes on from.")
    versions: Mapping[str, str] = {}
    sha256 = None
    if resume:
        out = out or newest_run(task.name)
        config = RunConfig.read(out)
        if config.folds is None or config.task != task.name:
            what = f"of the task {config.task}" if config.task != task.name else "without folds"
            raise RunError(f"{out} holds a run {what}, and no cross-validation of {task.name}. Name another folder.")
        if train is not None and (config.train is None or absolute(train) != config.train):
            raise SettingsError(f"train is {train}, but the run in {out} goes on with its own. Leave it out to resume.")
        if folds not in (None, config.folds):
            raise SettingsError(f"The run in {out} has {config.folds} folds, not {folds}. Leave the number out.")
        refuse_other_settings(out, config.settings, settings or config.settings, FREE)
        settings, folds, train = settings or config.settings, config.folds, config.train
        versions, sha256 = config.versions, config.sha256.get("train")
    settings = settings or task.defaults
    if folds is None or folds < 2:
        raise SettingsError(f"There are {folds or 'no'} folds. Give at least 2: --folds 10.")
    if out is None:
        out = RUNS / task.name if overwrite else free_run(task.name)
    elif not overwrite and not resume and out.is_dir() and any(out.iterdir()):
        with RunDirectory(out):  # refuses it, and says why, before the data are read
            pass
    values = settings.to_dict()
    settings = settings.replaced({name: str(absolute(Path(str(values[name])))) for name in settings.paths()})
    if train is None and task.bundled is None:
        raise SettingsError(f"No corpus is bundled for the task {task.name}. Give a training file: --train FILE.")
    path = train if train is not None or task.bundled is None else task.bundled.train
    assert path is not None
    refuse_other_metric(task, settings)
    whole = read_part(task, path, settings, "train")
    if sha256 not in (None, whole.sha256):
        raise DataError(
            f"{path} is not the file that the run in {out} began with: its SHA-256 differs. Put the old file back to "
            "resume, or start another run."
        )
    fold_of = divide([pair.y for pair in whole.pairs], folds, settings.group(FitSettings).seed, whole.groups)
    _refuse_poor_folds(whole, fold_of, settings, task.x.name)
    return FoldsPlan(
        task,
        out,
        settings,
        whole,
        folds,
        tuple(fold + 1 for fold in fold_of),
        bundled=train is None,
        resume=resume,
        overwrite=overwrite,
        versions=versions,
    )


def _refuse_poor_folds(whole: Part, fold_of: Sequence[int], settings: Composed, noun: str) -> None:
    """Refuse folds of which one leaves too little to train on and to set a dev part aside from.

    Raises:
        DataError: fewer than two examples or groups, or but one of several labels.
    """
    fraction, seed = settings.group(PartSettings).dev_fraction, settings.group(FitSettings).seed
    labels = frozenset[str]().union(*(labels_of_y(pair.y) for pair in whole.pairs))
    for fold in sorted(set(fold_of)):
        others = [i for i, own in enumerate(fold_of) if own != fold]
        groups = [whole.groups[i] for i in others] if whole.groups else []
        held = sorted({whole.groups[i] for i, own in enumerate(fold_of) if own == fold}) if whole.groups else []
        holds = f"Fold {fold + 1} of {max(fold_of) + 1} holds out {', '.join(held[:5])}{', …' * (len(held) > 5)}"
        holds = holds if held else f"Fold {fold + 1} of {max(fold_of) + 1} holds out {len(fold_of) - len(others):,}"
        way_out = "Give more folds, where there are enough examples, or more data."
        if len(others) < 2 or (groups and len(set(groups)) < 2):
            left = counted(len(set(groups)), "group") if groups else counted(len(others), noun)
            raise DataError(f"{holds} and leaves {left}: too few to train on with a dev part set aside. {way_out}")
        pairs = [whole.pairs[i] for i in others]
        train, _ = set_aside_places(pairs, fraction, seed, noun, groups)
        left = frozenset[str]().union(*(labels_of_y(pairs[i].y) for i in train))
        if len(labels) > 1 and len(left) < 2:
            raise DataError(
                f"{holds}, and a dev part is set aside of the others: what is left to train on has the label "
                f"{min(left, default='')!r} alone. {way_out}"
            )
