"""Which format a file of labelled texts has, and which settings it leaves without effect."""

import itertools
from pathlib import Path
from typing import Literal, TypeAlias

from unrolled.data.readers.source import Problems, numbered_lines
from unrolled.data.readers.texts.settings import TextsSettings

__all__ = ["FASTTEXT", "Format", "find_format", "refuse_without_effect"]

Format: TypeAlias = Literal["table", "json_lines", "parquet", "fasttext", "folder"]

FASTTEXT = "__label__"
"""What every label of a fastText file begins with."""

_SUFFIXES: dict[str, Format] = {
    **dict.fromkeys((".jsonl", ".ndjson", ".json"), "json_lines"),
    **dict.fromkeys((".parquet", ".pq"), "parquet"),
}
_WHY: dict[Format, str] = {
    "json_lines": "its lines are JSON objects",
    "parquet": "it is a Parquet file",
    "fasttext": f"each of its lines is a label, {FASTTEXT}NAME, and a text",
    "folder": "it is a folder for each label with a file for each text",
}
_WITHOUT: dict[Format, tuple[str, ...]] = {
    "json_lines": ("header",),
    "parquet": ("header", "encoding"),
    "fasttext": ("header", "text_column", "label_column", "group"),
    "folder": ("header", "text_column", "label_column", "group"),
}


def find_format(path: str | Path, encoding: str = "utf-8") -> Format:
    """Return the format by suffix, else by the first lines; what cannot be read counts as a table."""
    path = Path(path)
    if path.is_dir():
        return "folder"
    by_suffix = _SUFFIXES.get(path.suffix.lower())
    if by_suffix or not path.is_file():  # a pipe can be read only once
        return by_suffix or "table"
    problems = Problems(path, encoding)  # reading will note them once more
    lines = itertools.islice(numbered_lines(path, problems), 20)
    first = next((line for _, line in lines if line is not None and line.strip()), "").lstrip()
    if any(problem.found.startswith("this is a Parquet file") for problem in problems.found):
        return "parquet"
    is_json = first.startswith("{") and first.rstrip().endswith("}")  # a text may begin so, too
    return "json_lines" if is_json else "fasttext" if first.startswith(FASTTEXT) else "table"


def refuse_without_effect(settings: TextsSettings, kind: Format, path: str | Path) -> None:
    """Refuse the settings that this format leaves without effect.

    Raises:
        SettingsError: one of them is not its default.
    """
    defaults = TextsSettings()
    for name in _WITHOUT.get(kind, ()):
        if getattr(settings, name) != getattr(defaults, name):
            raise settings.without_effect_on(path, name, _WHY[kind])
