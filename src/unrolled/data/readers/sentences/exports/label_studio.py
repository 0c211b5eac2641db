"""Label Studio's JSON, a list of tasks, and its JSON-MIN. (Its CoNLL files are read as CoNLL.)

[{"id": 1, "data": {"text": "Ann sat."}, "annotations": [{"result": [
    {"from_name": "label", "type": "labels", "value": {"start": 0, "end": 3, "text": "Ann", "labels": ["PER"]}}]}]}]
[{"id": 1, "text": "Ann sat.", "label": [{"start": 0, "end": 3, "text": "Ann", "labels": ["PER"]}]}]

Older exports say "completions" for "annotations". Of several people's annotations of a task one is taken.
"""

import re
from collections.abc import Iterator, Mapping
from typing import cast

from unrolled.data.readers.sentences.exports.document import Document, Mark
from unrolled.data.readers.sentences.exports.intake import Intake
from unrolled.data.readers.sentences.exports.spans import are_spans, marks_of

__all__ = ["is_min", "is_task", "min_document", "task_document"]

Record = Mapping[str, object]
_DIGITS = re.compile(r"\d{1,9}", re.ASCII)
_LISTS = ("annotations", "completions")


def is_task(record: Record) -> bool:
    """Return whether a record is a task of the JSON export."""
    return isinstance(record.get("data"), dict) and any(isinstance(record.get(key), list) for key in _LISTS)


def is_min(record: Record) -> bool:
    """Return whether a record is of JSON-MIN."""
    return any(_is_span_list(value) for value in record.values()) and _text_key(record, None) is not None


def task_document(line: int, record: Record, intake: Intake) -> Document | None:
    """Return the document of a task; None where it has no annotation, or none that can be read."""
    note = intake.note(line)
    data = cast("dict[str, object]", record["data"])
    key = _text_key(data, intake.settings.token_column)
    if key is None:
        way_out = "Give the key of the text: --set token_column=KEY"
        note(f"no text among the keys of data: {', '.join(data) or '(none)'}", way_out, "tasks without text")
        return None
    intake.taken.setdefault("tokens", f'key "data.{key}", split into words')
    held = [record[key] for key in _LISTS if isinstance(record.get(key), list)]
    people = [cast("dict[str, object]", person) for person in cast("list[object]", held[0]) if isinstance(person, dict)]
    done = [p for p in people if not p.get("was_cancelled") and isinstance(p.get("result"), list)]
    if not done:
        intake.count(line, "task", "without annotation, left out" if not people else "that was skipped, left out")
        return None
    chosen = next((person for person in done if person.get("ground_truth")), done[0])
    if len(done) > 1:
        rest = "with annotations of several people, of which the ground truth, else the first, is taken"
        intake.count(line, "task", rest)
    marks = _marks_of_results(line, cast("list[object]", chosen["result"]), intake)
    return None if marks is None else Document(cast(str, data[key]), marks, line)


def _marks_of_results(line: int, results: list[object], intake: Intake) -> list[Mark] | None:
    wanted = intake.settings.label_column
    marks: list[Mark] = []
    for item in results:
        result = cast("dict[str, object]", item) if isinstance(item, dict) else {}
        held, part = result.get("value"), str(result.get("from_name", ""))
        value = cast("dict[str, object]", held) if isinstance(held, dict) else {}
        if "labels" not in value or wanted not in {None, part}:
            intake.count(line, "result", f'of "{part}" ({result.get("type")}), left out')
            continue
        found = marks_of([_plain(value)], "value", intake, intake.note(line))
        if found is None:
            return None
        intake.taken.setdefault("labels", f'results "{part}"')
        marks += found
    return marks


def min_document(line: int, record: Record, intake: Intake) -> Document | None:
    """Return the document of a record of JSON-MIN."""
    note = intake.note(line)
    key = _text_key(record, intake.settings.token_column)
    if key is None:
        way_out = "Give the key of the text: --set token_column=KEY"
        note(f"no text among the keys {', '.join(record) or '(none)'}", way_out, "objects without text")
        return None
    intake.taken.setdefault("tokens", f'key "{key}", split into words')
    wanted = intake.settings.label_column
    keys = [k for k, value in record.items() if _is_span_list(value) and wanted in {None, k}]
    if len(keys) > 1:
        way_out = f"Give one: --set label_column={keys[0]}"
        note(f"several keys hold spans: {', '.join(keys)}", way_out, "objects with several lists of spans")
        return None
    if not keys:
        intake.count(line, "text", "without spans, read as all O")
        return Document(cast(str, record[key]), [], line)
    intake.taken.setdefault("labels", f'key "{keys[0]}"')
    spans = [_plain(span) for span in _items(record[keys[0]])]
    marks = marks_of(spans, keys[0], intake, note)
    return None if marks is None else Document(cast(str, record[key]), marks, line)


def _plain(value: dict[str, object]) -> dict[str, object]:
    """Return a value of which start and end are those of the text, also where they are given by paths in HTML."""
    offsets = value.get("globalOffsets")
    if isinstance(offsets, dict) and isinstance(value.get("start"), str):
        return {**value, **cast("dict[str, object]", offsets)}
    digits = {key: value.get(key) for key in ("start", "end")}
    return {**value, **{key: int(d) for key, d in digits.items() if isinstance(d, str) and _DIGITS.fullmatch(d)}}


def _text_key(record: Record, wanted: str | int | None) -> str | None:
    if wanted is not None:
        return str(wanted) if isinstance(record.get(str(wanted)), str) else None
    if isinstance(record.get("text"), str):
        return "text"
    skipped = {"id", "created_at", "updated_at", "lead_time", "annotator", "annotation_id", "agreement"}
    texts = [key for key, value in record.items() if isinstance(value, str) and key not in skipped]
    return max(texts, key=lambda key: len(cast(str, record[key])), default=None)


def _is_span_list(value: object) -> bool:
    if not are_spans(value) or not value:
        return False
    items = cast("list[object]", value)
    return all(isinstance(item, dict) and "labels" in item and "start" in item for item in items)


def _items(value: object) -> Iterator[dict[str, object]]:
    yield from cast("list[dict[str, object]]", value)
