"""Where tokens stand in the text that they were cut from."""

from collections.abc import Sequence

__all__ = ["places"]


def places(text: str, tokens: Sequence[str]) -> list[tuple[int, int]]:
    """Return where each token begins and ends in the text that it was cut from, in code points, end exclusive.

    >>> places("so, so", ["so", ",", "so"])
    [(0, 2), (2, 3), (4, 6)]

    Raises:
        ValueError: a token does not stand in the text behind the one before.
    """
    found: list[tuple[int, int]] = []
    end = 0
    for token in tokens:
        start = text.index(token, end)
        end = start + len(token)
        found.append((start, end))
    return found
