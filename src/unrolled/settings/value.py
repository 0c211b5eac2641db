"""What a setting can hold, and how it is written."""

import json
from typing import Final, cast

import numpy as np

__all__ = ["LARGEST", "LARGEST_SIZE", "PATH", "Value", "plain", "value_text"]

Value = str | int | float | bool | None

LARGEST = 2**63 - 1

LARGEST_SIZE = 100_000
"""Of a layer: a stranger's settings cannot ask for more than a machine could hold."""

PATH: Final = "path"
"""Marks a setting that names a file: `vectors: Annotated[str | None, PATH] = setting(None)`."""


def plain(value: object) -> object:
    """Return a scalar of NumPy as Python's own; anything else as it is.

    >>> plain(np.int64(8)), plain(np.True_), plain("8")
    (8, True, '8')
    """
    return cast("object", value.item()) if isinstance(value, np.generic) else value


def value_text(value: object) -> str:
    """Return a setting's value as `--set` takes it.

    >>> value_text(True), value_text(None), value_text("lstm"), value_text(0.5)
    ('true', 'null', 'lstm', '0.5')
    """
    return value if isinstance(value, str) else json.dumps(value)
