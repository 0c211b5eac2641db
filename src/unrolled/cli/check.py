"""`unrolled check`."""

from collections.abc import Sequence
from pathlib import Path

import typer
from rich.console import Console

from unrolled.cli.options import reading_given
from unrolled.cli.screen import print_json, print_table, print_text, screen
from unrolled.data.problem import Problem, by_kind
from unrolled.runs.check import CheckReport, Overlap, check_files
from unrolled.tasks import find_task

__all__ = ["run"]

PROBLEMS_FOUND = 1
SHOWN_CONFLICTS = 10
SHOWN_KINDS = 200
SHOWN_GROUPS = 10


def run(
    task: str,
    files: Sequence[Path],
    model: Path | None,
    set_: Sequence[str],
    group: str | None = None,
    *,
    as_json: bool,
    follow_links: bool = False,
) -> None:
    """Print the problems and the figures of files.

    Raises:
        typer.Exit: with 1, where there are problems.
    """
    found = find_task(task)
    settings = found.defaults.replaced(reading_given(found, set_, group))
    report = check_files(found, files, model, settings, follow_links=follow_links)
    if as_json:
        print_json(report.to_dict())
    else:
        _print(screen(), report)
    if not report.ok:
        raise typer.Exit(PROBLEMS_FOUND)


def _print(console: Console, report: CheckReport) -> None:
    paths = list(dict.fromkeys(file.path for file in report.files))
    kinds = [kind for path in paths for kind in _kinds(report, path)]
    rest = [p for p in report.problems if not any(_is_of(p, path) for path in paths)]  # of files beside them
    kinds += [message for _, message in by_kind(rest)]
    for kind in kinds:
        print_text(console, kind, style="red")
    if kinds:
        print_text(console)
    for lines in report.accounts:
        for line in lines:
            print_text(console, line)
    for note in report.notes:
        print_text(console, f"Note: {note}", style="yellow")
    if not any(file.num_examples for file in report.files):
        return
    if report.accounts or report.notes:
        print_text(console)
    columns = [f"{name}>" for name in _short_names([file.path for file in report.files])]
    print_table(console, ("", *columns), _rows(report))
    for name in report.files[0].counts if report.files else ():
        kinds = sorted({kind for file in report.files for kind in file.counts[name]})
        if kinds:
            print_text(console)
            rows = [(kind, *(f"{file.counts[name].get(kind, 0):,}" for file in report.files)) for kind in kinds]
            print_table(console, (report.task.checks.tables.get(name, name), *columns), rows[:SHOWN_KINDS])
            if len(rows) > SHOWN_KINDS:
                print_text(console, f"... and {len(rows) - SHOWN_KINDS:,} more")
    _print_conflicts(console, report)
    for overlap in report.overlaps:
        _print_overlap(console, report.task.x.name, overlap)
        if overlap.num_alike and report.task.checks.alike is not None:
            told = f"{overlap.num_alike:,} more of {overlap.second} are there as their {report.task.checks.alike[0]}."
            print_text(console, told, style="yellow")
    print_text(console)
    found = len(report.problems)
    print_text(
        console,
        "No problems."
        if report.ok
        else f"{found:,} problem{'s' * (found > 1)}. {report.task.x.name.capitalize()}s that cannot be read are not in "
        "the figures.",
        style="green" if report.ok else "bold red",
    )


def _kinds(report: CheckReport, path: str) -> list[str]:
    """Return a message for each kind of problem of a file, or of a folder with its files."""
    own = [problem for problem in report.problems if _is_of(problem, path)]
    return [message for _, message in by_kind(own)]


def _is_of(problem: Problem, path: str) -> bool:
    return problem.path == path or problem.path.startswith(f"{path}/")


def _short_names(paths: Sequence[str]) -> list[str]:
    """Return the files' names where they differ, else their paths."""
    names = [Path(path).name for path in paths]
    return names if len(set(names)) == len(names) else list(paths)


def _print_overlap(console: Console, noun: str, overlap: Overlap) -> None:
    print_text(console)
    if not overlap.num_shared:
        print_text(console, f"No {noun} of {overlap.second} is also in {overlap.first}.")
    else:
        others = f", {overlap.num_conflicting:,} of them with other labels" if overlap.num_conflicting else ""
        print_text(
            console,
            f"{overlap.num_shared:,} {noun}s of {overlap.second} ({overlap.rate:.1%}) are also in {overlap.first}"
            f"{others}.",
            style="yellow",
        )
    for group in (overlap.groups or ())[:SHOWN_GROUPS]:
        print_text(
            console,
            f"{group.name!r} is on both sides: {group.num_first:,} of {overlap.first} (first at {group.first_place}) "
            f"and {group.num_second:,} of {overlap.second} (first at {group.second_place}).",
            style="yellow",
        )
    if overlap.groups and len(overlap.groups) > SHOWN_GROUPS:
        print_text(console, f"... and {len(overlap.groups) - SHOWN_GROUPS:,} more on both sides", style="yellow")
    if overlap.groups == ():
        print_text(console, f"No group of {overlap.second} is also in {overlap.first}.")
    if overlap.unseen:
        print_text(
            console,
            f"{overlap.second} has {', '.join(overlap.unseen)}, which {overlap.first} lacks.",
            style="yellow",
        )


def _rows(report: CheckReport) -> list[tuple[str, ...]]:
    files, task = report.files, report.task
    noun, step = f"{task.x.name}s", f"{task.x.step}s"
    rows = [("problems", *(f"{file.num_problems:,}" for file in files))]
    facts = dict.fromkeys(fact for file in files for fact in file.facts)
    rows += [
        *((task.checks.facts.get(fact, fact), *(file.facts.get(fact, "-") for file in files)) for fact in facts),
        (noun, *(f"{file.num_examples:,}" for file in files)),
        (step, *(f"{file.num_steps:,}" for file in files)),
        (f"shortest {task.x.name}", *(f"{file.lengths.min:,}" if file.lengths else "-" for file in files)),
        ("median length", *(f"{file.lengths.median:g}" if file.lengths else "-" for file in files)),
        ("95 % are at most", *(f"{file.lengths.p95:,}" if file.lengths else "-" for file in files)),
        (f"longest {task.x.name}", *(f"{file.lengths.max:,}" if file.lengths else "-" for file in files)),
    ]
    names = files[0].figures if files else ()
    rows += [
        *(
            (name.removeprefix("num_").replace("_", " "), *(f"{file.figures[name]:,}" for file in files))
            for name in names
        ),
        (f"duplicate {noun}", *(f"{file.num_duplicates:,}" for file in files)),
        ("duplicates labelled otherwise", *(f"{len(file.conflicts):,}" for file in files)),
    ]
    if any(file.unknown for file in files):
        rates = (f"{file.unknown.rate:.2%}" if file.unknown else "-" for file in files)
        common = (", ".join(name for name, _ in file.unknown.most_common[:5]) if file.unknown else "" for file in files)
        rows += [("unknown words", *rates), ("most common", *common)]
    return rows


def _print_conflicts(console: Console, report: CheckReport) -> None:
    for file in report.files:
        if not file.conflicts:
            continue
        print_text(console)
        for conflict in file.conflicts[:SHOWN_CONFLICTS]:
            print_text(
                console,
                f"{file.path}:{conflict.line}: the {report.task.x.name} of line {conflict.first_line} again, other "
                f"labels: {report.in_words(conflict)[1]}",
                style="yellow",
            )
        if len(file.conflicts) > SHOWN_CONFLICTS:
            print_text(console, f"... and {len(file.conflicts) - SHOWN_CONFLICTS:,} more", style="yellow")
