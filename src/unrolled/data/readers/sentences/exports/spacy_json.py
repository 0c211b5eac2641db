"""spaCy's JSON: pairs of text and entities, documents (`Doc.to_json`), and the training format of version 2.

["Ann sat.", {"entities": [[0, 3, "PER"]]}]
{"text": "Ann sat.", "ents": [{"start": 0, "end": 3, "label": "PER"}], "sents": [...], "tokens": [{"start": 0, ...}]}
[{"id": 0, "paragraphs": [{"raw": "Ann sat.", "sentences": [{"tokens": [{"orth": "Ann", "ner": "U-PER"}, ...]}]}]}]
"""

from collections.abc import Iterator, Mapping
from typing import cast

from unrolled.data.readers.sentences.exports.intake import Intake
from unrolled.data.readers.sentences.tagged import Draft
from unrolled.data.readers.sentences.values import as_labels, as_tokens, draft_of_line

__all__ = ["is_doc", "is_training", "num_gaps", "pairs_in", "training_drafts"]


def is_training(record: Mapping[str, object]) -> bool:
    """Return whether a record is a document of the training format."""
    return isinstance(record.get("paragraphs"), list)


def is_doc(record: Mapping[str, object]) -> bool:
    """Return whether a record is a document as `Doc.to_json` writes it."""
    return isinstance(record.get("ents"), list) and isinstance(record.get("text"), str)


def pairs_in(value: object) -> list[dict[str, object]] | None:
    """Return the record of a pair of text and entities, or those of an object that holds pairs; None for others."""
    if isinstance(value, dict):
        held = cast("dict[str, object]", value).get("annotations")
        if not isinstance(held, list) or not held or not isinstance(cast("list[object]", held)[0], list):
            return None
        found = [pairs_in(item) for item in cast("list[object]", held) if item is not None]
        return None if None in found else [record for records in found if records for record in records]
    if not isinstance(value, list) or len(cast("list[object]", value)) != 2:
        return None
    text, said = cast("list[object]", value)
    if not isinstance(text, str) or not isinstance(said, dict) or "entities" not in said:
        return None
    return [{"text": text, "entities": cast("dict[str, object]", said)["entities"]}]


def num_gaps(value: object) -> int:
    """Return how many of the pairs that an object holds are null, as annotators write a text that was passed over."""
    held = cast("dict[str, object]", value).get("annotations") if isinstance(value, dict) else None
    return cast("list[object]", held).count(None) if isinstance(held, list) else 0


def training_drafts(line: int, record: Mapping[str, object], intake: Intake) -> Iterator[Draft]:
    """Yield the sentences of a document of the training format."""
    note = intake.note(line)
    for sentence in _objects(record, "paragraphs", "sentences"):
        tokens = list(_objects({"tokens": [sentence]}, "tokens", "tokens"))
        if not tokens:
            intake.count(line, "sentence", "without tokens, left out")
            continue
        words = as_tokens([token.get("orth") for token in tokens], "orth", note)
        labels = as_labels([token.get("ner", "-") for token in tokens], "ner", note)
        if words is not None and labels is not None:  # white space is a token there
            kept = [i for i, word in enumerate(words) if word is None or not word.isspace()]
            words, labels = [words[i] for i in kept], [labels[i] for i in kept]
        if words:
            yield draft_of_line(line, words, labels, note)


def _objects(record: Mapping[str, object], outer: str, inner: str) -> Iterator[Mapping[str, object]]:
    """Yield the objects of the lists `inner` of the objects of the list `outer`."""
    for holder in cast("list[object]", record[outer]):
        held = cast("dict[str, object]", holder).get(inner) if isinstance(holder, dict) else None
        for item in cast("list[object]", held) if isinstance(held, list) else ():
            if isinstance(item, dict):
                yield cast("dict[str, object]", item)
