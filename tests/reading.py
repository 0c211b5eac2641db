"""Labelled files as tests read them."""

from pathlib import Path
from typing import Any

from unrolled.data.readers import TaggedReading, TaggedSettings, read_labelled

__all__ = ["checked"]


def checked(path: str | Path, **settings: Any) -> TaggedReading:
    """Read a labelled file; what is wrong with it is raised."""
    return read_labelled(path, TaggedSettings(**settings)).checked()
