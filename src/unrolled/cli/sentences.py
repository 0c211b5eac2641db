"""A sentence with its entities marked, for people."""

from collections.abc import Sequence

from rich.console import Console
from rich.text import Text

from unrolled.cli.screen import clean, is_plain
from unrolled.data.tags import strict_spans

__all__ = ["Painter"]

COLOURS = ("cyan", "green", "yellow", "magenta", "blue", "red", "bright_cyan", "bright_green")


class Painter:
    """Marks entities: in the colour of their type, or between brackets where there are no colours.

    Args:
        console: where they will be printed.
        types: all entity types, so that each keeps its colour.
    """

    def __init__(self, console: Console, types: Sequence[str]) -> None:
        self._colours = {kind: COLOURS[number % len(COLOURS)] for number, kind in enumerate(sorted(types))}
        self._with_colour = not is_plain(console) and not console.no_color and console.color_system is not None

    def paint(self, line: str, tokens: Sequence[str], labels: Sequence[str]) -> Text:
        """Return the line as it was written, its entities marked with their types."""
        places = _places(line, tokens)
        text = Text()
        end = 0
        for span in strict_spans(labels):
            start = places[span.start][0]
            text.append(clean(line[end:start]))
            end = places[span.end - 1][1]
            self._append(text, line[start:end], span.type)
        text.append(clean(line[end:].rstrip()))
        return text

    def _append(self, text: Text, words: str, kind: str) -> None:
        if self._with_colour:
            colour = self._colours.get(kind, "white")
            text.append(f" {clean(words)} ", style=f"bold black on {colour}")
            text.append(f"{clean(kind)} ", style=f"black on {colour}")
        else:
            text.append(f"[{clean(words)} {clean(kind)}]")


def _places(line: str, tokens: Sequence[str]) -> list[tuple[int, int]]:
    """Return where each token stands in the line that it was cut from."""
    places: list[tuple[int, int]] = []
    end = 0
    for token in tokens:
        start = line.index(token, end)
        end = start + len(token)
        places.append((start, end))
    return places
