"""Links among model files: those that stay inside a cache folder are followed, others only where that is asked."""

import os
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Links", "tree_of"]

CACHE = ("snapshots", "blobs")
"""The folders side by side in which Hugging Face's cache keeps the names of files, and their contents."""

_WALKS = os.open in os.supports_dir_fd and hasattr(os, "O_NOFOLLOW") and hasattr(os, "O_DIRECTORY")


@dataclass(frozen=True, slots=True)
class Links:
    """Which links are followed.

    Attributes:
        tree: the real folder that a link may lead into; None where it may lead anywhere.
    """

    tree: Path | None

    def allow(self, place: Path) -> bool:
        """Return whether a link may lead to a real place."""
        return self.tree is None or self.tree in place.parents

    def open(self, place: Path, flags: int) -> int:
        """Open the real place that a link leads to, and nothing that another link has since put there.

        Below the tree every folder on the way is opened in the one before, without following links.

        Raises:
            OSError: it cannot be opened, or has become a link.
        """
        if self.tree is None or not _WALKS:
            return os.open(place, flags)
        *folders, name = place.relative_to(self.tree).parts
        inside = os.open(self.tree, os.O_RDONLY | os.O_DIRECTORY)
        try:
            for folder in folders:
                found = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=inside)
                os.close(inside)
                inside = found
            return os.open(name, flags, dir_fd=inside)
        finally:
            os.close(inside)


def tree_of(directory: Path) -> Path:
    """Return the real folder that the links of a model directory may lead into.

    It is the nearest folder above it that holds `snapshots`, in which the directory lies, and `blobs` beside it, as in
    Hugging Face's cache (snapshots/REV/model.safetensors -> ../../blobs/HASH); else the directory itself.

    Raises:
        OSError: the directory cannot be followed.
    """
    real = Path(os.path.realpath(directory, strict=True))
    names, contents = CACHE
    for folder in real.parents:
        if (folder / contents).is_dir() and real.is_relative_to(folder / names):
            return folder
    return real
