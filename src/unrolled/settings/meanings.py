"""What each setting means: said once, in the `Attributes:` of its class, for readers of the code and of the page."""

import inspect
import re
from functools import cache
from textwrap import dedent
from typing import Any

__all__ = ["meanings"]

_ENTRY = re.compile(r"(\w+(?:, \w+)*): +(.*)", re.DOTALL)


@cache
def meanings(group: type[Any]) -> dict[str, str]:
    """Return what a class and those that it derives from say of their attributes, by name.

    >>> from unrolled.settings import Settings
    >>> meanings(Settings)["title"]
    'what one of them is called in errors.'
    """
    found: dict[str, str] = {}
    for base in reversed(group.__mro__):
        found |= _of_docstring(vars(base).get("__doc__") or "")
    return found


def _of_docstring(text: str) -> dict[str, str]:
    _, _, rest = inspect.cleandoc(text).partition("\nAttributes:\n")
    section = re.split(r"\n(?=\S)", rest)[0]
    found: dict[str, str] = {}
    for entry in re.split(r"\n(?=\w)", dedent(section)):
        if match := _ENTRY.fullmatch(entry.strip()):
            meaning = " ".join(match[2].split())
            found |= dict.fromkeys(match[1].split(", "), meaning)
    return found
