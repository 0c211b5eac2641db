r"""CoNLL columns: one token a line, its label in another column, a blank line between sentences.

Columns are separated by tabs on a line that has a tab, so that a token may hold spaces; on any other line by runs of
spaces. Blank lines may be several and may hold white space; white space at the end of a line is ignored. What marks a
document (`-DOCSTART-`, `#begin document`, `###MEDLINE:1`) or is a comment (`# text = ...`) is told in `token_rows`.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from unrolled.data.readers.source import Problems, numbered_lines, split_at_spaces

__all__ = ["conll_rows", "split_columns", "usual_width"]


def conll_rows(path: str | Path, problems: Problems) -> Iterator[tuple[int, list[str] | None]]:
    """Yield each line with its number and columns: [] for a blank one, None for one that cannot be decoded."""
    for number, line in numbered_lines(path, problems):
        yield number, (None if line is None else split_columns(line))


def split_columns(line: str) -> list[str]:
    r"""Split a line at its tabs or, if it has none, at runs of spaces.

    >>> split_columns("New York\tB-LOC"), split_columns(" \t ")
    (['New York', 'B-LOC'], [])
    """
    if not line.strip():
        return []
    line = line.rstrip(" \t")
    return [column.strip(" ") for column in line.split("\t")] if "\t" in line else split_at_spaces(line)


def usual_width(rows: Sequence[tuple[int, list[str] | None]]) -> int:
    """Return the commonest number of columns; lines that begin with # count only where there are no others."""
    counts: Counter[int] = Counter()
    comments: Counter[int] = Counter()
    for _, fields in rows:
        if fields and not fields[0].startswith("-DOCSTART-"):
            (comments if fields[0].startswith("#") else counts)[len(fields)] += 1
    commonest = (counts or comments).most_common(1)
    return commonest[0][0] if commonest else 0
