"""How labelled clips are read."""

from dataclasses import dataclass
from typing import ClassVar

from unrolled.data.readers.reading_settings import ReadingSettings
from unrolled.settings import setting

__all__ = ["ClipsSettings"]


@dataclass(frozen=True, kw_only=True)
class ClipsSettings(ReadingSettings):
    """How labelled clips are read.

    With `strict` a file of a folder that is no clip is a problem, which is else left out and told.

    Attributes:
        video_column: which column of a table names the files: its name or its number (0 is the first, -1 the last).
            None takes the usual names, such as `video`, `clip`, `file` and `path`.
        label_column: y; None takes the usual names, such as `label` and `class`.
    """

    doubts: ClassVar[tuple[str, ...]] = ("broken_clips", "one_label", "rare_labels", "lengths")

    video_column: str | int | None = setting(None)
    label_column: str | int | None = setting(None)
