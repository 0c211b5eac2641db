"""From texts with marked spans to sentences with labels.

Offsets are taken for what they count, white space at a span's rim is trimmed, the text is split into words, a word at
whose inside a span ends is split there, and the text is cut into sentences, though never inside a span. So the words of
an entity, written together, are the marked text without its white space.
"""

import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise

from unrolled.data.readers.doubt import Doubt
from unrolled.data.readers.sentences.exports.document import Document, Mark
from unrolled.data.readers.sentences.exports.intake import Intake
from unrolled.data.readers.sentences.exports.offset_doubts import offset_doubts
from unrolled.data.readers.sentences.exports.offsets import CHARACTERS, MARK, Counting, counting_of, says
from unrolled.data.readers.sentences.exports.overlaps import without_overlaps
from unrolled.data.readers.sentences.exports.sentences import LONG_LINE, RULE, is_wrapped, pieces, sentence_ends
from unrolled.data.readers.sentences.tagged import Draft, Drafts
from unrolled.data.readers.shown import shown
from unrolled.data.tags import Span, tags_from_spans
from unrolled.data.tokenizer import detect_tokenizer, tokenizer_of

__all__ = ["drafts_of"]

Splitting = Callable[[str], list[str]]
"""Splits a text into tokens that, written together, are the text without its white space."""

_WORD = re.compile(r"\S+")
_LINE_END = re.compile(r"\r\n|[\r\n]")


def drafts_of(documents: Sequence[Document], intake: Intake, tokenizer: str) -> Drafts:
    """Return the sentences of texts with marked spans; what is wrong with a span is noted."""
    found = detect_tokenizer([document.text for document in documents]) if tokenizer == "detect" else tokenizer
    split = tokenizer_of(found)
    unit = intake.settings.offsets
    if unit == "tokens":
        documents = [_by_tokens(document, intake) for document in documents]
    way = counting_of(documents, "characters" if unit == "tokens" else unit)
    doubts: tuple[Doubt, ...] = ()
    if unit == "detect" and way == CHARACTERS:
        doubts = tuple(offset_doubts(documents))
    drafts: list[Draft] = []
    for document in documents:
        drafts += _sentences(document, way, intake, split)
    counts = "token offsets" if unit == "tokens" else "character offsets" if way == CHARACTERS else f"offsets in {way}"
    if found != "words" and intake.taken.get("tokens", "").endswith("split into words"):
        intake.taken["tokens"] = intake.taken["tokens"].removesuffix("words") + found.replace("_", " ")
    taken = {**intake.taken, "labels": f"{intake.taken.get('labels', 'spans')}, {counts}"}
    taken.setdefault("sentences", RULE if all(d.sentences is None for d in documents) else "as the file gives them")
    notes = list(intake.notes())
    if unit == "detect" and way != CHARACTERS:
        notes.insert(
            0, f"{intake.problems.path}: the offsets count {way}: so the spans say what the file says of them."
        )
    return Drafts(drafts, taken, tuple(notes), doubts=doubts, named=intake.named)


def _by_tokens(document: Document, intake: Intake) -> Document:
    """Return a document whose marks count characters, of one whose marks count what stands between blanks."""
    tokens = document.tokens or [match.span() for match in _WORD.finditer(document.text)]
    marks: list[Mark] = []
    for mark in document.marks:
        if 0 <= mark.start < mark.end <= len(tokens):
            marks.append(Mark(mark.type, tokens[mark.start][0], tokens[mark.end - 1][1], mark.text))
        else:
            found = f"The span {mark.start}:{mark.end} ({mark.type}) does not fit {len(tokens)} tokens"
            way_out = "Count tokens from 0, the end exclusive; or leave out --set offsets=tokens"
            intake.note(document.line, document.file)(found, way_out, "spans that do not fit")
    return Document(document.text, marks, document.line, document.file, tokens, document.sentences)


def _sentences(document: Document, way: Counting, intake: Intake, split: Splitting) -> list[Draft]:
    text = document.text
    spans, sound = _spans(document, way, intake)
    wrapped = document.sentences is None and is_wrapped(text)
    if wrapped:
        rest = "with wrapped lines: only blank lines end their sentences"
        intake.count(document.line, "text", rest, file=document.file)
    drafts: list[Draft] = []
    borders = sorted({place for span in spans for place in (span.start, span.end)})
    starts, token_starts = [span.start for span in spans], [token[0] for token in document.tokens or ()]
    at, line = 0, document.line
    for start, end in pieces(text, spans, wrapped=wrapped, given=document.sentences):
        if document.tokens is None:
            words = list(_places(text, start, end, split))
        else:
            words = document.tokens[bisect_left(token_starts, start) : bisect_left(token_starts, end)]
        words = _split_at(words, borders[bisect_left(borders, start) : bisect_left(borders, end)], document, intake)
        words = [word for word in words if not text[word[0] : word[1]].isspace()]
        tags = _tags(words, spans[bisect_left(starts, start) : bisect_left(starts, end)])
        tokens = [text[word[0] : word[1]] for word in words]
        ends = [len(tokens)] if len(tokens) <= LONG_LINE or document.sentences else sentence_ends(tokens, tags)
        for before, after in pairwise([0, *ends]):
            if before == after:
                continue
            if document.file:
                line += len(_LINE_END.findall(text, at, words[before][0]))
                at = words[before][0]
            place = f"{document.file}:{line}" if document.file else ""
            drafts.append(Draft(tokens[before:after], tags[before:after], [line], sound, file=place))
    if not drafts:
        intake.count(document.line, "text", "without a word, left out", file=document.file)
    return drafts


def _spans(document: Document, way: Counting, intake: Intake) -> tuple[list[Span], bool]:
    """Return the spans of a document in characters, trimmed, and whether all of them could be taken."""
    note = intake.note(document.line, document.file)
    text, sound = document.text, True
    found: list[Span] = []
    for mark, place in zip(document.marks, way.places(text, document.marks), strict=True):
        name = f"{mark.start}:{mark.end} ({mark.type})"
        if place is None or not place[0] < place[1]:
            wrong = "is empty" if mark.start == mark.end else "does not fit the text"
            way_out = "Give offsets within the text, the end exclusive"
            note(
                f"The span {name} {wrong}, which has {len(text):,} characters", way_out, "spans that do not fit a text"
            )
            sound = False
            continue
        start, end = place
        start, end = start + _blank(text[start:end]), end - _blank(text[start:end][::-1])
        if start >= end:
            note(f"The span {name} holds only white space", "Remove it, or mark a word", "spans without a word")
            sound = False
            continue
        if not says(text, place, mark):
            note(
                f"The span {name} holds {shown(text[place[0] : place[1]])}, but the file says {shown(mark.text)}",
                "Export the file again, or correct the offsets; where they count something else than characters, say "
                "so: --set offsets=utf16 or --set offsets=bytes",
                "spans whose text differs",
            )
            sound = False
        if (start, end) != place:
            intake.count(document.line, "span", "with white space at the rim, which was trimmed", file=document.file)
        found.append(Span(mark.type, start, end))

    def called(span: Span) -> str:
        return f"{shown(text[span.start : span.end])} ({span.type})"

    kept, apart = without_overlaps(
        found,
        intake.settings.nested,
        note,
        called,
        lambda noun, rest: intake.count(document.line, noun, rest, file=document.file),
    )
    return (kept if apart else []), sound and apart


def _blank(text: str) -> int:
    return next((i for i, character in enumerate(text) if not (character.isspace() or character == MARK)), len(text))


def _places(text: str, start: int, end: int, split: Splitting) -> Iterable[tuple[int, int]]:
    """Yield where the tokens of a part of a text stand."""
    at = start
    part = text[start:end].replace(MARK, " ") if text.startswith(MARK) and start == 0 else text[start:end]
    for token in split(part):
        at = text.index(token, at, end)
        yield at, at + len(token)
        at += len(token)


def _split_at(
    words: Iterable[tuple[int, int]], borders: Sequence[int], document: Document, intake: Intake
) -> list[tuple[int, int]]:
    """Split the words at whose inside a span begins or ends."""
    parts: list[tuple[int, int]] = []
    k = 0
    for start, end in words:
        while k < len(borders) and borders[k] <= start:
            k += 1
        inside: list[int] = []
        while k < len(borders) and borders[k] < end:
            inside.append(borders[k])
            k += 1
        if inside:
            rest = "split where a span begins or ends in it"
            intake.count(document.line, "word", rest, file=document.file, example=document.text[start:end])
        parts += zip([start, *inside], [*inside, end], strict=True)
    return parts


def _tags(words: Sequence[tuple[int, int]], spans: Sequence[Span]) -> list[str]:
    """Return the label of each word; a span begins and ends where a word does."""
    found: list[Span] = []
    first = 0
    for span in spans:
        while first < len(words) and words[first][0] < span.start:
            first += 1
        last = first
        while last < len(words) and words[last][0] < span.end:
            last += 1
        if last > first:
            found.append(Span(span.type, first, last))
        first = last
    return tags_from_spans(found, len(words))
