"""JSON: objects with tokens and labels, tokens with spans, or a text with spans, of whatever tool.

{"tokens": ["Teddy", "sat"], "labels": ["B-PER", "O"]}            also "ner_tags", "tags"; numbers with label_names
{"tokens": ["Teddy", "sat"], "spans": [[0, 1, "PER"]]}            beside tokens spans count tokens, end exclusive
{"text": "Teddy sat", "entities": [{"start": 0, "end": 5, "type": "PER"}]}      beside a text they count characters

The objects stand a line each, or in one list. A text with labels is split at its spaces, one with spans into words. The
exports of tools are known by their keys: see `exports`.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import cast

from unrolled.data.readers.feature_names import names_beside
from unrolled.data.readers.json_records import json_values
from unrolled.data.readers.sentences.exports.doccano import is_doccano
from unrolled.data.readers.sentences.exports.document import Document
from unrolled.data.readers.sentences.exports.documents import drafts_of
from unrolled.data.readers.sentences.exports.intake import Intake
from unrolled.data.readers.sentences.exports.label_studio import is_min, is_task, min_document, task_document
from unrolled.data.readers.sentences.exports.prodigy import is_left_out, is_prodigy
from unrolled.data.readers.sentences.exports.spacy_json import is_doc, is_training, num_gaps, pairs_in, training_drafts
from unrolled.data.readers.sentences.exports.span_tables import span_records
from unrolled.data.readers.sentences.exports.spans import are_spans, token_marks_of
from unrolled.data.readers.sentences.exports.texts import text_document
from unrolled.data.readers.sentences.exports.token_spans import TokenSpans
from unrolled.data.readers.sentences.settings import TaggedSettings
from unrolled.data.readers.sentences.tagged import Draft, Drafts
from unrolled.data.readers.sentences.values import as_labels, as_tokens, draft_of_line
from unrolled.data.readers.source import Problems, split_at_spaces

__all__ = ["drafts_of_records", "read_json", "read_span_table"]

Record = dict[str, object]
Numbered = tuple[int, Record]
Names = Mapping[str, tuple[str, ...]]

_TOKENS = ("tokens", "words", "text", "data")
_LABELS = ("labels", "ner_tags", "tags", "ner", "label")
_SPANS = ("spans", "entities", "ents", "annotations")
_KINDS: tuple[tuple[str, Callable[[Record], bool]], ...] = (
    ("spaCy's training JSON", is_training),
    ("Label Studio's JSON", is_task),
    ("Label Studio's JSON-MIN", is_min),
    ("Prodigy's JSON", is_prodigy),
    ("spaCy's JSON", is_doc),
    ("doccano's JSON", is_doccano),
)
_PAIRS = "spaCy's pairs"


def read_json(path: str | Path, settings: TaggedSettings, problems: Problems, tokenizer: str) -> Drafts:
    """Read labelled sentences from JSON or JSON Lines; `tokenizer` splits texts beside which spans stand.

    Raises:
        SettingsError: a setting that has no effect on the file.
    """
    records: list[Numbered] = []
    pairs, intake = False, Intake(problems, settings)
    for line, value in json_values(path, problems):
        found = pairs_in(value)
        pairs = pairs or found is not None
        if found is not None:
            records += [(line, record) for record in found]
            for _ in range(num_gaps(value)):
                intake.count(line, "null", "in the place of a text, left out")
        elif isinstance(value, dict):
            records.append((line, cast("Record", value)))
        else:
            shown = str(value)[:40]
            problems.add(line, f"JSON, but not an object: {shown}", 'Write {"tokens": [...], "labels": [...]}')
    if len(records) == 1 and _note_wrapping(*records[0], problems):
        return Drafts([])
    kind = _PAIRS if pairs else _kind_of(record for _, record in records)
    return drafts_of_records(records, intake, tokenizer, kind=kind)


def _note_wrapping(line: int, record: Record, problems: Problems) -> bool:
    """Return whether an object is but the wrapping of a list of objects, and say so then."""
    if any(key in record for key in ("tokens", "words", "text", "paragraphs")) or isinstance(record.get("data"), dict):
        return False
    for key, value in record.items():
        items = cast("list[object]", value) if isinstance(value, list) else []
        if items and all(isinstance(item, dict) and len(cast("Record", item)) > 1 for item in items):
            way_out = f"Take that list alone: jq '.{key}' {problems.path}"
            problems.add(line, f"the file is one object, whose key {key} holds a list of {len(items)}", way_out)
            return True
    return False


def read_span_table(path: str | Path, settings: TaggedSettings, problems: Problems, tokenizer: str) -> Drafts:
    """Read labelled sentences from CSV or TSV of which a cell holds the spans of a text, as JSON.

    Raises:
        SettingsError: a setting that has no effect on the file.
    """
    records = span_records(path, problems)
    kind = _kind_of(record for _, record in records).replace("JSON-MIN", "CSV").replace("JSON", "CSV")
    return drafts_of_records(records, Intake(problems, settings), tokenizer, kind=kind, each="a row")


def _kind_of(records: Iterable[Record]) -> str:
    kinds = Counter(next((name for name, looks in _KINDS if looks(record)), "") for record in records)
    kinds.pop("", None)
    return kinds.most_common(1)[0][0] if kinds else ""


def drafts_of_records(
    records: Sequence[Numbered],
    intake: Intake,
    tokenizer: str,
    *,
    kind: str = "",
    each: str = "an object",
    names: Names = MappingProxyType({}),
) -> Drafts:
    """Return the sentences of objects.

    Args:
        records: with the line of each.
        intake: of the file.
        tokenizer: that splits texts into tokens.
        kind: what wrote the objects; "" for nothing known.
        each: what holds an object.
        names: of labels that are numbers, by key, where the file says them.

    Raises:
        SettingsError: a setting that has no effect on the file.
    """
    settings, problems = intake.settings, intake.problems
    _refuse(problems.path, settings, ("sentence_column", "header"), f"{each} is a sentence or a text")
    if kind.startswith("spaCy's training"):
        _refuse(problems.path, settings, ("token_column", "label_column"), "the format fixes its keys")
    if kind:
        intake.taken["format"] = kind
    beside_tokens = TokenSpans(intake)
    drafts, documents = _sorted(records, kind, intake, beside_tokens)
    drafts += beside_tokens.drafts(documents)
    if documents or beside_tokens:
        _refuse(problems.path, settings, () if drafts and documents else ("scheme",), "its labels are spans")
    elif not problems.found:
        _refuse(problems.path, settings, ("offsets", "nested"), "it has no spans")
    if documents:
        found = drafts_of(documents, intake, tokenizer)
        return replace(found, sentences=sorted([*drafts, *found.sentences], key=lambda draft: draft.lines[0]))
    if intake.taken:
        intake.taken.setdefault("sentences", f"{each} each")
    known = None if beside_tokens else _names(drafts, intake, names)
    return Drafts(drafts, intake.taken, intake.notes(), known, beside_tokens.doubts(), intake.named)


def _sorted(
    records: Sequence[Numbered], kind: str, intake: Intake, beside_tokens: TokenSpans
) -> tuple[list[Draft], list[Document]]:
    """Return what are sentences and what are texts; tokens with spans are kept in `beside_tokens`."""
    drafts: list[Draft] = []
    documents: list[Document | None] = []
    listed = _keys_of_lists(records)
    for line, record in records:
        if kind.startswith("Label Studio"):
            documents.append(_of_label_studio(line, record, kind, intake))
        elif kind.startswith("spaCy's training"):
            intake.taken |= {"tokens": 'key "orth"', "labels": 'key "ner"', "sentences": "as the file gives them"}
            if is_training(record):
                drafts += training_drafts(line, record, intake)
            else:
                intake.note(line)("no paragraphs in this object", "Export the file again", "objects of another kind")
        elif not (is_prodigy(record) and is_left_out(record, line, intake)):
            if is_doc(record) and isinstance(record.get("spans"), dict):
                for group in cast("Record", record["spans"]):
                    intake.count(line, "group", "of spans beside the entities, not read", example=group)
            found = _plain(line, record, listed, intake, beside_tokens)
            if isinstance(found, Draft):
                drafts.append(found)
            else:
                documents.append(found)
    return drafts, [document for document in documents if document is not None]


def _refuse(path: str, settings: TaggedSettings, names: Sequence[str], reason: str) -> None:
    for name in names:
        if getattr(settings, name) != getattr(TaggedSettings(), name):
            raise settings.without_effect_on(path, name, reason)


def _keys_of_lists(records: Iterable[Numbered]) -> set[str]:
    """Return the keys under which lists of labels stand, rather than lists of spans."""
    found: set[str] = set()
    for _, record in records:
        found |= {key for key in _LABELS if isinstance(record.get(key), list) and not are_spans(record[key])}
    return found


def _of_label_studio(line: int, record: Record, kind: str, intake: Intake) -> Document | None:
    if not kind.endswith("JSON"):
        return min_document(line, record, intake)
    if is_task(record):
        return task_document(line, record, intake)
    way_out = "Export the project as JSON again"
    intake.note(line)("a task without data or without annotations", way_out, "objects that are no tasks")
    return None


def _plain(
    line: int, record: Record, listed: set[str], intake: Intake, beside_tokens: TokenSpans
) -> Draft | Document | None:
    """Return a record with labels as a sentence, one with a text and spans as a document; None for tokens with spans,
    which are kept in `beside_tokens`.
    """
    note, settings = intake.note(line), intake.settings
    token_keys = _TOKENS if settings.token_column is None else (str(settings.token_column),)
    label_keys = (*_LABELS, *_SPANS) if settings.label_column is None else (str(settings.label_column),)
    token_key = next((key for key in token_keys if key in record), None)
    label_key = _label_key(record, [key for key in label_keys if key != token_key])
    is_span_list = label_key is not None and are_spans(record[label_key])
    if label_key is not None and record[label_key] == []:
        is_span_list = label_key not in _LABELS or (label_key in {"label", "labels"} and label_key not in listed)
    if is_span_list and label_key is not None:
        text_key = next((key for key in (*token_keys[-2:],) if isinstance(record.get(key), str)), None)
        if text_key is not None:
            return text_document(line, record, (text_key, label_key), intake)
    usual = (*_LABELS, *_SPANS[:2]) if settings.label_column is None else label_keys
    for name, found, wanted in (("token", token_key, token_keys[:3]), ("label", label_key, usual)):
        if found is None:
            note(
                f"no {name}s among the keys {', '.join(record) or '(none)'}",
                f"Name them {' or '.join(wanted)}, or give their key with --set {name}_column=KEY",
                f"objects without {name}s",
            )
        else:
            how = ", token offsets" if name == "label" and is_span_list else ""
            intake.taken.setdefault(f"{name}s", f'key "{found}"{how}')
    tokens = None
    if token_key is not None:
        value = record[token_key]
        tokens = as_tokens(split_at_spaces(value) if isinstance(value, str) else value, token_key, note)
    if is_span_list and label_key is not None:
        marks = token_marks_of(record[label_key], label_key, intake, note)
        beside_tokens.add(line, tokens, marks)
        return None
    labels = None if label_key is None else as_labels(record[label_key], label_key, note)
    return draft_of_line(line, tokens, labels, note)


def _label_key(record: Record, keys: Sequence[str]) -> str | None:
    """Return the first key with a list that is not empty, else one with a list, else one that is there."""
    there = [key for key in keys if key in record]
    lists = [key for key in there if isinstance(record[key], list)]
    return next(iter([key for key in lists if record[key]] or lists or there), None)


def _names(drafts: Sequence[Draft], intake: Intake, names: Names) -> tuple[str, ...] | None:
    """Return the names of numbered labels that the file, or one beside it, says."""
    key = intake.taken.get("labels", "").removeprefix('key "').removesuffix('"')
    numbered = any(tag.isdecimal() for draft in drafts[:100] for tag in draft.tags)
    if not numbered or intake.settings.label_names is not None:
        return None
    if key in names:
        return names[key]
    beside = names_beside(intake.problems.path, key)
    if beside is None:
        return None
    intake.count(drafts[0].lines[0], "file", f"beside this one, {beside[1]}, names the numbers of the labels")
    return beside[0]
