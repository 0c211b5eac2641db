"""A line with what the model says of its pieces marked, for people."""

from collections.abc import Sequence

from rich.console import Console
from rich.text import Text

from unrolled.cli.screen import clean, is_plain
from unrolled.tasks import Segment

__all__ = ["Painter"]

COLOURS = ("cyan", "green", "yellow", "magenta", "blue", "red", "bright_cyan", "bright_green")


class Painter:
    """Marks segments: in the colour of their kind, or between brackets where there are no colours.

    Args:
        console: where they will be printed.
        kinds: all kinds, so that each keeps its colour.
    """

    def __init__(self, console: Console, kinds: Sequence[str]) -> None:
        self._colours = {kind: COLOURS[number % len(COLOURS)] for number, kind in enumerate(sorted(kinds))}
        self._with_colour = not is_plain(console) and not console.no_color and console.color_system is not None

    def paint(self, segments: Sequence[Segment]) -> Text:
        """Return the segments as one line, those with a kind marked."""
        text = Text()
        for segment in segments:
            words = clean(segment.text)
            if segment.kind is None:
                text.append(words)
                continue
            kind = "" if segment.kind == segment.text else clean(segment.kind)  # an answer alone is its own kind
            if self._with_colour:
                colour = self._colours.get(segment.kind, "white")
                text.append(f" {words} ", style=f"bold black on {colour}")
                text.append(f"{kind} " if kind else "", style=f"black on {colour}")
            else:
                text.append(f"[{words} {kind}]" if kind else f"[{words}]")
        return text
