"""The names in a model directory and how large each file may be."""

import re

from unrolled.model_files.strict_json import MAX_JSON_BYTES

__all__ = ["CARD", "CONFIG", "FORMAT", "METRICS", "STRAY", "TENSORS", "VERSION", "limit"]

FORMAT = "unrolled-model"
VERSION = 2

TENSORS = "model.safetensors"
CONFIG = "config.json"
METRICS = "metrics.json"
CARD = "README.md"

STRAY = frozenset({".DS_Store", "Thumbs.db", "desktop.ini"})
"""Files that a file manager leaves where it has been: nobody's work, and lost without regret."""

MAX_TENSOR_BYTES = 2**40
MAX_TEXT_BYTES = 256 * 2**20

# Lower case only: on some file systems two names that differ in case are one file.
_TEXT = re.compile(r"[a-z][a-z0-9_-]{0,58}\.txt")


def limit(name: str) -> int | None:
    """Return the largest size of a file that config.json may list; None when it may not list that name.

    >>> limit("vocabulary.txt"), limit("../vocabulary.txt"), limit("config.json")
    (268435456, None, None)
    """
    if name == TENSORS:
        return MAX_TENSOR_BYTES
    if name == METRICS:
        return MAX_JSON_BYTES
    return MAX_TEXT_BYTES if _TEXT.fullmatch(name) else None
