"""doccano's three forms of JSON Lines.

{"id": 1, "text": "Ann sat.", "label": [[0, 3, "PER"]]}          also "labels"; older ones call the text "data"
{"text": "Ann sat.", "annotations": [{"label": 7, "start_offset": 0, "end_offset": 3}]}      numbers of labels
{"text": "Ann sat.", "entities": [{"id": 1, "label": "PER", "start_offset": 0, "end_offset": 3}], "relations": []}
"""

from collections.abc import Mapping
from typing import cast

from unrolled.data.readers.sentences.exports.spans import are_spans

__all__ = ["is_doccano"]


def is_doccano(record: Mapping[str, object]) -> bool:
    """Return whether a record is of doccano."""
    if not isinstance(record.get("text", record.get("data")), str):
        return False
    for key in ("label", "labels"):
        value = record.get(key)
        if are_spans(value) and value and all(isinstance(item, list) for item in cast("list[object]", value)):
            return True
    for key in ("annotations", "entities"):
        value = record.get(key)
        if are_spans(value) and any(
            "start_offset" in cast("list[object]", item) for item in cast("list[object]", value)
        ):
            return True
    return "relations" in record and are_spans(record.get("entities"))
