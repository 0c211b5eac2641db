"""Parquet of Hugging Face: lists of tokens and of labels, which are numbers whose names the schema tells."""

from pathlib import Path

from unrolled.data.readers.grid import parquet_grid
from unrolled.data.readers.sentences.exports.intake import Intake
from unrolled.data.readers.sentences.json_lines import drafts_of_records
from unrolled.data.readers.sentences.settings import TaggedSettings
from unrolled.data.readers.sentences.tagged import Drafts
from unrolled.data.readers.source import Problems

__all__ = ["read_parquet"]


def read_parquet(path: str | Path, settings: TaggedSettings, problems: Problems, tokenizer: str) -> Drafts:
    """Read labelled sentences from the columns of a Parquet file; a row's number is its line.

    Raises:
        DataError: pyarrow is not installed.
        SettingsError: a setting that has no effect on the file.
    """
    grid = parquet_grid(path, problems)
    header = grid.header or []
    if grid.rows and not any(isinstance(cell, list) for row in grid.rows[:100] for cell in row):
        shown = ", ".join(header[:12])
        way_out = 'Write a list of words and a list of labels in each row: "tokens", "ner_tags"'
        problems.add(None, f"no column with lists of tokens or of labels among {shown}", way_out)
        return Drafts([])
    records = [(line, dict(zip(header, row, strict=True))) for line, row in zip(grid.lines, grid.rows, strict=True)]
    intake = Intake(problems, settings, {"format": "Parquet"})
    return drafts_of_records(records, intake, tokenizer, each="a row", names=grid.known_names)
