"""Values in messages."""

__all__ = ["shown"]


def shown(value: object, most: int = 60) -> str:
    """Return a value for a message, cut where it is long.

    >>> shown("a" * 100, 5)
    "'aaa…"
    """
    text = repr(value)
    return text if len(text) <= most else text[: most - 1] + "…"
