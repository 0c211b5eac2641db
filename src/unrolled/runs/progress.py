"""What a run shows while it runs: a bar on a terminal, a line an epoch where the output is piped."""

import time
from collections.abc import Callable

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from unrolled.training.events import EpochDone, Event, Listener, Measuring, RunStarted, StepDone, Stopped, Warned

__all__ = ["Lines", "show_progress"]

_SPEED_WINDOW = 300.0
"""Seconds over which the time left is estimated, so that measuring the dev set does not make it jump."""


def show_progress(console: Console | None = None) -> Listener:
    """A listener that shows a run on a console (standard error by default), as suits a terminal or a pipe.

    On a terminal: a bar with the epoch, the loss, the best dev figure, steps per second and the time left.
    Elsewhere: one plain line an epoch.
    """
    console = console or Console(stderr=True)
    if console.is_terminal:
        return _Bar(console)

    def write(line: str) -> None:
        console.print(line, markup=False, highlight=False, emoji=False, soft_wrap=True)

    return Lines(write)


class Lines:
    """A listener that tells a run in plain lines: its start, each epoch, warnings and its end."""

    def __init__(self, write: Callable[[str], None]) -> None:
        self._write = write
        self._run: RunStarted | None = None
        self._seconds: list[float] = []

    def __call__(self, event: Event) -> None:
        """Write what is worth a line."""
        match event:
            case RunStarted():
                self._run = event
                self._seconds = []
                begins = f"goes on in epoch {event.epoch} after step {event.step}" if event.resumed else "starts"
                self._write(
                    f"The run {begins}: {event.num_train:,} training and {event.num_valid:,} dev examples, "
                    f"{event.num_parameters:,} parameters, {_count(event.num_threads, 'thread')}, "
                    f"seed {event.settings.seed}."
                )
            case Warned():
                self._write(f"Warning: {event.message}")
            case EpochDone() if self._run is not None:
                self._seconds.append(event.row["seconds"])
                left = sum(self._seconds) / len(self._seconds) * (self._run.settings.epochs - event.epoch)
                self._write(f"{epoch_line(event, self._run)}  {duration(left)} left")
            case Stopped():
                best = f" Best epoch: {event.best_epoch}." if event.best_epoch else ""
                self._write(f"{event.detail}{best}")
            case _:
                pass


class _Bar:
    """The terminal's listener."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._progress: Progress | None = None
        self._task = TaskID(0)
        self._run: RunStarted | None = None
        self._best = ""
        self._steps = 0
        self._since = 0.0
        self._lines = Lines(self._print)

    def __call__(self, event: Event) -> None:
        """Move the bar, and print what stays above it."""
        match event:
            case RunStarted():
                self._lines(event)
                self._start(event)
            case StepDone() if self._run is not None:
                self._steps += event.num_steps
                speed = self._steps / max(time.monotonic() - self._since, 1e-9)
                text = f"loss {event.loss:.4f}{self._best}  {speed:,.0f} {self._run.unit}s/s"
                self._update(event.epoch - 1 + event.batch / event.num_batches, event.epoch, text)
            case Measuring():
                self._update(event.epoch, event.epoch, f"measuring {event.num_pairs:,} dev examples{self._best}")
            case EpochDone() if self._run is not None:
                self._print(epoch_line(event, self._run))
                self._steps, self._since = 0, time.monotonic()
                name = self._run.figure.name
                if event.improved and name in event.row:
                    self._best = f"  best {name} {event.row[name]:.4f}"
            case Stopped():
                if self._progress is not None:
                    self._progress.stop()
                    self._progress = None
                self._lines(event)
            case _:
                self._lines(event)

    def _start(self, event: RunStarted) -> None:
        self._run = event
        self._steps, self._since = 0, time.monotonic()
        self._progress = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            TextColumn("{task.fields[figures]}", markup=False),
            TimeRemainingColumn(),
            TextColumn("left", markup=False),
            console=self._console,
            speed_estimate_period=_SPEED_WINDOW,
        )
        self._task = self._progress.add_task(
            _description(event, event.epoch), total=event.settings.epochs, completed=event.epoch - 1, figures=""
        )
        self._progress.start()

    def _update(self, completed: float, epoch: int, figures: str) -> None:
        if self._progress is not None and self._run is not None:
            description = _description(self._run, epoch)
            self._progress.update(self._task, completed=completed, description=description, figures=figures)

    def _print(self, line: str) -> None:
        self._console.print(line, markup=False, highlight=False, emoji=False)


def epoch_line(event: EpochDone, run: RunStarted) -> str:
    """An epoch in one line: loss per label, the dev figure (starred where it is the best so far), speed."""
    row, name = event.row, run.figure.name
    parts = [f"epoch {event.epoch}/{run.settings.epochs}", f"loss {row['train_loss']:.4f}"]
    if name in row:
        parts.append(f"{name} {row[name]:.4f}{'*' if event.improved else ' '}")
    parts += [f"{row['steps_per_second']:,.0f} {run.unit}s/s", duration(row["seconds"])]
    return "  ".join(parts)


def _description(run: RunStarted, epoch: int) -> str:
    return f"epoch {min(epoch, run.settings.epochs)}/{run.settings.epochs}"


def duration(seconds: float) -> str:
    """Seconds as people read them.

    >>> duration(4.26), duration(64), duration(3671)
    ('4.3 s', '1:04 min', '1:01 h')
    """
    if seconds < 59.95:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}:{rest:02} min" if minutes < 60 else f"{minutes // 60}:{minutes % 60:02} h"


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
