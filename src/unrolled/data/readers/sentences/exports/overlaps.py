"""Of spans that overlap, those that stay: a word has one label."""

from collections.abc import Callable, Sequence

from unrolled.data.readers.sentences.values import Note
from unrolled.data.tags import Span

__all__ = ["without_overlaps"]

NESTED = "--set nested=outermost or --set nested=innermost keeps the longer or the shorter of two spans that lie in one"


def without_overlaps(
    spans: Sequence[Span], nested: str, note: Note, says: Callable[[Span], str], count: Callable[[str, str], None]
) -> tuple[list[Span], bool]:
    """Return spans of which none overlaps another, by their place, and whether there was nothing wrong with them.

    Args:
        spans: in any order; of two that are the same one is left out.
        nested: "outermost" or "innermost", which of two spans of which one lies in the other stays; "error" for none.
        note: where to note two that overlap.
        says: names a span in messages.
        count: takes a noun and the rest of a sentence of what is left out.
    """
    kept = list(dict.fromkeys(sorted(spans, key=lambda span: (span.start, -span.end))))
    for _ in range(len(spans) - len(kept)):
        count("span", "marked twice, as the same type: read once")
    if nested != "error":
        inside = _nested(kept, innermost=nested == "innermost")
        for _ in inside:
            count("span", f"left out, as another lies {'in it' if nested == 'innermost' else 'around it'}")
        kept = [span for i, span in enumerate(kept) if i not in inside]
    sound = True
    last: Span | None = None
    for span in kept:
        if last is not None and span.start < last.end:
            lies = span.end <= last.end
            way_out = f"Keep one of the two: a word has one label{'; ' + NESTED if lies and nested == 'error' else ''}"
            note(f"The span {says(span)} overlaps {says(last)}", way_out, "spans that overlap")
            sound = False
        if last is None or span.end > last.end:
            last = span
    return kept, sound


def _nested(spans: Sequence[Span], *, innermost: bool) -> set[int]:
    """Return the positions of the spans, sorted by start and length, that are left out."""
    left_out: set[int] = set()
    around: list[int] = []  # spans that may still hold a later one
    for i, span in enumerate(spans):
        around = [k for k in around if spans[k].end > span.start]
        holders = [
            k for k in around if spans[k].end >= span.end and (spans[k].start, spans[k].end) != (span.start, span.end)
        ]
        if innermost:
            left_out.update(holders)
        elif holders:
            left_out.add(i)
        around.append(i)
    return left_out
