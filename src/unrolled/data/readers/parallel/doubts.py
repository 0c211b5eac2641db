"""What looks wrong in parallel text that can be read."""

import math
import statistics
from collections import Counter
from collections.abc import Iterator, Sequence

from unrolled.data.pair import Pair
from unrolled.data.readers.doubt import Doubt
from unrolled.data.readers.parallel.shifts import find_shift
from unrolled.data.readers.source import counted

__all__ = ["pair_doubts"]

Pairs = Sequence[Pair[str, str]]

MANY = 0.2
"""The share of pairs from which what is odd is no slip."""
SURE = 6.0
"""So much, in nats, must speak for it that the sides of a pair have changed places."""
FAR = 4.0
"""One side of a sentence of some length is not that many times as long as the usual, beside the other."""


def pair_doubts(pairs: Pairs, lines: Sequence[int]) -> Iterator[Doubt]:
    """Yield what looks wrong with pairs, each with the line that it stands on."""
    if not any(character.isalpha() for pair in pairs for character in pair.x):
        found = f"no text holds a letter, such as {pairs[0].x[:40]!r}"
        yield Doubt("no_letters", "always", found, "Give the texts to translate: --set source=NAME")
        return
    targets = {pair.y for pair in pairs}
    if len(pairs) >= 8 and 4 * len(targets) <= len(pairs):
        found = f"{counted(len(targets), 'translation')} of {len(pairs):,} texts, such as {pairs[0].y[:40]!r}"
        yield Doubt("few_targets", "always", found, "Labels of texts are for the task sentiment")
    same = [i for i, pair in enumerate(pairs) if pair.x == pair.y and any(map(str.isalpha, pair.x))]
    if same:
        grave = len(same) > 1 and len(same) >= MANY * len(pairs)
        found = f"{counted(len(same), 'pair')} of {len(pairs):,} with the same text on both sides"
        way_out = "Give another file or column as the target" if grave else "Check that they are translations"
        yield Doubt("identical_sides", "always" if grave else "never", found, way_out, lines[same[0]])
        if grave:
            return
    yield from _swapped(pairs, lines)
    shift = find_shift([pair.x for pair in pairs], [pair.y for pair in pairs])
    if shift is not None:
        found = f"from here on the lengths fit {shift[1]:.1f} times as well if one side is moved by a line or two"
        yield Doubt("shifted", "in training", found, "Find the line that one side lacks", lines[shift[0]])
    yield from _unequal(pairs, lines)


def _swapped(pairs: Pairs, lines: Sequence[int]) -> Iterator[Doubt]:
    """Doubt pairs whose source is in the words of the targets, and their target in those of the sources."""
    words = [(pair.x.lower().split(), pair.y.lower().split()) for pair in pairs]
    x, y = (Counter(word for both in words for word in both[side]) for side in (0, 1))

    def speaks(text: Sequence[str], this: Counter[str], other: Counter[str]) -> float:
        # Without the text itself, which else would speak for where it stands.
        own = Counter(text)
        return sum(math.log((other[word] + 0.5) / (this[word] - n + 0.5)) for word, n in own.items())

    odd = [i for i, (a, b) in enumerate(words) if min(speaks(a, x, y), speaks(b, y, x)) > SURE]
    if odd:
        grave = len(odd) > 1 and len(odd) >= MANY / 2 * len(pairs)
        found = f"{counted(len(odd), 'pair')} of {len(pairs):,} whose sides seem to have changed places"
        way_out = "Put the source first in each"
        yield Doubt("swapped", "in training" if grave else "never", found, way_out, lines[odd[0]])


def _unequal(pairs: Pairs, lines: Sequence[int]) -> Iterator[Doubt]:
    """Doubt pairs of which one side is far longer than lengths elsewhere say."""
    ratios = [math.log((len(pair.y) + 10) / (len(pair.x) + 10)) for pair in pairs]
    usual = statistics.median(ratios)
    odd = [i for i, ratio in enumerate(ratios) if abs(ratio - usual) > math.log(FAR)]
    if odd:
        found = f"{counted(len(odd), 'pair')} of {len(pairs):,} with one side more than {FAR:g} times as long as usual"
        yield Doubt("unequal_lengths", "never", found, "Check that they are translations", lines[odd[0]])
