"""Lines of text as words, and words in fields and lines again: what tasks on text share."""

import re
from collections import Counter
from collections.abc import Sequence
from typing import Any

from unrolled.data.codecs import Codec, TextSettings
from unrolled.data.pair import Pair
from unrolled.data.tokenizer import detect_tokenizer_of_tokens, places, tokenizer_of
from unrolled.settings import Composed

__all__ = ["as_trained", "field", "places", "read_words_of", "tokenizer_in", "tokenizer_note", "with_tokenizer"]

_UNSAFE_IN_A_FIELD = re.compile(r"[\s\x00-\x1f\x7f-\x9f]")


def read_words_of(line: str, tokenizer: str) -> tuple[str, ...] | None:
    """Return the words of a line, None where it has none.

    >>> read_words_of("He can't.", "words"), read_words_of("He can't.", "whitespace"), read_words_of(" ", "words")
    (('He', 'ca', "n't", '.'), ('He', "can't."), None)
    """
    return tuple(tokenizer_of(tokenizer)(line)) or None


def tokenizer_in(x: Codec[Any]) -> str:
    """Return the tokenizer that a codec keeps; "words" where it keeps none."""
    name: object = getattr(x.settings, "tokenizer", "words")
    return name if isinstance(name, str) and name != "detect" else "words"


def tokenizer_note(settings: Composed, pairs: Sequence[Pair[Any, Any]]) -> list[str]:
    """Return a sentence where training pairs show that raw text has to be split by characters."""
    if settings.to_dict().get("tokenizer") != "detect":
        return []
    name = with_tokenizer(settings, pairs).to_dict()["tokenizer"]
    if name == "words":
        return []
    whole = "Latin words and numbers stay whole" if name == "characters" else "Latin words and numbers, too"
    return [
        "The tokens are single characters of a script without spaces, so raw text will be split by characters; "
        f"{whole} (tokenizer={name})."
    ]


def as_trained(settings: Composed, x: Codec[Any]) -> Composed:
    """Return the settings with the tokenizer that a model's codec of x keeps, where the task has that setting."""
    return settings.replaced({"tokenizer": tokenizer_in(x)}) if "tokenizer" in settings.names() else settings


def with_tokenizer(settings: Composed, pairs: Sequence[Pair[Any, Any]]) -> Composed:
    """Return the settings with the tokenizer that training pairs show, so that other parts are split by the same."""
    if settings.to_dict().get("tokenizer") != "detect":
        return settings
    name = detect_tokenizer_of_tokens(Counter(word for pair in pairs for word in pair.x))
    if any(isinstance(group, TextSettings) for group in settings.groups().values()) and name != "words":
        name = "characters"  # as `TextCodec` has it
    return settings.replaced({"tokenizer": name})


def field(text: str) -> str:
    """Return a text that can be a field between tabs and spaces: white space and control characters are escaped.

    >>> field("B-NEW YORK")
    'B-NEW\\\\x20YORK'
    """
    return _UNSAFE_IN_A_FIELD.sub(lambda match: f"\\x{ord(match[0]):02x}", text)
