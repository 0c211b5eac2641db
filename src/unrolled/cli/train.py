"""`unrolled train`."""

import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console

from unrolled.cli import folds
from unrolled.cli.brief import brief
from unrolled.cli.options import read_config, settings_given
from unrolled.cli.outcome import Interrupted
from unrolled.cli.reports import print_report
from unrolled.cli.screen import print_json, print_pairs, print_table, print_text, screen, value_text
from unrolled.errors import SettingsError
from unrolled.runs.config import RunConfig
from unrolled.runs.onward import read_start, task_of_start
from unrolled.runs.paths import newest_run
from unrolled.runs.plan import Plan, plan_training
from unrolled.runs.progress import show_progress
from unrolled.runs.train import TrainingResult, run_training
from unrolled.tasks import TASKS, Task, find_task
from unrolled.tasks.infer import infer_file
from unrolled.training import CheckpointWritten, Event, broadcast

__all__ = ["Given", "given", "run"]


@dataclass(frozen=True)
class Given:
    """What stands on the command line."""

    task: str
    train: Path | None
    dev: Path | None
    out: Path | None
    start: Path | None
    seed: int | None
    group: str | None
    folds: int | None
    config: Path | None
    set: tuple[str, ...]


def given(
    task: str,
    data: Path | None,
    train: Path | None,
    dev: Path | None,
    out: Path | None,
    start: Path | None,
    seed: int | None,
    group: str | None,
    folds: int | None,
    config: Path | None,
    set_: tuple[str, ...],
) -> Given:
    """Return what stands on the command line: a single argument that is no task is the data, whose task is found;
    with a model to go on from it is that of the model.

    Raises:
        DataError: no task reads the data.
        ModelFileError: the model to go on from cannot be trusted.
        SettingsError: the data are named twice, or several tasks read them.
    """
    if data is not None and train is not None:
        raise SettingsError(f"The training file is given twice: {data} and --train {train}. Give one.")
    train = data or train
    if (
        task not in TASKS
        and data is None
        and not Path(task).exists()
        and (Path(task).suffix or Path(task).name != task)
    ):
        raise SettingsError(f"There is neither a task nor a file {task!r}. The tasks are {', '.join(sorted(TASKS))}.")
    if task not in TASKS and data is None and Path(task).exists():
        if train is not None:
            raise SettingsError(f"The training file is given twice: {task} and --train {train}. Give one.")
        train = Path(task)
        task = _found(train).name if start is None else task_of_start(start).name
    return Given(task, train, dev, out, start, seed, group, folds, config, set_)


def _found(data: Path) -> Task[Any, Any]:
    chosen, _, found = infer_file(data)
    print_text(screen(stderr=True), str(found))
    return chosen


def run(given: Given, *, resume: bool, overwrite: bool, as_json: bool) -> None:
    """Train, saying on standard error what is done and on standard output what came of it."""
    task = find_task(given.task)
    if folds.are_asked(task, given.folds, given.out, resume=resume):
        asked = _asked(task, given, resume=resume)
        folds.run(task, given.folds, asked, resume=resume, overwrite=overwrite, as_json=as_json)
        return
    plan = _plan(task, given, resume=resume, overwrite=overwrite)
    notes = screen(stderr=True)
    _print_plan(notes, plan)
    kept = False

    def watch(event: Event) -> None:
        nonlocal kept
        kept = kept or isinstance(event, CheckpointWritten)

    go_on = f"unrolled train {task.name} --resume --out {shlex.quote(str(plan.directory))}"
    try:
        result = run_training(plan, broadcast(watch, brief(show_progress(notes))))
    except KeyboardInterrupt:
        raise Interrupted(f"The run is kept; go on with:\n  {go_on}" if kept or resume else "") from None
    if as_json:
        print_json({"run": str(result.directory), "model": str(result.directory / "best"), **result.record.metrics()})
    else:
        _print_result(screen(), result)


def _plan(task: Task[Any, Any], given: Given, *, resume: bool, overwrite: bool) -> Plan:
    asked = _asked(task, given, resume=resume)
    settings = task.defaults.replaced(asked.settings)
    return plan_training(task, **asked.paths, settings=settings, resume=resume, overwrite=overwrite)


def _asked(task: Task[Any, Any], given: Given, *, resume: bool) -> folds.Asked:
    """Return the files and the settings that are asked for, of the configuration and of the command line."""
    config = {} if given.config is None else read_config(task, given.config)
    named = {"train": given.train, "dev": given.dev, "out": given.out, "from": given.start}
    paths = {name: path or _path(config.get(name)) for name, path in named.items()}
    paths["start"] = paths.pop("from")
    settings = settings_given(task, config, given.set, given.seed, given.group)
    if resume:
        paths["out"] = paths["out"] or newest_run(task.name)
        settings = {**RunConfig.read(paths["out"]).settings.to_dict(), **settings}
    elif paths["start"] is not None:
        settings = {**read_start(task, paths["start"]).settings.to_dict(), **settings}
    return folds.Asked(paths, settings)


def _path(value: object) -> Path | None:
    return Path(value) if isinstance(value, str) else None


def _print_plan(console: Console, plan: Plan) -> None:
    changed = [f"{name}={value_text(value)}" for name, value in plan.settings.changed().items()]
    pairs = {
        "task": f"{plan.task.title}: {plan.task.shape}",
        "run directory": f"{plan.directory}{' (resumed)' if plan.resume else ''}",
        "settings": ", ".join(changed) or "the defaults",
    }
    print_pairs(console, pairs)
    print_text(console)
    noun, step = f"{plan.task.x.name}s", f"{plan.task.x.step}s"
    facts = list(dict.fromkeys(fact for part in plan.data.parts for fact in part.facts))
    rows = [
        (
            part.name,
            str(part.path),
            f"{len(part.pairs):,}",
            f"{part.num_steps:,}",
            *(part.facts.get(fact, "") for fact in facts),
        )
        for part in plan.data.parts
    ]
    heads = (plan.task.checks.facts.get(fact, fact) for fact in facts)
    print_table(console, ("part", "file", f"{noun}>", f"{step}>", *heads), rows)
    told = [line for part in plan.data.parts if not plan.data.bundled for line in part.account]
    notes = plan.notes()
    for line in ["", *dict.fromkeys(told)] if told else ():
        print_text(console, line)
    for note in notes:
        print_text(console, f"Note: {note}", style="yellow")
    print_text(console)


def _print_result(console: Console, result: TrainingResult) -> None:
    record, best = result.record, result.directory / "best"
    data = result.plan.data
    if record.dev is not None:
        print_report(console, record.task, "dev", data.dev.path, record.dev, rule=record.test is None)
    if record.test is not None and data.test is not None:
        print_text(console)
        print_report(console, record.task, "test", data.test.path, record.test)
        if record.task.bundled is not None and record.task.bundled.about_test:
            print_text(console, record.task.bundled.about_test)
    print_text(console)
    print_pairs(
        console,
        {
            "model": f"{best}, the weights of epoch {record.best_epoch} of {record.num_epochs}",
            "pictures": ", ".join(map(str, sorted(result.directory.glob("*.png"), reverse=True))),
        },
    )
    directory = shlex.quote(str(result.directory))
    print_text(
        console,
        "Next:\n"
        f"  echo {shlex.quote(record.task.example)} | unrolled predict {directory}\n"
        f"  unrolled inspect {directory}",
    )
