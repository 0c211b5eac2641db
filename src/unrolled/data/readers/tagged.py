"""The last step of all readers of labelled sentences: the scheme, the conversion to IOB2, the verdict."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from unrolled.data.pair import Pair
from unrolled.data.readers.reading import Reading, verdict
from unrolled.data.readers.source import Problems
from unrolled.data.tags import Scheme, detect_scheme, faults, to_iob2

__all__ = ["Draft", "TaggedPair", "TaggedReading", "finish"]

Labels: TypeAlias = tuple[str, ...]
TaggedPair: TypeAlias = Pair[Labels, Labels]
"""A sentence and its labels in IOB2, one label a word."""
TaggedReading: TypeAlias = Reading[Labels, Labels]


@dataclass(slots=True)
class Draft:
    """A sentence as the file spells it; `lines` has one number for each token, or one for all of them.

    `sound` is whether nothing has been found wrong with it so far; what is not sound still has its labels checked.
    `gaps` are the positions of labels that cannot be read; `tags` has "" there, next to which any label may stand.
    """

    tokens: list[str]
    tags: list[str]
    lines: list[int]
    sound: bool = True
    gaps: set[int] = field(default_factory=set[int])

    def add_gap(self, line: int) -> None:
        """Take the place of a line that cannot be read."""
        self.gaps.add(len(self.tags))
        self.tokens.append("?")  # an empty one would be a problem of its own
        self.tags.append("")
        self.lines.append(line)
        self.sound = False

    def line(self, position: int) -> int:
        """Return the line on which a token stands."""
        return self.lines[position if len(self.lines) > 1 else 0]


def finish(drafts: Sequence[Draft], problems: Problems, *, scheme: Scheme | None, strict: bool) -> TaggedReading:
    """Detect the scheme unless it is given, convert to IOB2, and drop (or, if strict, raise) what is wrong."""
    scheme = scheme or detect_scheme(draft.tags for draft in drafts)
    pairs: list[TaggedPair] = []
    lines: list[int] = []
    for draft in drafts:
        wrong = [fault for fault in faults(draft.tags, scheme) if fault.position not in draft.gaps]
        for fault in wrong:
            problems.add(draft.line(fault.position), fault.found, fault.way_out)
        if _tokens_are_sound(draft, problems) and draft.sound and not wrong:
            pairs.append(Pair(tuple(draft.tokens), tuple(to_iob2(draft.tags, scheme))))
            lines.append(draft.lines[0])
    notes = (
        () if scheme == "IOB2" else (f"The labels of {problems.path} are in {scheme}; they were converted to IOB2.",)
    )
    return verdict(Reading(problems.path, pairs, lines, [], {"scheme": scheme}, notes), problems, strict=strict)


def _tokens_are_sound(draft: Draft, problems: Problems) -> bool:
    sound = True
    for position, token in enumerate(draft.tokens):
        if not token:
            problems.add(
                draft.line(position), "an empty token", "Remove it with its label, or write what belongs there"
            )
            sound = False
        elif not token.isascii() and any("\ud800" <= character <= "\udfff" for character in token):
            problems.add(
                draft.line(position),
                f"half of a surrogate pair in the token {token!r}",
                "Write the character itself in UTF-8, or both halves of its escape",
            )
            sound = False
    return sound
