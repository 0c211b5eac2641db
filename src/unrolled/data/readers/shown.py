"""Values in messages."""

__all__ = ["seen", "shown"]


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


def seen(text: str, most: int = 40) -> str:
    """Return a text between quotation marks, cut where it is long, what cannot be seen in it by its code point.

    >>> seen("LOC\\u200b")
    "'LOC<U+200B>'"
    """
    cut = text if len(text) <= most else text[: most - 1] + "…"
    return "'" + "".join(c if c.isprintable() else f"<U+{ord(c):04X}>" for c in cut) + "'"
