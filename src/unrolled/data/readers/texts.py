"""Labelled texts: one text and one label an example.

CSV, TSV       text,label                       with a header or without one; columns by name, number or figures
JSON Lines     {"text": "...", "label": "..."}  also lists of words; labels may be numbers
Parquet        the same columns                 takes pyarrow: pip install 'unrolled[tables]'
fastText       __label__positive A warm film.
a folder       positive/1.txt, negative/7.txt   a folder a label, a file a text
"""

import itertools
from pathlib import Path
from typing import TypeAlias

from unrolled.data.readers.grid import Grid, csv_grid, json_grid, parquet_grid
from unrolled.data.readers.reading import Reading
from unrolled.data.readers.source import Problems, numbered_lines
from unrolled.data.readers.text_columns import find_text_columns
from unrolled.data.readers.text_drafts import Texts
from unrolled.data.readers.text_folder import folder_texts
from unrolled.data.readers.texts_settings import TextsSettings

__all__ = ["TextsReading", "read_texts"]

TextsReading: TypeAlias = Reading[tuple[str, ...], str]

_FASTTEXT = "__label__"
_SUFFIXES = {
    **dict.fromkeys((".jsonl", ".ndjson", ".json"), "json_lines"),
    **dict.fromkeys((".parquet", ".pq"), "parquet"),
}


def read_texts(
    path: str | Path, settings: TextsSettings | None = None, *, tokenizer: str = "detect"
) -> Reading[tuple[str, ...], str]:
    """Read texts, as their words, with a label each; the format is found by suffix and content.

    Columns are found by their usual names, else by what they hold, which `Reading.notes` then says. Texts are split by
    the tokenizer of that name; "detect" takes characters for scripts without spaces, else words.

    Raises:
        DataError: pyarrow is missing.
    """
    settings = settings or TextsSettings()
    problems = Problems(path, settings.encoding)
    texts = Texts(problems, settings.names_of_labels(), tokenizer)
    kind = _format(path)
    if kind == "folder":
        for label, text, file in folder_texts(path, problems, texts.notes):
            texts.add(0, text, label, file)
    elif kind == "fasttext":
        for number, line in numbered_lines(path, problems):
            if line is not None and line.strip():
                _add_fasttext(texts, number, line)
    else:
        read = {"json_lines": json_grid, "parquet": parquet_grid, "table": csv_grid}[kind]
        _add_rows(texts, read(path, problems), settings)
    return texts.reading()


def _format(path: str | Path) -> str:
    path = Path(path)
    if path.is_dir():
        return "folder"
    by_suffix = _SUFFIXES.get(path.suffix.lower())
    if by_suffix or not path.is_file():  # a pipe can be read only once
        return by_suffix or "table"
    problems = Problems(path)  # reading will note them once more
    lines = itertools.islice(numbered_lines(path, problems), 20)
    first = next((line for _, line in lines if line is not None and line.strip()), "").lstrip()
    if any(problem.found.startswith("this is a Parquet file") for problem in problems.found):
        return "parquet"
    is_json = first.startswith("{") and first.rstrip().endswith("}")  # a text may begin so, too
    return "json_lines" if is_json else "fasttext" if first.startswith(_FASTTEXT) else "table"


def _add_fasttext(texts: Texts, number: int, line: str) -> None:
    words = line.split()
    labels = list(itertools.takewhile(lambda word: word.startswith(_FASTTEXT), words))
    if len(labels) == 1:
        texts.add(number, line.strip()[len(labels[0]) :], labels[0].removeprefix(_FASTTEXT))
    else:
        found = f"{len(labels)} labels at the start of the line" if labels else "no label at the start of the line"
        texts.problems.add(number, found, f"Begin each line with one: {_FASTTEXT}positive A warm film")


def _add_rows(texts: Texts, grid: Grid, settings: TextsSettings) -> None:
    columns = find_text_columns(grid, settings, texts.problems)
    if columns is None:
        return
    texts.notes += columns.notes
    if grid.header is not None:
        texts.text_name, texts.label_name = grid.header[columns.text], grid.header[columns.label]
        texts.label_names = texts.label_names or grid.known_names.get(texts.label_name)
    else:
        texts.text_name, texts.label_name = f"column {columns.text}", f"column {columns.label}"
    for number, row in zip(grid.lines, grid.rows, strict=True):
        texts.add(number, row[columns.text], row[columns.label])
