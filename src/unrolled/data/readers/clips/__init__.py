"""Clips of moving pictures, each with a label."""

from unrolled.data.readers.clips.clips import ClipsReading, read_clips
from unrolled.data.readers.clips.settings import ClipsSettings

__all__ = ["ClipsReading", "ClipsSettings", "read_clips"]
