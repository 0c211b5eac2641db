"""Spans beside tokens, without a text: they count tokens."""

from collections.abc import Sequence

from unrolled.data.readers.doubt import Doubt
from unrolled.data.readers.sentences.exports.document import Document, Mark
from unrolled.data.readers.sentences.exports.intake import Intake
from unrolled.data.readers.sentences.exports.offset_doubts import fits_as_characters
from unrolled.data.readers.sentences.exports.overlaps import without_overlaps
from unrolled.data.readers.sentences.tagged import Draft
from unrolled.data.readers.sentences.values import draft_of_line
from unrolled.data.readers.shown import shown
from unrolled.data.readers.source import counted
from unrolled.data.tags import Span, tags_from_spans

__all__ = ["TokenSpans"]

Tokens = Sequence[str | None]


class TokenSpans:
    """The sentences of a file whose spans stand beside tokens."""

    def __init__(self, intake: Intake) -> None:
        self._intake = intake
        self._found: list[tuple[int, Tokens | None, Sequence[Mark] | None]] = []

    def __bool__(self) -> bool:
        return bool(self._found)

    def add(self, line: int, tokens: Tokens | None, marks: Sequence[Mark] | None) -> None:
        """Take one sentence; None is what has been noted."""
        self._found.append((line, tokens, marks))

    def drafts(self, documents: list[Document]) -> list[Draft]:
        """Return the sentences; where offsets count characters, what they are in goes to `documents` instead."""
        by_tokens = self._intake.settings.offsets in {"detect", "tokens"}
        drafts: list[Draft] = []
        for line, tokens, marks in self._found:
            if not by_tokens and tokens is not None and marks is not None and all(tokens):
                documents.append(_joined(line, [token or "" for token in tokens], marks))
            else:
                drafts.append(self._draft(line, tokens, marks))
        return drafts

    def doubts(self) -> tuple[Doubt, ...]:
        """Return a doubt where all the spans fit better as characters, with a blank between each two tokens."""
        sound = [([t or "" for t in tokens or ()], marks or ()) for _, tokens, marks in self._found]
        if self._intake.settings.offsets != "detect" or not fits_as_characters(sound, sure=True):
            return ()
        number = sum(len(marks) for _, marks in sound)
        found = f"all of the {counted(number, 'span')} begin and end with a word also if they count characters"
        way_out = "Give --set offsets=characters, or offsets=tokens"
        return (Doubt("offsets", "always", found, way_out, self._found[0][0]),)

    def _draft(self, line: int, tokens: Tokens | None, marks: Sequence[Mark] | None) -> Draft:
        note, length = self._intake.note(line), len(tokens or ())
        labels: list[str | None] | None = None
        if tokens is not None and marks is not None:
            spans = [Span(mark.type, mark.start, mark.end) for mark in marks]
            outside = [span for span in spans if not 0 <= span.start < span.end <= length]
            for span in outside:
                others = [([token or "" for token in tokens], marks)]
                way_out = "Count tokens, not characters, from 0; the end is exclusive"
                if fits_as_characters(others, sure=False):
                    way_out += ". If they count characters: --set offsets=characters"
                found = f"The span {span.start}:{span.end} ({span.type}) does not fit {length} tokens"
                note(found, way_out, "spans that do not fit")

            def says(span: Span) -> str:
                return (
                    f"{span.start}:{span.end} {shown(' '.join(map(str, tokens[span.start : span.end])))} ({span.type})"
                )

            inside = [span for span in spans if span not in outside]
            kept, apart = without_overlaps(
                inside,
                self._intake.settings.nested,
                note,
                says,
                lambda noun, rest: self._intake.count(line, noun, rest),
            )
            if apart and not outside:
                labels = list(tags_from_spans(kept, length))
        return draft_of_line(line, tokens, labels, note)


def _joined(line: int, tokens: Sequence[str], marks: Sequence[Mark]) -> Document:
    places: list[tuple[int, int]] = []
    at = 0
    for token in tokens:
        places.append((at, at + len(token)))
        at += len(token) + 1
    text = " ".join(tokens)
    return Document(text, marks, line, tokens=places, sentences=[(0, len(text))])
