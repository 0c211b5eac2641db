"""`unrolled train --folds K`."""

import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console

from unrolled.cli.brief import brief
from unrolled.cli.outcome import Interrupted
from unrolled.cli.reports import print_report
from unrolled.cli.screen import print_json, print_pairs, print_table, print_text, screen, value_text
from unrolled.data.readers.source import counted
from unrolled.errors import RunError, SettingsError
from unrolled.runs.config import RunConfig
from unrolled.runs.cross_validate import CrossValidation, Fold, run_folds
from unrolled.runs.folds_plan import FoldsPlan, plan_folds
from unrolled.runs.paths import newest_run
from unrolled.runs.progress import duration, show_progress
from unrolled.tasks import Task
from unrolled.training import CheckpointWritten, Event, broadcast

__all__ = ["Asked", "are_asked", "run"]


@dataclass(frozen=True)
class Asked:
    """The files and the settings of a run by name, as the command line and a configuration give them."""

    paths: Mapping[str, Path | None]
    settings: Mapping[str, object]


def are_asked(task: Task[Any, Any], folds: int | None, out: Path | None, *, resume: bool) -> bool:
    """Return whether folds are asked for, or the run to resume is of folds."""
    if folds is not None or not resume:
        return folds is not None
    try:
        return RunConfig.read(out or newest_run(task.name)).folds is not None
    except RunError:
        return False  # whoever resumes it says what is wrong


def run(task: Task[Any, Any], folds: int | None, asked: Asked, *, resume: bool, overwrite: bool, as_json: bool) -> None:
    """Cross-validate, saying on standard error what is done and on standard output what came of it.

    Raises:
        Interrupted: Ctrl-C, with the way to go on.
    """
    for name, option in (("dev", "--dev"), ("start", "--from")):
        if asked.paths[name] is not None:
            why = "sets its own dev part aside" if name == "dev" else "begins anew: a trained model may know the others"
            raise SettingsError(f"{option} and --folds exclude each other: each fold {why}. Leave one out.")
    plan = plan_folds(
        task,
        folds=folds,
        train=asked.paths["train"],
        out=asked.paths["out"],
        settings=task.defaults.replaced(asked.settings),
        resume=resume,
        overwrite=overwrite,
    )
    notes = screen(stderr=True)
    _print_plan(notes, plan)
    progress = show_progress(notes)
    kept = resume

    def watch(event: Event) -> None:
        nonlocal kept
        kept = kept or isinstance(event, CheckpointWritten)

    def tell(fold: Fold) -> None:
        name = next(iter(fold.figures))
        print_text(
            notes,
            f"Fold {fold.number} of {plan.num_folds}: {name} {fold.figures[name]:.4f} on "
            f"{counted(fold.num_held_out, task.x.name)} held out; best epoch {fold.best_epoch} of {fold.num_epochs}, "
            f"{duration(fold.seconds)}.",
            style="bold",
        )
        if fold.number == plan.num_folds:
            print_text(notes, "Now the model that is left, on everything.")

    go_on = f"unrolled train {task.name} --resume --out {shlex.quote(str(plan.directory))}"
    try:
        result = run_folds(plan, broadcast(watch, brief(progress)), tell)
    except KeyboardInterrupt:
        raise Interrupted(f"The run is kept; go on with:\n  {go_on}" if kept else "") from None
    if as_json:
        found = {"run": str(result.directory), "model": str(result.directory / "best")}
        print_json({**found, "epochs": result.record.num_epochs, **result.record.metrics()["cross_validation"]})
    else:
        _print_result(screen(), result)


def _print_plan(console: Console, plan: FoldsPlan) -> None:
    changed = [f"{name}={value_text(value)}" for name, value in plan.settings.changed().items()]
    print_pairs(
        console,
        {
            "task": f"{plan.task.title}: {plan.task.shape}",
            "run directory": f"{plan.directory}{' (resumed)' if plan.resume else ''}",
            "settings": ", ".join(changed) or "the defaults",
        },
    )
    print_text(console)
    for line in () if plan.bundled else plan.whole.account:
        print_text(console, line)
    for note in plan.notes():
        print_text(console, f"Note: {note}", style="yellow")
    print_text(console)


def _print_result(console: Console, result: CrossValidation) -> None:
    folds, plan = result.record.folds, result.plan
    assert folds is not None
    print_report(console, plan.task, "out of fold", plan.whole.path, result.report)
    print_text(console)
    rows = [
        (name.replace("_", " "), f"{mean:.4f}", f"{folds.errors[name]:.4f}", f"{folds.pooled[name]:.4f}")
        for name, mean in folds.means.items()
    ]
    print_table(console, ("figure", "mean of folds>", "standard error>", "all answers>"), rows)
    print_text(console)
    best = result.directory / "best"
    pictures = ", ".join(map(str, sorted(result.directory.glob("*.png"), reverse=True)))
    print_pairs(
        console,
        {
            "model": f"{best}, trained on everything for {counted(result.record.num_epochs or 0, 'epoch')}",
            "answers": f"{result.directory / 'answers.jsonl'}, each by a model that had not seen the example",
            "pictures": pictures,
        },
    )
