"""The phrases of texts that come again every epoch."""

import hashlib
from array import array
from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from unrolled.data.recent import Recent

__all__ = ["Found", "Kept", "key_of"]

MAX_CACHED = 40_000_000
"""Phrases of training texts that are kept: 160 MB."""

MAX_RECENT = 4_000_000
"""Phrases of other texts that are kept, such as those of a dev part: 16 MB, however many texts come."""

OVERHEAD = 100
"""What a text that is kept takes beside its phrases, in phrases."""

Found: TypeAlias = tuple[NDArray[np.int32], NDArray[np.int32]]
"""The phrases of words and of characters that a text holds."""


class Kept:
    """What texts hold, by `key_of` them: of training texts for good, of others as long as they are recent."""

    def __init__(self) -> None:
        self.fitted_on: frozenset[bytes] = frozenset()
        self.training: dict[bytes, Found] = {}
        self.num_phrases = 0
        self.others = Recent[bytes, Found](MAX_RECENT)

    def get(self, key: bytes) -> Found | None:
        """Return what a text holds, where that is known."""
        known = self.training.get(key)
        return self.others.get(key) if known is None else known

    def keep(self, key: bytes, found: Found, *, training: bool) -> None:
        """Keep what a text holds."""
        size = len(found[0]) + len(found[1]) + OVERHEAD
        if not training and key not in self.fitted_on:
            self.others.keep(key, found, size)
        elif self.num_phrases + size <= MAX_CACHED:
            self.training[key] = found
            self.num_phrases += size


def key_of(text: Sequence[str]) -> bytes:
    """Return what stands for a text, which may be of megabytes and is not kept."""
    found = hashlib.blake2b("\0".join(text).encode("utf-8", "surrogatepass"), digest_size=16)
    found.update(array("q", map(len, text)))  # a word may hold a zero
    return found.digest()
