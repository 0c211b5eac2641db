"""One writer an annotation tool: draws what its export may look like, and writes it."""

import json
from collections.abc import Sequence
from typing import Any

from data.readers.exports import LISTS, RECORDS, brat_lines, utf16
from fuzz.annotated import Text, as_texts, meant
from fuzz.corpora import Corpus
from fuzz.export_counts import count_cells, count_objects, count_stand_off, count_training, sure_lines
from fuzz.writers import Writer, as_bytes, as_table
from fuzz.written import Written
from hypothesis import strategies as st

from unrolled.data.readers import TaggedSettings, read_labelled

__all__ = ["EXPORT_WRITERS"]

_ACCOUNTS = {
    "doccano": ("doccano's JSON", 'key "text", split into words', 'key "label", character offsets'),
    "doccano, older": ("doccano's JSON", 'key "text", split into words', 'key "annotations", character offsets'),
    "doccano, relations": ("doccano's JSON", 'key "text", split into words', 'key "entities", character offsets'),
    "Label Studio": ("Label Studio's JSON", 'key "data.text", split into words', 'results "label", character offsets'),
    "Label Studio, UTF-16": ("Label Studio's JSON", 'key "data.text", split into words', 'results "label", '),
    "Label Studio, JSON-MIN": ("Label Studio's JSON-MIN", 'key "text", split into words', 'key "label", character'),
    "Prodigy": ("Prodigy's JSON", 'key "text", tokens of key "tokens"', 'key "spans", character offsets'),
    "spaCy's documents": ("spaCy's JSON", 'key "text", tokens of key "tokens"', 'key "ents", character offsets'),
    "spaCy's pairs": ("spaCy's pairs", 'key "text", split into words', 'key "entities", character offsets'),
    "spaCy's training JSON": ("spaCy's training JSON", 'key "orth"', 'key "ner"'),
}
"""Of each tool what the account of its files says: format, tokens and labels."""


_VERTICAL = frozenset({"white space"})
"""What nobody can tell where texts stand as they are: a vertical tab in the place of a space ends a line."""


def _json_of(tool: str) -> Writer:
    """Return the writer of a tool: JSON with a record a line, or one list over more lines or fewer."""
    of_text = RECORDS[tool]
    unit = utf16 if tool.endswith("UTF-16") else len
    training = tool == "spaCy's training JSON"
    count = count_training if training else count_objects(unit)

    def write(draw: Any, corpus: Corpus) -> Written:
        texts = as_texts(draw, corpus, ends=() if training else ("\n", "\n\n", "\r\n", "\u2028"))
        records = [of_text(text.text, text.marks) for text in texts]
        if tool == "Prodigy" and draw(st.booleans()):
            records.insert(1, {**dict(records[0]), "answer": draw(st.sampled_from(("reject", "ignore")))})  # type: ignore[call-overload]
        escaped = draw(st.booleans())
        is_list = tool in LISTS or draw(st.booleans())
        indent = draw(st.sampled_from((None, 2))) if is_list else None
        items = [json.dumps(record, ensure_ascii=escaped, indent=indent) for record in records]
        lines = ["[", *(f"{item}," for item in items[:-1]), items[-1], "]"] if is_list else items
        what, tokens, labels = _ACCOUNTS[tool]
        taken = {"format": what, "tokens": tokens, "labels": labels, "scheme": "BIOES" if training else "IOB2"}
        return Written(
            "a.json" if is_list else "a.jsonl",
            as_bytes(draw, "\n".join(lines).split("\n")),
            meant(texts),
            read_labelled,
            count,
            taken={**taken, "sentences": "as the file gives them" if training else "lines"},
            separator=",",
            silent=_silent(texts),
            sure=sure_lines(count) if is_list else None,
        )

    return write


def spans_beside_text(draw: Any, corpus: Corpus) -> Written:
    """JSON Lines of no tool: spans beside a text, as lists or objects, in any unit that the settings name."""
    texts = as_texts(draw, corpus)
    key, kind = (
        draw(st.sampled_from(("spans", "entities", "annotations"))),
        draw(st.sampled_from((None, "type", "entity", "entity_group", "tag"))),
    )
    name, unit = draw(st.sampled_from((("detect", len), ("characters", len), ("utf16", utf16), ("bytes", _num_bytes))))
    own, escaped = kind is not None and draw(st.booleans()), draw(st.booleans())
    lines: list[str] = []
    for text in texts:
        spans: list[object] = []
        for s, e, label in text.marks:
            start, end = unit(text.text[:s]), unit(text.text[:e])
            more = {"text": text.text[s:e]} if own else {}
            spans.append([start, end, label] if kind is None else {"start": start, "end": end, kind: label, **more})
        lines.append(json.dumps({"text": text.text, key: spans}, ensure_ascii=escaped))
    counts = {"utf16": "offsets in UTF-16 code units", "bytes": "offsets in bytes of UTF-8"}.get(name, "character")
    return Written(
        draw(st.sampled_from(("a.jsonl", "a.json"))),
        as_bytes(draw, lines),
        meant(texts),
        read_labelled,
        count_objects(unit),
        TaggedSettings(offsets=name),
        {"tokens": 'key "text", split into words', "labels": f'key "{key}", {counts}', "sentences": "lines"},
        separator=",",
        silent=_silent(texts),
    )


def span_table(draw: Any, corpus: Corpus) -> Written:
    """CSV with a text a row and its spans as JSON in a cell, of Label Studio or doccano."""
    delimiter, label_studio = draw(st.sampled_from((",", ";"))), draw(st.booleans())
    texts = as_texts(draw, corpus)
    number = draw(st.booleans())
    rows: list[list[str]] = [[*(["id"] if number else []), "text", "label"]]
    for i, text in enumerate(texts):
        objects = [{"start": s, "end": e, "text": text.text[s:e], "labels": [kind]} for s, e, kind in text.marks]
        cell = json.dumps(objects if label_studio else text.marks, ensure_ascii=False)
        rows.append([*([str(i)] if number else []), text.text, "" if cell == "[]" and draw(st.booleans()) else cell])
    what = "Label Studio's CSV" if label_studio else "doccano's CSV"
    return Written(
        "a.csv",
        as_table(draw, rows, delimiter, quoted=True),
        meant(texts),
        read_labelled,
        count_cells(delimiter, int(number)),
        taken={
            "format": what,
            "tokens": 'key "text", split into words',
            "labels": 'key "label", character',
            "sentences": "lines",
        },
        separator=delimiter,
        silent=_VERTICAL,
    )


def brat(draw: Any, corpus: Corpus) -> Written:
    """A folder of brat's: texts, and the spans of each in a file of its own; one of the files is what is damaged."""
    texts = as_texts(draw, corpus)
    files: dict[str, bytes] = {}
    for i, text in enumerate(texts):
        more = ["#1\tAnnotatorNotes T1\tsee there"] if text.marks and draw(st.booleans()) else []
        files[f"{i:03}.txt"] = (text.text + draw(st.sampled_from(("", "\n")))).encode()
        files[f"{i:03}.ann"] = "".join(f"{line}\n" for line in [*brat_lines(text.text, text.marks), *more]).encode()
    name = draw(st.sampled_from(sorted(files)))
    place = int(name[:3])

    def sure(head: bytes, tail: bytes) -> tuple[int, int]:
        return len(meant(texts[:place])), len(meant(texts[place + 1 :]))

    return Written(
        name,
        files[name],
        meant(texts),
        read_labelled,
        count_stand_off(files, name),
        taken={"format": "brat's stand-off files", "tokens": "*.txt, split into words", "labels": "*.ann"},
        separator="\t" if name.endswith(".ann") else " ",
        silent=_VERTICAL if name.endswith(".txt") else frozenset(),
        beside={file: data for file, data in files.items() if file != name},
        is_folder=True,
        sure=sure,
    )


def _silent(texts: Sequence[Text]) -> frozenset[str]:
    """Return what nobody can tell in JSON: UTF-7 spells the escape of a line's end in letters, which is sound JSON."""
    return frozenset({"reencode"}) if any(len(text.sentences) > 1 for text in texts) else frozenset()


def _num_bytes(text: str) -> int:
    return len(text.encode())


EXPORT_WRITERS: dict[str, Writer] = {
    **{tool: _json_of(tool) for tool in RECORDS},
    "spans beside text": spans_beside_text,
    "span table": span_table,
    "brat": brat,
}
