"""Prodigy's JSON Lines: a text with spans, its tokens, and what the annotator answered.

{"text": "Ann sat.", "tokens": [{"text": "Ann", "start": 0, "end": 3, "id": 0}, ...],
 "spans": [{"start": 0, "end": 3, "token_start": 0, "token_end": 0, "label": "PER"}], "answer": "accept"}

`token_end` is inclusive. Rejected and ignored examples say nothing of their words: they are left out.
"""

from collections.abc import Mapping

from unrolled.data.readers.sentences.exports.intake import Intake

__all__ = ["is_left_out", "is_prodigy"]

_KEYS = ("_input_hash", "_task_hash", "_view_id")
_LEFT_OUT = {"reject": "rejected", "ignore": "ignored"}


def is_prodigy(record: Mapping[str, object]) -> bool:
    """Return whether a record is of Prodigy."""
    answered = record.get("answer") in ("accept", *_LEFT_OUT)
    return (answered or any(key in record for key in _KEYS)) and ("text" in record or "tokens" in record)


def is_left_out(record: Mapping[str, object], line: int, intake: Intake) -> bool:
    """Return whether an example was not accepted, and count it then; a half-known one is counted, too."""
    answer = record.get("answer")
    if isinstance(answer, str) and answer in _LEFT_OUT:
        intake.count(line, "example", f"that the annotator {_LEFT_OUT[answer]}, left out")
        return True
    if record.get("_view_id") == "ner":  # the view of yes-or-no questions, each about a span or two
        rest = "of a yes-or-no question: what nobody was asked about is read as O (ner_manual asks for all spans)"
        intake.count(line, "example", rest)
    return False
