"""A text with spans, as each annotation tool exports it."""

import json
from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

from unrolled.data.readers import TaggedReading
from unrolled.data.tags import spans
from unrolled.data.tokenizer import tokenize

__all__ = ["WRITERS", "Annotated", "entities", "write_brat", "write_json"]

Annotated = tuple[str, Sequence[tuple[int, int, str]]]
"""A text and the spans that are marked in it, in characters."""


def entities(reading: TaggedReading) -> list[tuple[str, str]]:
    """The entities of all sentences: their words written together, and their types."""
    return [("".join(p.x[span.start : span.end]), span.type) for p in reading.pairs for span in spans(p.y)]


def write_json(path: Path, records: Sequence[object]) -> Path:
    path.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
    return path


def _lines(
    of_text: Callable[[str, Sequence[tuple[int, int, str]]], object],
) -> Callable[[Path, Sequence[Annotated]], Path]:
    return lambda folder, texts: write_json(folder / "a.jsonl", [of_text(*text) for text in texts])


def _list(
    of_text: Callable[[str, Sequence[tuple[int, int, str]]], object],
) -> Callable[[Path, Sequence[Annotated]], Path]:
    def write(folder: Path, texts: Sequence[Annotated]) -> Path:
        path = folder / "a.json"
        path.write_text(json.dumps([of_text(*text) for text in texts], indent=2, ensure_ascii=False), encoding="utf-8")
        return path

    return write


def _objects(
    text: str, marks: Sequence[tuple[int, int, str]], *, start: str, end: str, own: bool
) -> list[dict[str, Any]]:
    return [
        {"id": i, start: s, end: e, "label": kind, **({"text": text[s:e]} if own else {})}
        for i, (s, e, kind) in enumerate(marks)
    ]


def _offset_objects(text: str, marks: Sequence[tuple[int, int, str]]) -> list[dict[str, Any]]:
    return _objects(text, marks, start="start_offset", end="end_offset", own=False)


def _token_objects(text: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    at = 0
    for token in tokenize(text):
        at = text.index(token, at)
        found.append({"text": token, "start": at, "end": at + len(token), "id": len(found)})
        at += len(token)
    return found


def _label_studio(
    text: str, marks: Sequence[tuple[int, int, str]], *, unit: Callable[[str], int] = len
) -> dict[str, Any]:
    results = [
        {
            "from_name": "label",
            "type": "labels",
            "value": {"start": unit(text[:s]), "end": unit(text[:e]), "text": text[s:e], "labels": [kind]},
        }
        for s, e, kind in marks
    ]
    return {"id": 1, "data": {"text": text}, "annotations": [{"id": 1, "result": results, "was_cancelled": False}]}


def utf16(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def write_brat(folder: Path, texts: Sequence[Annotated]) -> Path:
    for number, (text, marks) in enumerate(texts):
        (folder / f"{number:03d}.txt").write_bytes(text.encode())
        lines = [
            f"T{i}\t{kind} {s} {e}\t{' '.join(text[s:e].splitlines())}\n" for i, (s, e, kind) in enumerate(marks, 1)
        ]
        (folder / f"{number:03d}.ann").write_bytes("".join(lines).encode())
    return folder


def _biluo(text: str, marks: Sequence[tuple[int, int, str]]) -> dict[str, Any]:
    """spaCy's training format: the tokens are those of this reader, split at the spans."""
    borders = sorted({place for s, e, _ in marks for place in (s, e)})
    tokens: list[dict[str, Any]] = []
    for token in _token_objects(text):
        cuts = [token["start"], *(b for b in borders if token["start"] < b < token["end"]), token["end"]]
        for s, e in pairwise(cuts):
            tokens.append({"orth": text[s:e], "start": s, "end": e, "ner": "O"})
    for s, e, kind in marks:
        own = [token for token in tokens if s <= token["start"] < e]
        for k, token in enumerate(own):
            prefix = "U" if len(own) == 1 else "B" if k == 0 else "L" if k == len(own) - 1 else "I"
            token["ner"] = f"{prefix}-{kind}"
    tokens = [{"id": i, "orth": token["orth"], "ner": token["ner"]} for i, token in enumerate(tokens)]
    return {"id": 0, "paragraphs": [{"raw": text, "sentences": [{"tokens": tokens, "brackets": []}]}]}


WRITERS: dict[str, Callable[[Path, Sequence[Annotated]], Path]] = {
    "doccano": _lines(lambda text, marks: {"id": 1, "text": text, "label": [list(mark) for mark in marks]}),
    "doccano, older": _lines(lambda text, marks: {"text": text, "annotations": _offset_objects(text, marks)}),
    "doccano, relations": _lines(
        lambda text, marks: {"text": text, "entities": _offset_objects(text, marks), "relations": []}
    ),
    "Label Studio": _list(_label_studio),
    "Label Studio, UTF-16": _list(lambda text, marks: _label_studio(text, marks, unit=utf16)),
    "Label Studio, JSON-MIN": _list(
        lambda text, marks: {
            "id": 1,
            "text": text,
            "label": [{"start": s, "end": e, "text": text[s:e], "labels": [kind]} for s, e, kind in marks],
        }
    ),
    "Prodigy": _lines(
        lambda text, marks: {
            "text": text,
            "tokens": _token_objects(text),
            "spans": _objects(text, marks, start="start", end="end", own=False),
            "answer": "accept",
        }
    ),
    "spaCy's documents": _lines(
        lambda text, marks: {
            "text": text,
            "ents": _objects(text, marks, start="start", end="end", own=False),
            "tokens": [{k: token[k] for k in ("id", "start", "end")} for token in _token_objects(text)],
        }
    ),
    "spaCy's pairs": _list(lambda text, marks: [text, {"entities": [list(mark) for mark in marks]}]),
    "spaCy's training JSON": _list(_biluo),
    "brat": write_brat,
}
"""Of each tool: writes texts into a folder, and returns what is to be read."""
