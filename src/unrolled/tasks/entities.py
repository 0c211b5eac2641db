"""Entities: the spans that labels mark, with their place in the words and in the text."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from unrolled.data.answer import Answer
from unrolled.data.given import each
from unrolled.data.tags import strict_spans
from unrolled.decoding import Decoding
from unrolled.model import Model
from unrolled.tasks.text import places, read_words_of, tokenizer_in

__all__ = ["Entity", "entities_of", "find_entities"]

WANTED_X = "a list of texts, or of sentences, each a list of words"


@dataclass(frozen=True, slots=True)
class Entity:
    """A span of words and its type.

    Attributes:
        type: such as "PER".
        start, end: its first word, and the one behind its last, from 0.
        start_char, end_char: likewise of its characters (Unicode code points) in the text; None where words were given.
        text: as it stands in the text; of words, these with blanks between.
        confidence: that of its least certain word, from 0 to 1.
    """

    type: str
    start: int
    end: int
    start_char: int | None
    end_char: int | None
    text: str
    confidence: float

    def to_dict(self) -> dict[str, Any]:
        """Return the entity for JSON, without characters' places where there are none."""
        return {name: value for name, value in asdict(self).items() if value is not None}


def entities_of(text: str | None, words: Sequence[str], answer: Answer[Sequence[str]]) -> list[Entity]:
    """Return the entities that the labels of an answer mark; `text` is what the words were cut from, None where they
    were given.

    >>> entities_of("Ada  Lovelace", ("Ada", "Lovelace"), Answer(("B-PER", "I-PER"), confidence=(1.0, 0.5)))
    [Entity(type='PER', start=0, end=2, start_char=0, end_char=13, text='Ada  Lovelace', confidence=0.5)]
    """
    at = None if text is None else places(text, words)
    confidence = [round(value, 6) for value in answer.confidence]  # float32 knows no more digits
    found: list[Entity] = []
    for span in strict_spans(answer.y):
        first = last = None
        piece = " ".join(words[span.start : span.end])
        if at is not None and text is not None:
            first, last = at[span.start][0], at[span.end - 1][1]
            piece = text[first:last]
        least = min(confidence[span.start : span.end])
        found.append(Entity(span.type, span.start, span.end, first, last, piece, least))
    return found


def find_entities(model: Model[Any, Any], X: Iterable[str | Sequence[str]]) -> list[list[Entity]]:
    """Return the entities that a tagger finds in each text; a text is split as its model's `tokenizer` says.

    Args:
        model: a tagger's.
        X: texts, or sequences of words.

    Raises:
        DataError: X is a single text, or holds what is neither, or an empty word, with its number.
    """
    tokenizer = tokenizer_in(model.x)
    given: list[tuple[str | None, Sequence[str]]] = []
    for number, one in enumerate(each(X, "X", WANTED_X), 1):
        if isinstance(one, str):
            given.append((one, read_words_of(one, tokenizer) or ()))
            continue
        fault = model.x.check(one)
        if fault is not None:
            raise fault.error(number)
        given.append((None, tuple(one)))
    answers = model.answers([words for _, words in given if words], Decoding(confidence=True))
    return [entities_of(text, words, next(answers)) if words else [] for text, words in given]
