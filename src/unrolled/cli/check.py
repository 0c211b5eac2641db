"""`unrolled check`."""

from collections.abc import Sequence
from pathlib import Path

import typer
from rich.console import Console

from unrolled.cli.options import reading_given
from unrolled.cli.screen import print_json, print_table, print_text, screen
from unrolled.data.check import CheckReport, FileFigures, Overlap
from unrolled.tasks.catalogue import find_task
from unrolled.tasks.checking import check_files
from unrolled.tasks.settings import ReadingSettings

__all__ = ["run"]

PROBLEMS_FOUND = 1
SHOWN_CONFLICTS = 10


def run(task: str, files: Sequence[Path], model: Path | None, set_: Sequence[str], *, as_json: bool) -> None:
    """Print the problems and the figures of files.

    Raises:
        typer.Exit: with 1, where there are problems.
    """
    find_task(task)  # all tasks so far are read alike, but one must exist
    report = check_files(files, model, ReadingSettings.from_dict(reading_given(set_)))
    if as_json:
        print_json(report.to_dict())
    else:
        _print(screen(), report)
    if not report.ok:
        raise typer.Exit(PROBLEMS_FOUND)


def _print(console: Console, report: CheckReport) -> None:
    for problem in report.problems:
        print_text(console, str(problem), style="red")
    if report.problems:
        print_text(console)
    columns = [f"{name}>" for name in _short_names([file.path for file in report.files])]
    print_table(console, ("", *columns), _rows(report.files))
    for name, counts in (("label", "labels"), ("entity type", "entities")):
        kinds = sorted({kind for file in report.files for kind in getattr(file, counts)})
        if kinds:
            print_text(console)
            print_table(
                console,
                (name, *columns),
                [(kind, *(f"{getattr(file, counts).get(kind, 0):,}" for file in report.files)) for kind in kinds],
            )
    _print_conflicts(console, report.files)
    for overlap in report.overlaps:
        _print_overlap(console, overlap)
    print_text(console)
    found = len(report.problems)
    print_text(
        console,
        "No problems."
        if report.ok
        else f"{found:,} problem{'s' * (found > 1)}: the sentences concerned are left out of the figures.",
        style="green" if report.ok else "bold red",
    )


def _short_names(paths: Sequence[str]) -> list[str]:
    """Return the files' names where they differ, else their paths."""
    names = [Path(path).name for path in paths]
    return names if len(set(names)) == len(names) else list(paths)


def _print_overlap(console: Console, overlap: Overlap) -> None:
    print_text(console)
    if not overlap.num_shared:
        print_text(console, f"No sentence of {overlap.second} is also in {overlap.first}.")
    else:
        others = f", {overlap.num_conflicting:,} of them with other labels" if overlap.num_conflicting else ""
        print_text(
            console,
            f"{overlap.num_shared:,} sentences of {overlap.second} ({overlap.rate:.1%}) are also in {overlap.first}"
            f"{others}.",
            style="yellow",
        )
    if overlap.unseen_types:
        print_text(
            console,
            f"{overlap.second} has {', '.join(overlap.unseen_types)}, which {overlap.first} lacks.",
            style="yellow",
        )


def _rows(files: Sequence[FileFigures]) -> list[tuple[str, ...]]:
    rows = [
        ("problems", *(f"{file.num_problems:,}" for file in files)),
        ("label scheme", *(file.scheme or "-" for file in files)),
        ("sentences", *(f"{file.num_sentences:,}" for file in files)),
        ("tokens", *(f"{file.num_tokens:,}" for file in files)),
        ("shortest sentence", *(f"{file.lengths.min:,}" if file.lengths else "-" for file in files)),
        ("median length", *(f"{file.lengths.median:g}" if file.lengths else "-" for file in files)),
        ("95 % are at most", *(f"{file.lengths.p95:,}" if file.lengths else "-" for file in files)),
        ("longest sentence", *(f"{file.lengths.max:,}" if file.lengths else "-" for file in files)),
        ("without entity", *(f"{file.num_without_entity:,}" for file in files)),
        ("duplicate sentences", *(f"{file.num_duplicates:,}" for file in files)),
        ("duplicates labelled otherwise", *(f"{len(file.conflicts):,}" for file in files)),
    ]
    if any(file.unknown for file in files):
        rows.append(("unknown words", *(f"{file.unknown.rate:.2%}" if file.unknown else "-" for file in files)))
        rows.append(("most common", *(_commonest(file) for file in files)))
    return rows


def _commonest(file: FileFigures) -> str:
    return ", ".join(token for token, _ in file.unknown.most_common[:5]) if file.unknown else ""


def _print_conflicts(console: Console, files: Sequence[FileFigures]) -> None:
    for file in files:
        if not file.conflicts:
            continue
        print_text(console)
        for conflict in file.conflicts[:SHOWN_CONFLICTS]:
            words = ", ".join(conflict.tokens[position] for position in conflict.positions)
            print_text(
                console,
                f"{file.path}:{conflict.line}: the sentence of line {conflict.first_line} again, other labels: {words}",
                style="yellow",
            )
        if len(file.conflicts) > SHOWN_CONFLICTS:
            print_text(console, f"... and {len(file.conflicts) - SHOWN_CONFLICTS:,} more", style="yellow")
