"""What kind of input arrives: found in its first lines, and in nothing but them, so that timing does not matter."""

import json
import re
from collections.abc import Callable, Collection, Iterator

from unrolled.data.readers.sentences.conll import split_columns
from unrolled.errors import DataError
from unrolled.runs.asked.asked import Asked, Reader, Trouble
from unrolled.runs.asked.conll import is_document_mark

__all__ = ["Detector"]

_LABEL = re.compile(r"[BIESLUM]-\S+")
_COMMENT = re.compile(r"#\t")
_LIST = re.compile(r'\[\s*\{\s*(?:"|$)')
_COUNT = re.compile(r"1(?:-\d+)?")
MOST_COLUMNS = 16
_NO_JSON = (
    "The input begins with { but not with a JSON object on a line: it is taken as text. JSON Lines take --input jsonl."
)
_ONE_ROW = (
    "The first line may be a row of CoNLL columns, but not the next: the input is taken as text. For columns: "
    "--input conll."
)


class Detector:
    """Text, unless the first lines show something else; then a reader of that kind goes on.

    JSON Lines begin with a JSON object; a JSON list is refused. CoNLL columns begin with a document's mark; or two rows
    have the same number of columns, of which the last is a label (one row is enough where tabs separate them). Those of
    CoNLL-U have tabs, and begin with the number 1 or after a comment such as `# text = …`. Only while what has arrived
    could be either does a line wait for the next.

    Args:
        labels: that the model knows.
        open_reader: makes the reader of a kind: "text", "conll" or "jsonl".
        say: is told what was found, unless it is plainly text.
    """

    def __init__(
        self, labels: Collection[str], open_reader: Callable[[str], Reader], say: Callable[[str], None]
    ) -> None:
        self._labels = {*labels, *(label[2:] for label in labels if _LABEL.fullmatch(label))}
        self._open, self._say = open_reader, say
        self._waiting: list[tuple[int, str | Trouble]] = []
        self._reader: Reader | None = None

    def feed(self, number: int, line: str | Trouble, /) -> Iterator[Asked]:
        """Yield what is complete with this line.

        Raises:
            DataError: it is a JSON list.
        """
        if self._reader is not None:
            yield from self._reader.feed(number, line)
            return
        self._waiting.append((number, line))
        kind = self._kind()
        if kind is not None:
            yield from self._begin(kind)

    def finish(self) -> Iterator[Asked]:
        """Yield what is complete as there are no further lines."""
        if self._reader is None:
            rows = self._rows()
            if rows and rows[0].startswith("{"):
                self._say(_NO_JSON)
            elif rows and self._is_row(rows[0]):
                self._say(_ONE_ROW)
            yield from self._begin("text")
        if self._reader is not None:
            yield from self._reader.finish()

    def _begin(self, kind: str) -> Iterator[Asked]:
        if kind != "text":
            name = {"conll": "CoNLL columns, a word a line", "jsonl": "JSON Lines"}[kind]
            self._say(f"The input is {name}, as its first lines show. To take lines as they stand: --input text.")
        reader = self._reader = self._open(kind)
        waiting, self._waiting = self._waiting, []
        for number, line in waiting:
            yield from reader.feed(number, line)

    def _rows(self) -> list[str]:
        """Return the lines so far that may tell something."""
        lines = (line.strip() for _, line in self._waiting if isinstance(line, str))
        return [line for line in lines if line and not _COMMENT.match(line) and not is_document_mark(line)]

    def _kind(self) -> str | None:
        """Return what the lines so far are; None where the next one must tell."""
        rows = self._rows()
        marked = any(isinstance(line, str) and line.startswith("-DOCSTART-") for _, line in self._waiting)
        if marked or (rows and self._is_conll_u(rows[0])):
            return "conll"
        if not rows or rows == ["["]:
            return None
        if rows[0].startswith("{"):
            return self._kind_of_braces(rows)
        if _LIST.match("".join(rows[:2]) if rows[0] == "[" else rows[0]):
            raise DataError(
                "The input is a JSON list, and its objects must stand on a line each. Convert it: jq -c '.[]' FILE; "
                "plain text takes --input text."
            )
        if not self._is_row(rows[0]):
            return "text"
        if not all(map(self._is_row, rows)) or len({len(split_columns(row)) for row in rows}) > 1:
            self._say(_ONE_ROW)
            return "text"
        return "conll" if len(rows) > 1 or "\t" in rows[0] else None

    def _kind_of_braces(self, rows: list[str]) -> str | None:
        if _is_object(rows[0]):
            return "jsonl"
        if not rows[0].startswith('{"'):
            self._say(_NO_JSON)
            return "text"
        if len(rows) == 1:
            return None  # broken JSON, or a text: the next line shows which
        if _is_object(rows[1]):
            return "jsonl"
        self._say(_NO_JSON)
        return "text"

    def _is_conll_u(self, row: str) -> bool:
        fields = row.split("\t")
        if not 3 <= len(fields) <= MOST_COLUMNS:
            return False
        marked = any(isinstance(line, str) and is_document_mark(line) for _, line in self._waiting)
        return marked or (_COUNT.fullmatch(fields[0]) is not None and " " not in fields[1])

    def _is_row(self, line: str) -> bool:
        columns = split_columns(line)
        last = columns[-1]
        return 2 <= len(columns) <= MOST_COLUMNS and (
            last == "O" or last in self._labels or _LABEL.fullmatch(last) is not None
        )


def _is_object(line: str) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return False
