"""Ctrl-C that waits for the end of the step."""

import signal
import threading
from collections.abc import Generator
from contextlib import contextmanager
from types import FrameType

__all__ = ["Interrupt"]


class Interrupt:
    """Turns the first Ctrl-C into a request, so that no step is left half done; the second one interrupts at once.

    Python's own handler is replaced only: another one, or another thread than the main one, is left as it is.
    """

    def __init__(self) -> None:
        self.presses = 0
        self._may_raise = False

    @contextmanager
    def deferred(self) -> Generator[None]:
        """Catch Ctrl-C within."""
        in_main_thread = threading.current_thread() is threading.main_thread()
        if not in_main_thread or signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
            yield
            return
        signal.signal(signal.SIGINT, self._handle)
        try:
            yield
        finally:
            signal.signal(signal.SIGINT, signal.default_int_handler)

    @contextmanager
    def at_once(self) -> Generator[None]:
        """Let even the first Ctrl-C interrupt here: for long work that changes nothing.

        Raises:
            KeyboardInterrupt: Ctrl-C was pressed before, or is pressed within.
        """
        self._may_raise = True
        try:
            if self.presses:
                raise KeyboardInterrupt
            yield
        finally:
            self._may_raise = False

    def _handle(self, number: int, frame: FrameType | None) -> None:
        self.presses += 1
        if self._may_raise or self.presses > 1:
            raise KeyboardInterrupt
