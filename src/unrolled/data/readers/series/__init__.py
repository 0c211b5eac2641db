"""Series of numbers, labelled as a whole or step by step."""

from unrolled.data.readers.series.series import SeriesReading, read_series
from unrolled.data.readers.series.settings import SeriesSettings

__all__ = ["SeriesReading", "SeriesSettings", "read_series"]
