"""Values in messages."""

__all__ = ["shown"]


def shown(value: object, most: int = 60) -> str:
    """Return a value for a message, cut where it is long.

    >>> shown("a" * 100, 5)
    "'aaa…"
    """
    try:
        text = repr(value)
    except (ValueError, RecursionError):  # an integer of thousands of digits, a list of a thousand lists
        text = f"a {type(value).__name__} that is too long to be shown"
    return text if len(text) <= most else text[: most - 1] + "…"
