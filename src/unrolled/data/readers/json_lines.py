"""JSON Lines: one object a line, `{"tokens": [...], "labels": [...]}` or tokens with spans.

{"tokens": ["Teddy", "sat"], "labels": ["B-PER", "O"]}            also "ner_tags", "tags"; numbers with label_names
{"tokens": ["Teddy", "sat"], "spans": [[0, 1, "PER"]]}            also "entities"; token numbers, end exclusive
{"text": "Teddy sat", "entities": [{"start": 0, "end": 1, "type": "PER"}]}     text is split at its spaces
"""

from collections.abc import Sequence
from pathlib import Path
from typing import cast

from unrolled.data.readers.json_records import json_records
from unrolled.data.readers.source import Problems, split_at_spaces
from unrolled.data.readers.tagged import Draft, Drafts
from unrolled.data.readers.tagged_settings import TaggedSettings
from unrolled.data.readers.values import Note, as_labels, as_tokens, draft_of_line
from unrolled.data.tags import Span, tags_from_spans
from unrolled.errors import SettingsError

__all__ = ["read_json_lines"]

_TOKENS = ("tokens", "words", "text")
_LABELS = ("labels", "ner_tags", "tags", "ner", "label")
_SPANS = ("spans", "entities")


def read_json_lines(path: str | Path, settings: TaggedSettings, problems: Problems) -> Drafts:
    """Read labelled sentences from JSON Lines; keys are found by their usual names unless they are given."""
    if settings.sentence_column is not None or settings.header is not None:
        name = "sentence_column" if settings.sentence_column is not None else "header"
        raise SettingsError(f"{name} has no effect on {path}: each of its lines is a sentence. Leave it out.")
    token_keys = _TOKENS if settings.token_column is None else (str(settings.token_column),)
    label_keys = (*_LABELS, *_SPANS) if settings.label_column is None else (str(settings.label_column),)
    drafts: list[Draft] = []
    taken: dict[str, str] = {}
    for number, record in json_records(path, problems, example='{"tokens": [...], "labels": [...]}'):

        def note(found: str, way_out: str, kind: str, line: int = number) -> None:
            problems.add(line, found, way_out, kind)

        drafts.append(_draft(number, record, (token_keys, label_keys), taken, note))
    return Drafts(drafts, taken and {**taken, "sentences": "a line each"})


def _draft(
    number: int,
    record: dict[str, object],
    keys: tuple[Sequence[str], Sequence[str]],
    taken: dict[str, str],
    note: Note,
) -> Draft:
    token_key = next((key for key in keys[0] if key in record), None)
    label_key = next((key for key in keys[1] if key in record and key != token_key), None)
    for kind, found, wanted in (("token", token_key, keys[0]), ("label", label_key, keys[1])):
        if found is None:
            note(
                f"no {kind}s among the keys {', '.join(record) or '(none)'}",
                f"Name them {' or '.join(wanted)}, or give their key with --set {kind}_column=KEY",
                f"objects without {kind}s",
            )
        else:
            taken.setdefault(f"{kind}s", f"key {found!r}")
    tokens = labels = None
    if token_key is not None:
        value = record[token_key]
        tokens = as_tokens(split_at_spaces(value) if isinstance(value, str) else value, token_key, note)
    if label_key is not None and (label_key in _SPANS or _looks_like_spans(record[label_key])):
        labels = _labels_from_spans(record[label_key], label_key, None if tokens is None else len(tokens), note)
    elif label_key is not None:
        labels = as_labels(record[label_key], label_key, note)
    return draft_of_line(number, tokens, labels, note)


def _looks_like_spans(value: object) -> bool:
    return isinstance(value, list) and any(isinstance(item, list | dict) for item in cast("list[object]", value))


def _labels_from_spans(value: object, key: str, length: int | None, note: Note) -> Sequence[str | None] | None:
    """Return the labels of so many tokens; None, with a note of each span that is wrong."""
    items = [_span(item) for item in cast("list[object]", value)] if isinstance(value, list) else [None]
    if None in items:
        way_out = 'Write [[0, 2, "PER"]]: token numbers, the end exclusive'
        note(f"{key} is not a list of [start, end, type]", way_out, "spans that are none")
    if length is None:
        return None
    spans = [span for span in items if span is not None]
    sound: list[Span] = []
    taken = bytearray(length)
    for span in spans:
        part = slice(span.start, span.end)
        if not 0 <= span.start < span.end <= length:
            note(
                f"The span {span.start}:{span.end} ({span.type}) does not fit {length} tokens",
                "Count tokens, not characters, from 0; the end is exclusive",
                "spans that do not fit",
            )
        elif any(taken[part]):
            note(
                f"The span {span.start}:{span.end} ({span.type}) overlaps another one",
                "Keep one of the two: a token has one label. Spans count tokens, not characters",
                "spans that overlap",
            )
        else:
            taken[part] = b"\1" * (span.end - span.start)
            sound.append(span)
    return tags_from_spans(sound, length) if len(sound) == len(items) else None


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
