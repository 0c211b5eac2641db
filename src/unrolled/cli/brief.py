"""What a command shows of a run that ends early."""

from collections.abc import Callable
from dataclasses import replace

from unrolled.training import Event, Listener, RunStarted, Stopped

__all__ = ["brief"]


def brief(progress: Listener) -> Callable[[Event], None]:
    """Leave the reason of a failed or interrupted run to the message that ends the command."""
    started = False

    def tell(event: Event) -> None:
        nonlocal started
        started = started or isinstance(event, RunStarted)
        if isinstance(event, Stopped) and event.reason in {"failed", "interrupted"}:
            event = replace(event, detail=f"Stopped in epoch {event.epoch + 1}, after step {event.step}.")
        if started:
            progress(event)

    return tell
