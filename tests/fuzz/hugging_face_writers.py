"""What `datasets` of Hugging Face writes: JSON and Parquet whose labels are numbers, with their names somewhere."""

import importlib
import io
import json
from typing import Any

from fuzz.corpora import Corpus, entities
from fuzz.writers import Writer, as_bytes
from fuzz.written import Written, count_lines
from hypothesis import strategies as st

from unrolled.data.readers import TaggedSettings, read_labelled

__all__ = ["HUGGING_FACE_WRITERS"]


def _numbered(corpus: Corpus) -> tuple[list[str], dict[str, list[Any]]]:
    """Return the names of labels, and the columns."""
    names = ["O", *sorted({label for _, labels in corpus for label in labels} - {"O"})]
    tags = [[names.index(label) for label in labels] for _, labels in corpus]
    return names, {
        "id": list(map(str, range(len(corpus)))),
        "tokens": [list(tokens) for tokens, _ in corpus],
        "ner_tags": tags,
    }


def _features(draw: Any, names: list[str]) -> dict[str, Any]:
    label = {"names": names, "_type": "ClassLabel"}
    return {
        "ner_tags": draw(
            st.sampled_from(({"feature": label, "_type": "Sequence"}, {"feature": label, "_type": "List"}, [label]))
        )
    }


def _card(names: list[str]) -> str:
    numbers = "".join(f"          '{i}': {name}\n" for i, name in enumerate(names))
    return (
        "---\ndataset_info:\n  features:\n  - name: tokens\n    sequence: string\n  - name: ner_tags\n"
        f"    sequence:\n      class_label:\n        names:\n{numbers}  splits:\n  - name: train\n---\n# Names\n"
    )


def hugging_face_json(draw: Any, corpus: Corpus) -> Written:
    """JSON Lines with numbers, whose names stand in a file beside it or in the settings."""
    names, columns = _numbered(corpus)
    where = draw(st.sampled_from(("README.md", "dataset_infos.json", "settings")))
    beside: dict[str, bytes] = {}
    if where == "README.md":
        beside = {where: _card(names).encode()}
    elif where == "dataset_infos.json":
        beside = {where: json.dumps({"default": {"features": _features(draw, names)}}).encode()}
    escaped = draw(st.booleans())
    lines = [
        json.dumps(dict(zip(columns, row, strict=True)), ensure_ascii=escaped)
        for row in zip(*columns.values(), strict=True)
    ]
    return Written(
        "train.jsonl",
        as_bytes(draw, lines),
        corpus,
        read_labelled,
        count_lines,
        TaggedSettings(label_names=",".join(names)) if where == "settings" else TaggedSettings(),
        {"tokens": 'key "tokens"', "labels": 'key "ner_tags"', "sentences": "an object each", "scheme": "IOB2"},
        separator=",",
        beside=beside,
    )


def hugging_face_parquet(draw: Any, corpus: Corpus) -> Written:
    """Parquet with numbers, whose names stand in its schema or in the settings."""
    names, columns = _numbered(corpus)
    arrow: Any = importlib.import_module("pyarrow")
    parquet: Any = importlib.import_module("pyarrow.parquet")
    table, is_set = arrow.table(columns), draw(st.booleans())
    if not is_set:
        info = json.dumps({"info": {"features": _features(draw, names)}})
        table = table.replace_schema_metadata({"huggingface": info})
    file = io.BytesIO()
    parquet.write_table(table, file, compression=draw(st.sampled_from(("none", "snappy"))))
    return Written(
        "train.parquet",
        file.getvalue(),
        corpus,
        read_labelled,
        _num_rows,
        TaggedSettings(label_names=",".join(names)) if is_set else TaggedSettings(),
        {"tokens": 'key "tokens"', "labels": 'key "ner_tags"', "sentences": "a row each", "scheme": "IOB2"},
        has_lines=False,
    )


def _num_rows(data: bytes) -> int | None:
    """Count the rows; None where the file cannot be read."""
    parquet: Any = importlib.import_module("pyarrow.parquet")
    arrow: Any = importlib.import_module("pyarrow")
    try:
        return parquet.read_table(io.BytesIO(data)).num_rows
    except (OSError, MemoryError, ValueError, KeyError, arrow.ArrowException):
        return None


def spans_beside_tokens(draw: Any, corpus: Corpus) -> Written:
    """JSON Lines with spans that count tokens, also by an inclusive end, of types that may be numbers."""
    keys, beyond = draw(
        st.sampled_from(
            ((("start", "end"), 0), (("token_start", "token_end"), 1), (None, 0), (("begin", "end_offset"), 0))
        )
    )
    kinds = sorted({kind for sentence in corpus for _, _, kind in entities(sentence)})
    numbers = bool(kinds) and draw(st.booleans())
    key, words = draw(st.sampled_from(("spans", "entities"))), draw(st.sampled_from(("tokens", "words")))
    lines: list[str] = []
    for sentence in corpus:
        spans: list[object] = []
        for start, end, kind in entities(sentence):
            said = kinds.index(kind) if numbers else kind
            spans.append([start, end, said] if keys is None else {keys[0]: start, keys[1]: end - beyond, "label": said})
        lines.append(json.dumps({words: list(sentence[0]), key: spans}, ensure_ascii=draw(st.booleans())))
    return Written(
        "a.jsonl",
        as_bytes(draw, lines),
        corpus,
        read_labelled,
        count_lines,
        TaggedSettings(label_names=",".join(kinds)) if numbers else TaggedSettings(),
        {"tokens": f'key "{words}"', "labels": f'key "{key}", token offsets', "sentences": "an object each"},
        separator=",",
    )


HUGGING_FACE_WRITERS: dict[str, Writer] = {
    "Hugging Face JSON": hugging_face_json,
    "Hugging Face Parquet": hugging_face_parquet,
    "spans beside tokens": spans_beside_tokens,
}
