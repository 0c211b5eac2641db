"""CoNLL columns, with labels or without: one word a line, a blank line between sentences."""

import re
from collections import Counter
from collections.abc import Callable, Iterator

from unrolled.data.readers.sentences.conll import split_columns
from unrolled.errors import DataError, SettingsError
from unrolled.runs.asked.asked import Asked, Columns, Trouble

__all__ = ["ConllReader", "is_document_mark"]

LONGEST = 100_000
"""Words of a sentence; a file of more without a blank line is no CoNLL file."""

_MARK = re.compile(
    r"-DOCSTART-|# ?(?:sent_id|text|global\.columns) ?=|# ?new(?:doc|par)\b|#(?:begin|end) document\b|###MEDLINE:"
)
_LABEL = re.compile(r"O|-|_|[BIESLUM]-\S+")
_NO_WORD = re.compile(r"\d+-\d+|\d+\.\d+")
CONLL_U = 10
"""The columns of CoNLL-U, whose second has the words."""


def is_document_mark(line: str) -> bool:
    """Return whether a line marks a document or is a comment, whatever the columns.

    >>> is_document_mark("-DOCSTART- -X- O O"), is_document_mark("# text = So."), is_document_mark("# O")
    (True, True, False)
    """
    return _MARK.match(line) is not None


class ConllReader:
    """Sentences of columns. The first sentence says how many columns there are, and whether the last has labels; what
    begins with # and has another number of them, or no label, is a comment.

    Args:
        columns: where the words are (else as in training, or the first; of CoNLL-U the second), and labels if they are
            not last.
        trained: the columns of the training file, which are taken where there are so many.
        say: is told, once, which column was taken.
    """

    def __init__(self, columns: Columns, trained: Columns, say: Callable[[str], None]) -> None:
        self._given_token, self._label = _number("token_column", columns.token), _number("label_column", columns.label)
        self._trained = trained
        self._say = say
        self._width = self._token = 0
        self._labelled = False
        self._rows: list[tuple[int, str]] = []
        self._bad: Trouble | None = None
        self._left_out = 0

    def feed(self, number: int, line: str | Trouble, /) -> Iterator[Asked]:
        """Yield the sentence that a blank line, or the mark of a document, ends."""
        if isinstance(line, Trouble):
            self._bad = self._bad or line
        elif not line.strip():
            yield from self.finish()
        elif is_document_mark(line):
            self._left_out += 1
            if line.startswith("-DOCSTART-"):
                yield from self.finish()
        elif len(self._rows) >= LONGEST:
            raise DataError(
                f"Line {number}: {LONGEST:,} lines without a blank one, which ends a sentence. Put one between "
                "sentences; plain text takes --input text."
            )
        else:
            self._rows.append((number, line))

    def finish(self) -> Iterator[Asked]:
        """Yield the sentence that has arrived."""
        rows, bad = [(number, tuple(split_columns(line))) for number, line in self._rows], self._bad
        self._rows, self._bad = [], None
        words = [row for row in rows if self._width or not row[1][0].startswith("#")]
        if words and not self._width:
            self._settle([columns for _, columns in words])
        rows = [row for row in rows if not self._is_comment(row[1])]
        bad = next((self._wrong(*row) for row in rows if len(row[1]) != self._width), None) or bad
        if bad is not None:
            yield Asked(rows[0][0] if rows else bad.line, trouble=bad)
        elif rows:
            found = tuple(self._ordered(columns) for _, columns in rows)
            yield Asked(rows[0][0], words=tuple(columns[self._token] for _, columns in rows), rows=found)

    def _settle(self, rows: list[tuple[str, ...]]) -> None:
        """Take the commonest number of columns, and the column of the words."""
        self._width = Counter(map(len, rows)).most_common(1)[0][0]
        rows = [row for row in rows if len(row) == self._width]
        self._labelled = all(_LABEL.fullmatch(row[-1]) for row in rows)
        token, trained = self._given_token, self._trained
        if token is None and isinstance(trained.token, int) and -self._width <= trained.token < self._width:
            token = trained.token
        if self._label is None and isinstance(trained.label, int) and -self._width <= trained.label < self._width:
            self._label = trained.label
        if token is None:
            first = [row[0] for row in rows if not _NO_WORD.fullmatch(row[0])][:2]
            counts = first in (["0", "1"], ["1", "2"]) or (first[:1] == ["1"] and self._width == CONLL_U)
            token = 1 if counts and self._width > 1 else 0
        for name, column in (("token_column", token), ("label_column", self._label)):
            if column is not None and not -self._width <= column < self._width:
                raise DataError(
                    f"{name} is {column}, but the lines have {self._width} columns. Give --set {name}=N, where N is 0 "
                    f"to {self._width - 1}, or -1 for the last."
                )
        self._token = token % self._width
        if self._width > 1:
            self._say(
                f"Words: column {self._token} of {self._width}, such as {rows[0][self._token]!r}. For another: "
                "--set token_column=N."
            )

    def _is_comment(self, columns: tuple[str, ...]) -> bool:
        """Return whether columns are no word: a comment, or what CoNLL-U has beside its words."""
        if self._width == CONLL_U and self._token == 1 and _NO_WORD.fullmatch(columns[0]):
            return True
        other = len(columns) != self._width or (self._labelled and not _LABEL.fullmatch(columns[-1]))
        return columns[0].startswith("#") and other

    def _ordered(self, columns: tuple[str, ...]) -> tuple[str, ...]:
        """Return the columns with the labels last."""
        if self._label is None or self._label % self._width == self._width - 1:
            return columns
        label = self._label % self._width
        return (*columns[:label], *columns[label + 1 :], columns[label])

    def _wrong(self, number: int, columns: tuple[str, ...]) -> Trouble:
        one = "1 column" if len(columns) == 1 else f"{len(columns)} columns"
        shown = " | ".join(columns[:6])[:80]
        return Trouble(
            number,
            f"{one} where the other lines have {self._width}: {shown}",
            "Give each word all columns, and put a blank line between sentences; plain text takes --input text",
        )


def _number(name: str, column: str | int | None) -> int | None:
    try:
        return None if column is None else int(column)
    except ValueError as error:
        raise SettingsError(f"{name} is {column!r}, but the columns of CoNLL have no names. Give a number.") from error
