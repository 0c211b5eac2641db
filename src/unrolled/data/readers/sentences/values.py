"""Lists of tokens and labels as tables and JSON spell them."""

import ast
import json
import warnings
from collections.abc import Callable, Sequence
from typing import cast

from unrolled.data.readers.sentences.tagged import Draft
from unrolled.data.readers.shown import shown
from unrolled.data.readers.source import counted, split_at_spaces

__all__ = ["Note", "as_labels", "as_tokens", "draft_of_line", "parse_cell"]

Note = Callable[[str, str, str], None]
"""Takes what was found, the way out and the kind."""


def parse_cell(cell: str) -> list[object]:
    """Return the items of a table's cell: a JSON list, a Python list (as pandas writes it), or words between spaces.

    >>> parse_cell('["New York", "sleeps"]'), parse_cell("['O', 'O']"), parse_cell("B-LOC O")
    (['New York', 'sleeps'], ['O', 'O'], ['B-LOC', 'O'])
    """
    text = cell.strip()
    if text.startswith("[") and text.endswith("]"):
        for parse in (json.loads, _python_value):
            try:
                value = parse(text)
            except (ValueError, SyntaxError, RecursionError, MemoryError):
                continue
            if isinstance(value, list):
                return cast("list[object]", value)
    return list(split_at_spaces(text))


def _python_value(text: str) -> object:
    with warnings.catch_warnings():  # of an escape that Python does not know, which words may well hold
        warnings.simplefilter("ignore")
        return ast.literal_eval(text)


def as_tokens(value: object, name: str, note: Note) -> list[str | None] | None:
    """Return a list of tokens, or None with a note of what it is instead; so, too, for each token that is none."""
    if not isinstance(value, list) or not cast("list[object]", value):
        note(
            f"{name} is {shown(cast('object', value))}, not a list of tokens",
            'Write at least one token: ["Harry", "sat"]',
            "sentences without tokens",
        )
        return None
    tokens: list[str | None] = []
    for position, item in enumerate(cast("list[object]", value)):
        if not isinstance(item, str):
            found = f"token {position + 1} of {name} is {shown(item)}, not a string"
            note(found, "Put it in quotation marks", "tokens that are no strings")
        tokens.append(item if isinstance(item, str) else None)
    return tokens


def as_labels(value: object, name: str, note: Note) -> list[str | None] | None:
    """Return a list of labels, a number as its digits; or None with a note, so, too, for each label."""
    if not isinstance(value, list):
        note(f"{name} is {shown(value)}, not a list of labels", "Write one label for each token", "labels in no list")
        return None
    labels: list[str | None] = []
    for position, item in enumerate(cast("list[object]", value)):
        if isinstance(item, str):
            labels.append(item)
        elif isinstance(item, int) and not isinstance(item, bool) and abs(item) < 10**9:
            labels.append(str(item))
        else:
            note(
                f"label {position + 1} of {name} is {shown(item)}, not a text",
                "Write the label's name",
                "labels that are no texts",
            )
            labels.append(None)
    return labels


def draft_of_line(
    line: int, tokens: Sequence[str | None] | None, labels: Sequence[str | None] | None, note: Note
) -> Draft:
    """Return the sentence of one line; None is what has been noted. A count that differs is noted here."""
    sound = tokens is not None and labels is not None and None not in tokens and None not in labels
    if tokens is not None and labels is not None and len(tokens) != len(labels):
        found = f"{counted(len(tokens), 'token')} but {counted(len(labels), 'label')}"
        note(found, "Give every token one label", "sentences with another number of labels")
        sound = False
    return Draft(
        tokens=[token for token in tokens or () if token is not None],
        tags=["" if label is None else label for label in labels or ()],
        lines=[line],
        sound=sound,
        gaps={position for position, label in enumerate(labels or ()) if label is None},
    )
