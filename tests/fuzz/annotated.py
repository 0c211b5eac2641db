"""A corpus as texts with marked spans, and how many sentences anyone would count in such a text."""

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from fuzz.corpora import Corpus, Sentence, entities
from hypothesis import strategies as st

from unrolled.data.tokenizer import tokenize

__all__ = ["Text", "as_texts", "meant", "num_sentences", "one_sentence"]

_LINE_END = re.compile(r"\r\n|[\n\r\v\f\x85\u2028\u2029]")


@dataclass(frozen=True)
class Text:
    """A text of one sentence or several, and its spans: start, end (exclusive) and type, in characters."""

    text: str
    marks: Sequence[tuple[int, int, str]]
    sentences: Corpus


def one_sentence(sentence: Sentence) -> Text:
    """Return the words between spaces."""
    words = sentence[0]
    starts = list(itertools.accumulate((len(word) + 1 for word in words), initial=0))
    marks = [(starts[s], starts[e] - 1, kind) for s, e, kind in entities(sentence)]
    return Text(" ".join(words), marks, [sentence])


def as_texts(draw: Any, corpus: Corpus, ends: Sequence[str] = ("\n", "\n\n", "\r\n")) -> list[Text]:
    """Draw texts of one to three sentences, of which a line's end parts two; more lines might be wrapped ones."""
    number = draw(st.sampled_from((1, 1, 2, 3))) if ends else 1
    found: list[Text] = []
    for at in range(0, len(corpus), number):
        end = draw(st.sampled_from(ends)) if ends else ""
        text, marks = "", list[tuple[int, int, str]]()
        for sentence in map(one_sentence, corpus[at : at + number]):
            text += end if text else ""
            marks += [(len(text) + s, len(text) + e, kind) for s, e, kind in sentence.marks]
            text += sentence.text
        found.append(Text(text, marks, corpus[at : at + number]))
    return found


def meant(texts: Sequence[Text]) -> Corpus:
    """Return the sentences of texts, each word as the tokens that it is split into."""
    return [_split(sentence) for text in texts for sentence in text.sentences]


def _split(sentence: Sentence) -> Sentence:
    tokens = tokenize(" ".join(sentence[0]))
    rest, labels = iter(tokens), list[str]()
    for word, label in zip(*sentence, strict=True):
        so_far, first = "", label
        while len(so_far) < len(word):
            so_far += next(rest)
            labels.append(first)
            first = label.replace("B-", "I-", 1)
        assert so_far == word, "tokens go over a space"
    return tuple(tokens), tuple(labels)


def num_sentences(text: str, spans: Sequence[tuple[int, int]]) -> int:
    """Count the lines with a word; where a line ends in a span, the next one is of it."""
    inside = [(s + _blank(text[s:e]), e - _blank(text[s:e][::-1])) for s, e in spans]
    ends = [match.end() for match in _LINE_END.finditer(text)]
    cuts = [0, *(end for end in ends if not any(s < end < e for s, e in inside)), len(text)]
    return sum(
        bool(text[a:b].replace("\ufeff", "" if a == 0 else "\ufeff").strip()) for a, b in itertools.pairwise(cuts)
    )


def _blank(text: str) -> int:
    return len(text) - len(text.lstrip())
