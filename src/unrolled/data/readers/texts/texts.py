"""Labelled texts: one text and one label an example.

CSV, TSV       text,label                       with a header or without one; columns by name, number or figures
JSON Lines     {"text": "...", "label": "..."}  also lists of words; labels may be numbers, or lists of one
Parquet        the same columns                 takes pyarrow: pip install 'unrolled[tables]'
fastText       __label__positive A warm film.
a folder       positive/1.txt, negative/7.txt   a folder a label, a file a text
"""

import itertools
from collections.abc import Sequence
from pathlib import Path
from typing import TypeAlias

from unrolled.data.readers.grid import Grid, as_text, csv_grid, json_grid, parquet_grid
from unrolled.data.readers.reading import Reading
from unrolled.data.readers.source import Problems, counted, numbered_lines
from unrolled.data.readers.texts.columns import find_text_columns
from unrolled.data.readers.texts.drafts import Texts
from unrolled.data.readers.texts.folder import folder_texts
from unrolled.data.readers.texts.format import FASTTEXT, find_format, refuse_without_effect
from unrolled.data.readers.texts.settings import TextsSettings

__all__ = ["TextsReading", "read_texts"]

TextsReading: TypeAlias = Reading[tuple[str, ...], str]


def read_texts(
    path: str | Path, settings: TextsSettings | None = None, *, tokenizer: str = "detect"
) -> Reading[tuple[str, ...], str]:
    """Read texts, as their words, with a label each; the format is found by suffix and content.

    Columns are found by their usual names, else by what they hold; `Reading.taken` says which were. Texts are split by
    the tokenizer of that name; "detect" takes characters for scripts without spaces, else words. Nothing in a file
    raises: what is wrong stands in the reading, and `Reading.checked` raises it.

    Raises:
        DataError: pyarrow is missing.
        SettingsError: a setting that has no effect on this file.
    """
    settings = settings or TextsSettings()
    problems = Problems(path, settings.encoding)
    texts = Texts(problems, settings, tokenizer)
    kind = find_format(path, settings.encoding)
    refuse_without_effect(settings, kind, path)
    if kind == "folder":
        taken: dict[str, str] = {}
        texts.text_name, texts.label_name = "the files", "the names of the folders"
        texts.other_texts = "Check that each file holds a text"
        texts.other_labels = "Give a folder for each label, and in it a file for each text"
        for label, text, file in folder_texts(path, settings, problems, taken, texts.notes):
            texts.add(0, text, label, file)
        texts.taken = taken
    elif kind == "fasttext":
        texts.text_name, texts.label_name = "the lines", FASTTEXT
        texts.other_texts = texts.other_labels = (
            f"Begin each line with its label, and go on with its text: {FASTTEXT}good So it was"
        )
        texts.taken = {"texts": "the rest of each line", "labels": f"{FASTTEXT} at its start"}
        for number, line in numbered_lines(path, problems):
            if line is not None and line.strip():
                _add_fasttext(texts, number, line)
    else:
        read = {"json_lines": json_grid, "parquet": parquet_grid, "table": csv_grid}[kind]
        _add_rows(texts, read(path, problems), settings)
    return texts.reading()


def _add_fasttext(texts: Texts, number: int, line: str) -> None:
    words = line.split()
    labels = list(itertools.takewhile(lambda word: word.startswith(FASTTEXT), words))
    if len(labels) == 1:
        texts.add(number, line.strip()[len(labels[0]) :], labels[0].removeprefix(FASTTEXT))
    else:
        found = f"{len(labels)} labels at the start of the line" if labels else "no label at the start of the line"
        way_out = f"Begin each line with one: {FASTTEXT}positive A warm film"
        texts.problems.add(number, found, way_out, "lines without one label at their start")


def _add_rows(texts: Texts, grid: Grid, settings: TextsSettings) -> None:
    columns = find_text_columns(grid, settings, texts.problems)
    if columns is None:
        return
    texts.notes += columns.notes
    texts.doubts += columns.doubts
    texts.taken, texts.undecided_header = columns.taken, columns.undecided
    if grid.header is not None:
        texts.text_name, texts.label_name = grid.header[columns.text], grid.header[columns.label]
        texts.label_names = texts.label_names or grid.known_names.get(texts.label_name)
    else:
        texts.text_name, texts.label_name = f"column {columns.text}", f"column {columns.label}"
    again: list[int] = []
    for number, row in zip(grid.lines, grid.rows, strict=True):
        if grid.header is not None and _is_header(row, grid.header):
            again.append(number)
        else:
            group = None if columns.group is None else as_text(row[columns.group])
            texts.add(number, row[columns.text], row[columns.label], group=group)
    if again:
        _tell_headers(texts, again, settings)


def _is_header(row: Sequence[object], header: list[str]) -> bool:
    """Return whether a row of a table is its header again, as where files were put one behind the other."""
    return [as_text(cell).lstrip("\ufeff") for cell in row] == header


def _tell_headers(texts: Texts, again: list[int], settings: TextsSettings) -> None:
    if settings.strict:
        for number in again:
            way_out = "Remove it, or give --set strict=false"
            texts.problems.add(number, "the header again", way_out, "headers in the file")
        return
    lines = ", ".join(map(str, again[:3])) + (f" and {len(again) - 3:,} more" if len(again) > 3 else "")
    texts.notes.append(f"{counted(len(again), 'row')} with the header again, left out: {lines}.")
