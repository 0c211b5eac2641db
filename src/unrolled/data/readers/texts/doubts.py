"""What looks wrong in labelled texts that can be read, by their figures."""

from collections.abc import Callable, Iterator, Sequence

from unrolled.data.pair import Pair
from unrolled.data.readers.doubt import Doubt
from unrolled.data.readers.source import counted

__all__ = ["Place", "text_doubts"]

Pairs = Sequence[Pair[tuple[str, ...], str]]
Place = Callable[[int], tuple[int | None, str]]
"""Line and file of example i, "" for the file that is read."""

FEW = 3
"""Two texts of one word each may well be; of three and more, the column of the texts is another or has no spaces."""
LONG = 20_000
"""The longest review of the IMDb corpus has some 2,500 words; a recurrent network reads each in turn."""
UNEQUAL = 0.2
"""The share of texts with other labels elsewhere from which they are no slips: a row for each of several labels."""
SOME_UNEQUAL = 0.01
"""The share from which that is told; `check` lists all."""


def text_doubts(pairs: Pairs, at: Place, text: str, other: str) -> Iterator[Doubt]:
    """Yield what looks wrong with the texts; `text` was taken for them, and `other` is what to do if they are not."""
    if not any(character.isalpha() for pair in pairs for word in pair.x for character in word):
        found = f"no text of {text} holds a letter, such as {' '.join(pairs[0].x)[:40]!r}"
        yield Doubt("no_texts", "always", found, other)
        return
    longest = max(range(len(pairs)), key=lambda i: len(pairs[i].x))
    length, total = len(pairs[longest].x), sum(len(pair.x) for pair in pairs)
    if length == 1 and len(pairs) >= FEW:
        found = f"each of the {len(pairs):,} texts is one word, such as {pairs[0].x[0][:40]!r}"
        yield Doubt("one_word_texts", "always", found, other)
    if length >= LONG:
        grave = len(pairs) > 1 and 2 * length > total
        found = f"a text of {length:,} words"
        way_out = "Check that it is one text: an open quotation mark makes one of many rows"
        yield Doubt("long_text", "always" if grave else "never", found, way_out, *at(longest))
    yield from _unequal(pairs, at)


def _unequal(pairs: Pairs, at: Place) -> Iterator[Doubt]:
    first: dict[tuple[str, ...], str] = {}
    again = [i for i, pair in enumerate(pairs) if first.setdefault(pair.x, pair.y) != pair.y]
    share = len(again) / len(pairs)
    if not again or share < SOME_UNEQUAL:
        return
    grave = share >= UNEQUAL and len(again) > 1
    found = f"{counted(len(again), 'text')} of {len(pairs):,} with another label than the same text before"
    way_out = "Give each text one label" if grave else "Decide which label is right"
    yield Doubt("unequal_labels", "in training" if grave else "never", found, way_out, *at(again[0]))
