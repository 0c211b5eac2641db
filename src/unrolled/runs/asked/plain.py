"""Lines of text."""

from collections.abc import Callable, Iterator

from unrolled.runs.asked.asked import Asked, Trouble

__all__ = ["PlainReader"]

ENOUGH = 20
"""So many lines of one word each, and they are hardly sentences."""


class PlainReader:
    """One x a line; blank lines are kept.

    Args:
        tokenize: what will split the lines; None where they are no text.
        say: is told, once, that each line is one word.
    """

    def __init__(self, tokenize: Callable[[str], list[str]] | None, say: Callable[[str], None]) -> None:
        self._tokenize, self._say = tokenize, say
        self._single = 0

    def feed(self, number: int, line: str | Trouble, /) -> Iterator[Asked]:
        """Yield the line."""
        if isinstance(line, Trouble):
            yield Asked(number, trouble=line)
            return
        if self._tokenize is not None and line.strip():
            self._count(self._tokenize(line))
        yield Asked(number, text=line)

    def finish(self) -> Iterator[Asked]:
        """Yield nothing: every line is answered by itself."""
        yield from ()

    def _count(self, words: list[str]) -> None:
        if len(words) > 1:
            self._tokenize = None
            return
        self._single += 1
        if self._single == ENOUGH:
            self._say(
                f"Each of the first {ENOUGH} lines is one word, answered by itself. If sentences have one word a line "
                "and a blank line between them: --input conll."
            )
            self._tokenize = None
