"""Labelled series of numbers: so many numbers a step, and a label or a number for all of it, or one a step.

CSV, TSV    sequence,time,x,y,label    a row a step, with a header; columns by name, number or usual names
Parquet     the same columns           takes pyarrow: pip install 'unrolled[tables]'
.npz        x, y and lengths           (N, T, D), or all steps (M, D) with the lengths of N series; nothing pickled
.ts         of the UEA archive         with @classLabel or @targetLabel, ? for what is missing
a folder    walk/1.csv, run/7.npy      a folder a label, a file a series; or manifest.csv with the columns file,label
"""

from pathlib import Path
from typing import Any, TypeAlias

from unrolled.data.readers.grid import csv_grid, parquet_grid
from unrolled.data.readers.reading import Reading
from unrolled.data.readers.series.arrays import add_arrays
from unrolled.data.readers.series.drafts import SeriesDrafts
from unrolled.data.readers.series.folder import add_folder
from unrolled.data.readers.series.rows import add_rows
from unrolled.data.readers.series.settings import SeriesSettings
from unrolled.data.readers.series.ts import add_ts
from unrolled.data.readers.source import OTHER_FORMAT, Problems
from unrolled.data.series import Series

__all__ = ["SeriesReading", "read_series"]

SeriesReading: TypeAlias = Reading[Series, Any]


def read_series(path: str | Path, settings: SeriesSettings | None = None, *, labelled: bool = True) -> SeriesReading:
    """Read series of numbers with what is to be found of each; the format is found by the suffix.

    `Reading.taken` says what was taken for what, `Reading.facts` whether y is a label or a number, and of each step.
    Missing numbers are NaN. Nothing in a file raises: what is wrong stands in the reading, and `Reading.checked` raises
    it. Without `labelled` nothing need be said of y, which then is None: what `predict` reads.

    Raises:
        DataError: pyarrow is missing.
    """
    settings, path = settings or SeriesSettings(), Path(path)
    drafts = SeriesDrafts(Problems(path, settings.encoding), settings, labelled=labelled)
    suffix = path.suffix.lower()
    if path.is_dir():
        add_folder(drafts, path)
    elif suffix in {".npy", ".npz"}:
        add_arrays(drafts, path)
    elif suffix == ".ts":
        add_ts(drafts, path)
    elif suffix in {".parquet", ".pq"}:
        add_rows(drafts, parquet_grid(path, drafts.problems))
    elif suffix in {".json", ".jsonl", ".ndjson"}:
        way_out = "Give CSV, Parquet, .npz, .ts or a folder"
        drafts.problems.add(None, "JSON is not read for series", way_out, OTHER_FORMAT)
    else:
        add_rows(drafts, csv_grid(path, drafts.problems))
    return drafts.reading()
