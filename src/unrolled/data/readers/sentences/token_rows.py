"""Sentences from rows with one token each."""

import re
from collections.abc import Iterable, Iterator, Set

from unrolled.data.readers.sentences.figures import key_values, looks_like_a_label
from unrolled.data.readers.sentences.roles import Roles
from unrolled.data.readers.sentences.tagged import Draft
from unrolled.data.readers.source import Problems, counted

__all__ = ["Marks", "token_rows"]

OTHER_LINES = "the other lines have"

_DOCUMENT = re.compile(r"-DOCSTART-|-docstart-")
_ENDS = re.compile(r"#+\s*(begin|end|newdoc|newpar|doc|medline|id\b)", re.IGNORECASE)
_COMMENT = re.compile(r"#\s+[^\s=]+\s*=(\s|$)")
_RANGE = re.compile(r"\d+-\d+|\d+\.\d+")


class Marks:
    """What stands among the tokens and is none, as comments; and names of sentences that come back."""

    def __init__(self) -> None:
        self.found: dict[str, list[tuple[int, str]]] = {}
        self._names: set[str] = set()
        self._returned: list[tuple[int, str]] = []

    def begin(self, line: int, name: str) -> None:
        """Note where a sentence begins that a column names."""
        if name in self._names:
            self._returned.append((line, name))
        self._names.add(name)

    def returns(self, path: str) -> list[str]:
        """Return a sentence where names of sentences come back after others."""
        if not self._returned:
            return []
        line, name = self._returned[0]
        count = counted(len(self._returned), "time")
        return [
            f"{path}:{line}: {count} the name of a sentence comes back after another's, such as {name[:40]!r}: its "
            "rows there are taken for a sentence of their own."
        ]

    def add(self, kind: str, line: int, fields: list[str]) -> None:
        """Note one line."""
        self.found.setdefault(kind, []).append((line, " ".join(fields)[:40]))

    def notes(self, path: str) -> list[str]:
        """Return what was found, a sentence each kind."""
        return [
            f"{path}:{lines[0][0]}: {counted(len(lines), 'line')} {kind}, such as {lines[0][1]!r}, taken for no token."
            for kind, lines in self.found.items()
        ]


def token_rows(
    rows: Iterable[tuple[int, list[str] | None]],
    roles: Roles,
    labels: Set[str],
    marks: Marks,
    problems: Problems,
    *,
    beside: str = OTHER_LINES,
) -> Iterator[Draft]:
    """Yield the sentences; a row that cannot be read, or has another width, takes the place of a token.

    Args:
        rows: a blank one, [], ends a sentence, unless a column tells the sentences apart.
        roles: which column holds what.
        labels: what stands in the label column of lines that do not begin with #; one that does, and has another
            there, is a comment.
        marks: where to note what is no token.
        problems: where to note what is wrong.
        beside: says where the width is from; of CSV that is its first row.
    """
    draft, identity = Draft([], [], []), ""
    torn: int | None = None  # a row that cannot be read may have begun the next sentence
    for number, fields in rows:
        may_be_none = fields and (roles.ranges or fields[0][:1] in "#-")
        kind = _mark(fields, roles, labels, at_start=not draft.tags) if fields and may_be_none else None
        its_identity = _identity(fields, roles) if fields and kind is None else ""
        begins = bool(its_identity) and its_identity != identity
        if begins or kind == "document" or (fields == [] and roles.sentence is None):
            if draft.tags:
                yield draft
            draft = Draft([], [], [])
        if begins:
            marks.begin(number, its_identity)
            if torn is not None:
                draft.add_gap(torn)
        identity, torn = its_identity or identity, None
        if not fields:
            if fields is None:
                draft.add_gap(number)
                torn = number
        elif kind is not None:
            if not _DOCUMENT.match(fields[0]):
                marks.add(_KINDS[kind], number, fields)
        elif len(fields) == roles.width:
            draft.tokens.append(fields[roles.token])
            cell = fields[roles.label]
            draft.tags.append(cell if roles.key is None else key_values(cell).get(roles.key, "O"))
            draft.lines.append(number)
        else:
            draft.add_gap(number)
            torn = number
            _note_width(number, fields, roles.width, problems, beside)
    if draft.tags:
        yield draft


_KINDS = {
    "document": "marking documents",
    "comment": "beginning with #, without a label",
    "range": "with the number of several tokens, or of an empty one",
}


def _identity(fields: list[str], roles: Roles) -> str:
    """Return the name of the sentence that a row belongs to, "" where it says none."""
    return fields[roles.sentence].strip() if roles.sentence is not None and len(fields) == roles.width else ""


def _mark(fields: list[str], roles: Roles, labels: Set[str], *, at_start: bool) -> str | None:
    """Return what kind of mark a line is; None for a token."""
    first, fits = fields[0], len(fields) == roles.width
    if _DOCUMENT.match(first):
        return "document"
    if roles.ranges and _RANGE.fullmatch(first):
        return "range"
    if not first.startswith("#"):
        return None
    words = " ".join(fields)
    has_key = _COMMENT.match(words) is not None
    if fits and not has_key and (fields[roles.label] in labels or looks_like_a_label(fields[roles.label])):
        return None
    if _ENDS.match(words):
        return "document"
    return "comment" if has_key or at_start or (first == "#" and not fits) else None


def _note_width(number: int, found: list[str], width: int, problems: Problems, beside: str) -> None:
    shown = " | ".join(found[:6]) + (" | …" if len(found) > 6 else "")
    in_csv = beside != OTHER_LINES
    if in_csv:
        way_out = "Quote a field that holds the separator, or add the fields that are missing"
    else:
        way_out = "Give the line a token and its label, or leave it blank between sentences"
        way_out += "; a token that holds a space needs tabs between columns" * (len(found) > width)
    problems.add(
        number,
        f"{counted(len(found), 'field' if in_csv else 'column')} where {beside} {width}: {shown}",
        way_out,
        "lines with another number of columns",
    )
