"""`unrolled evaluate`."""

from collections.abc import Sequence
from pathlib import Path

from unrolled.cli.options import reading_given
from unrolled.cli.reports import print_report
from unrolled.cli.screen import print_json, print_text, screen
from unrolled.model import Model
from unrolled.runs.evaluate import evaluate
from unrolled.tasks import find_task

__all__ = ["run"]


def run(directory: Path, data: Path | None, set_: Sequence[str], *, as_json: bool, follow_links: bool = False) -> None:
    """Print the figures of a model."""
    task = find_task(Model.load(directory, follow_links=follow_links).task) if set_ else None
    evaluation = evaluate(directory, data, {} if task is None else reading_given(task, set_), follow_links=follow_links)
    if as_json:
        print_json(evaluation.to_dict())
        return
    console = screen()
    for number, part in enumerate(evaluation.parts):
        if number:
            print_text(console)
        last = number == len(evaluation.parts) - 1
        print_report(console, evaluation.task, part.name, part.path, part.report, rule=last)
        if part.unseen:
            print_text(
                console,
                f"Note: the model was trained on no {', '.join(part.unseen)}, and finds none.",
                style="yellow",
            )
