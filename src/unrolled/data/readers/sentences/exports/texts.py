"""A text, or tokens, beside a list of spans: doccano, Prodigy, spaCy's documents, and whatever else looks so."""

from collections.abc import Mapping
from typing import cast

from unrolled.data.readers.sentences.exports.document import Document
from unrolled.data.readers.sentences.exports.intake import Intake
from unrolled.data.readers.sentences.exports.spans import as_offset, marks_of

__all__ = ["text_document"]

Record = Mapping[str, object]


def text_document(line: int, record: Record, keys: tuple[str, str], intake: Intake) -> Document | None:
    """Return the document of a record with a text and spans under two keys; None where they cannot be read.

    Tokens and sentences that the record gives beside them are taken.
    """
    note = intake.note(line)
    text = cast(str, record[keys[0]])
    tokens = _token_places(text, record.get("tokens"))
    marks = marks_of(record[keys[1]], keys[1], intake, note)
    if marks is None:
        return None
    given = f'key "{keys[0]}", ' + ("split into words" if tokens is None else 'tokens of key "tokens"')
    intake.taken.setdefault("tokens", given)
    intake.taken.setdefault("labels", f'key "{keys[1]}"')
    relations = record.get("relations")
    for _ in cast("list[object]", relations) if isinstance(relations, list) else ():
        intake.count(line, "relation", "left out")
    if tokens is None and record.get("tokens"):
        intake.count(line, "text", "whose tokens do not stand in it, split anew")
    return Document(text, marks, line, tokens=tokens, sentences=_parts(record.get("sents"), text))


def _token_places(text: str, value: object) -> list[tuple[int, int]] | None:
    """Return where the tokens stand, of texts or of objects with start and end; None where they do not fit the text."""
    if not isinstance(value, list) or not value:
        return None
    items = cast("list[object]", value)
    places = _parts(items, text)
    if places is not None:
        return [place for place in (_trimmed(text, *place) for place in places) if place[0] < place[1]]
    found: list[tuple[int, int]] = []
    at = 0
    for item in items:
        token = cast("dict[str, object]", item).get("text") if isinstance(item, dict) else item
        if not isinstance(token, str):
            return None
        token = token.strip()
        start = text.find(token, at)
        if start < 0 or text[at:start].strip():
            return None
        at = start + len(token)
        if token:
            found.append((start, at))
    return None if text[at:].strip() else found


def _parts(value: object, text: str) -> list[tuple[int, int]] | None:
    """Return start and end of each object of a list; None where they are no parts of the text, one after the other."""
    found: list[tuple[int, int]] = []
    last = 0
    for item in cast("list[object]", value) if isinstance(value, list) else ():
        record = cast("dict[str, object]", item) if isinstance(item, dict) else {}
        start, end = as_offset(record.get("start")), as_offset(record.get("end"))
        if start is None or end is None or not last <= start <= end <= len(text) or text[last:start].strip():
            return None
        if record.get("text", text[start:end]) != text[start:end]:
            return None
        found.append((start, end))
        last = end
    return found if found and not text[last:].strip() else None


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    part = text[start:end]
    return end - len(part.lstrip()), start + len(part.rstrip())
