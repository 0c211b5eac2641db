"""JSON Lines: one object a line, `{"tokens": [...], "labels": [...]}` or tokens with spans.

{"tokens": ["Teddy", "sat"], "labels": ["B-PER", "O"]}            also "ner_tags", "tags"; numbers with label_names
{"tokens": ["Teddy", "sat"], "spans": [[0, 1, "PER"]]}            also "entities"; token numbers, end exclusive
{"text": "Teddy sat", "entities": [{"start": 0, "end": 1, "type": "PER"}]}     text is split at its spaces
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import cast

from unrolled.data.readers.reading import Draft, Reading, finish
from unrolled.data.readers.source import Problems, counted, numbered_lines, split_at_spaces
from unrolled.data.readers.values import Note, as_labels, as_tokens
from unrolled.data.tags import Scheme, Span, tags_from_spans
from unrolled.errors import DataError

__all__ = ["read_json_lines"]

_TOKENS = ("tokens", "words", "text")
_LABELS = ("labels", "ner_tags", "tags", "ner", "label")
_SPANS = ("spans", "entities")


def read_json_lines(
    path: str | Path,
    *,
    strict: bool = True,
    scheme: Scheme | None = None,
    token_key: str | None = None,
    label_key: str | None = None,
    label_names: Sequence[str] | None = None,
) -> Reading:
    """Read labelled sentences from JSON Lines; keys are found by their usual names unless they are given.

    Labels that are numbers need `label_names`, the name of each number in order.
    """
    problems = Problems(path)
    drafts: list[Draft] = []
    token_keys = _TOKENS if token_key is None else (token_key,)
    label_keys = (*_LABELS, *_SPANS) if label_key is None else (label_key,)
    for number, line in numbered_lines(path, problems):
        if line is None or not line.strip():
            continue

        def note(found: str, way_out: str, line: int = number) -> None:
            problems.add(line, found, way_out)

        if number == 1 and line.lstrip().startswith("["):
            note("the file begins with a list: it is JSON, not JSON Lines", "Write one object a line: jq -c '.[]' FILE")
            break
        record = _record(line, note)
        draft = None if record is None else _draft(record, token_keys, label_keys, label_names, note)
        if draft is not None:
            draft.lines.append(number)
            drafts.append(draft)
    return finish(drafts, problems, scheme=scheme, strict=strict)


def _record(line: str, note: Note) -> dict[str, object] | None:
    try:
        record = json.loads(line)
    except json.JSONDecodeError as error:
        note(f"not JSON: {error.msg} at column {error.colno}", "Write one complete JSON object a line")
        return None
    except (RecursionError, ValueError):
        note("JSON that is nested too deeply or holds too long a number", "Write one flat JSON object a line")
        return None
    if not isinstance(record, dict):
        note(f"JSON, but not an object: {line.strip()[:40]}", 'Write {"tokens": [...], "labels": [...]}')
        return None
    return cast("dict[str, object]", record)


def _draft(
    record: dict[str, object],
    token_keys: Sequence[str],
    label_keys: Sequence[str],
    label_names: Sequence[str] | None,
    note: Note,
) -> Draft | None:
    token_key = next((key for key in token_keys if key in record), None)
    label_key = next((key for key in label_keys if key in record and key != token_key), None)
    if token_key is None or label_key is None:
        missing, keys = ("tokens", token_keys) if token_key is None else ("labels", label_keys)
        note(f"no {missing} among the keys {', '.join(record) or '(none)'}", f"Name them {' or '.join(keys)}")
        return None
    value = record[token_key]
    tokens = as_tokens(split_at_spaces(value) if isinstance(value, str) else value, token_key, note)
    if tokens is None:
        return None
    if label_key in _SPANS or _looks_like_spans(record[label_key]):
        labels = _labels_from_spans(record[label_key], label_key, len(tokens), note)
    else:
        labels = as_labels(record[label_key], label_key, label_names, note)
    if labels is None:
        return None
    if len(labels) != len(tokens):
        note(f"{counted(len(tokens), 'token')} but {counted(len(labels), 'label')}", "Give every token one label")
        return None
    return Draft(tokens, labels, [])


def _looks_like_spans(value: object) -> bool:
    return isinstance(value, list) and any(isinstance(item, list | dict) for item in cast("list[object]", value))


def _labels_from_spans(value: object, key: str, length: int, note: Note) -> list[str] | None:
    spans = [_span(item) for item in cast("list[object]", value)] if isinstance(value, list) else [None]
    if None in spans:
        note(f"{key} is not a list of [start, end, type]", 'Write [[0, 2, "PER"]]: token numbers, the end exclusive')
        return None
    try:
        return tags_from_spans([span for span in spans if span is not None], length)
    except DataError as error:
        found, _, way_out = str(error).partition(". ")
        note(found, f"{way_out.rstrip('.')}. Spans count tokens, not characters")
        return None


def _span(item: object) -> Span | None:
    if isinstance(item, dict):
        record = cast("dict[str, object]", item)
        item = [record.get("start"), record.get("end"), record.get("type", record.get("label"))]
    if not isinstance(item, list) or len(cast("list[object]", item)) != 3:
        return None
    start, end, kind = cast("list[object]", item)
    if not isinstance(start, int) or not isinstance(end, int) or isinstance(start, bool) or isinstance(end, bool):
        return None
    return Span(kind, start, end) if isinstance(kind, str) and kind else None
