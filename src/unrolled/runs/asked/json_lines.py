"""JSON Lines: an object a line, with words or with a text."""

import json
from collections.abc import Iterator
from typing import Any, cast

from unrolled.data.tokenizer import places
from unrolled.runs.asked.asked import Asked, Columns, Trouble

__all__ = ["TEXT_KEYS", "TOKEN_KEYS", "JsonReader"]

TOKEN_KEYS = ("tokens", "words")
TEXT_KEYS = ("text", "sentence")

_SURROGATE = "Write the character itself in UTF-8, or both halves of its escape"


class JsonReader:
    """`{"tokens": ["Teddy", "won"]}` or `{"text": "Teddy won"}` a line; blank lines are kept.

    Where both are there, the words are taken, and stand in the text if they can be found in it.

    Args:
        columns: the key of the words or of the text, whichever is there; else the usual ones.
        option: the setting that names it.
    """

    def __init__(self, columns: Columns, option: str) -> None:
        named = [str(key) for key in (columns.token, columns.text) if key is not None]
        self._option = option
        self._keys = tuple(named) or (*TOKEN_KEYS, *TEXT_KEYS)

    def feed(self, number: int, line: str | Trouble, /) -> Iterator[Asked]:
        """Yield what the object of the line holds."""
        if isinstance(line, Trouble):
            yield Asked(number, trouble=line)
        elif not line.strip():
            yield Asked(number, text="")
        else:
            found = self._read(number, line)
            yield Asked(number, trouble=found) if isinstance(found, Trouble) else found

    def finish(self) -> Iterator[Asked]:
        """Yield nothing: every line is answered by itself."""
        yield from ()

    def _read(self, number: int, line: str) -> Asked | Trouble:
        try:
            value: object = json.loads(line)
        except (ValueError, RecursionError) as error:
            way_out = 'Write one JSON object a line: {"tokens": […]} or {"text": "…"}; plain text takes --input text'
            return Trouble(number, f"no JSON: {error}", way_out)
        if not isinstance(value, dict):
            return Trouble(
                number, f"a JSON {_kind(value)}, not an object", 'Write {"tokens": […]} or {"text": "…"} on each line'
            )
        fields = cast("dict[str, object]", value)
        given = [key for key in self._keys if fields.get(key) is not None]
        if not given:
            keys = ", ".join(map(repr, list(fields)[:6])) or "(none)"
            return Trouble(
                number,
                f"no {' and no '.join(map(repr, self._keys))} among the keys {keys}",
                f"Name the key that words or text stand under: --set {self._option}=KEY; plain text takes --input text",
            )
        words: tuple[str, ...] | None = None
        text: str | None = None
        for key in given:
            one = fields[key]
            if isinstance(one, str):
                text = one if text is None else text
            elif isinstance(one, list) and all(isinstance(word, str) for word in cast("list[Any]", one)):
                words = tuple(cast("list[str]", one)) if words is None else words
            else:
                return Trouble(
                    number, f"{key!r} is no text and no list of texts", "Write a text, or a list of its words as texts"
                )
        return _checked(Asked(number, text, words))


def _checked(asked: Asked) -> Asked | Trouble:
    pieces = asked.words if asked.words is not None else (asked.text or "",)
    if any("\ud800" <= character <= "\udfff" for text in (*pieces, asked.text or "") for character in text):
        return Trouble(asked.line, "half of a surrogate pair", _SURROGATE)
    if asked.words is None:
        return asked
    if not all(word.strip() for word in asked.words):
        return Trouble(asked.line, "an empty word", "Leave it out, or write what belongs there")
    return asked if asked.text is None or _stand(asked.text, asked.words) else Asked(asked.line, None, asked.words)


def _stand(text: str, words: tuple[str, ...]) -> bool:
    try:
        places(text, words)
    except ValueError:
        return False
    return True


def _kind(value: object) -> str:
    names: dict[type[Any], str] = {list: "list", str: "text", bool: "truth value", type(None): "null"}
    return next((name for cls, name in names.items() if isinstance(value, cls)), "number")
