"""How a model file is refused: the file, what was found, the way out."""

from collections.abc import Sized
from pathlib import Path
from typing import cast

from unrolled.errors import ModelFileError

__all__ = ["COPY_AGAIN", "refusal", "shown"]

COPY_AGAIN = "Copy the model directory again from where it was made, or train again."


def refusal(path: Path | str, found: str, way_out: str = COPY_AGAIN) -> ModelFileError:
    """Return the error to raise; `found` is a phrase without a full stop, `way_out` a sentence."""
    return ModelFileError(f"{path}: {found}. {way_out}")


def shown(value: object, limit: int = 80) -> str:
    """Return `repr(value)` cut to `limit` characters: a stranger's text reaches no terminal raw or at length.

    >>> shown("\\x1b[2J"), len(shown("a" * 1000))
    ("'\\\\x1b[2J'", 80)
    """
    if isinstance(value, (dict, list)):
        return f"{'an object' if isinstance(value, dict) else 'a list'} of {len(cast(Sized, value))} entries"
    if isinstance(value, str):
        value = value[:limit]
    if isinstance(value, int) and abs(value) >= 1 << 128:
        return "a number of more than 38 digits"
    words = ascii(value)
    return words if len(words) <= limit else words[: limit - 1] + "…"
