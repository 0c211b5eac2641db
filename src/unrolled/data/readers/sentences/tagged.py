"""The last step of all readers of labelled sentences: names, scheme, conversion to IOB2, doubts."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from unrolled.data.pair import Pair
from unrolled.data.readers.doubt import Doubt
from unrolled.data.readers.reading import Reading, verdict
from unrolled.data.readers.sentences.doubts import tagged_doubts
from unrolled.data.readers.sentences.settings import TaggedSettings
from unrolled.data.readers.shown import shown
from unrolled.data.readers.source import Problems, counted
from unrolled.data.tags import STRAY, Fault, Scheme, detect_scheme, faults, to_iob2

__all__ = ["Draft", "Drafts", "TaggedPair", "TaggedReading", "finish"]

Labels: TypeAlias = tuple[str, ...]
TaggedPair: TypeAlias = Pair[Labels, Labels]
"""A sentence and its labels in IOB2, one label a word."""
TaggedReading: TypeAlias = Reading[Labels, Labels]

_NUMBER = re.compile(r"-?\d+", re.ASCII)

RARE = 0.005
"""The share of entities up to which stray labels are slips of the pen: of the thousands of a large file a few."""


@dataclass(slots=True)
class Draft:
    """A sentence as the file spells it; `lines` has one number for each token, or one for all of them.

    `sound` is whether nothing has been found wrong with it so far; what is not sound still has its labels checked.
    `gaps` are the positions of labels that cannot be read; `tags` has "" there, next to which any label may stand.
    `file` is where it stands, with the line, where that is not in the file that is read but beside it.
    """

    tokens: list[str]
    tags: list[str]
    lines: list[int]
    sound: bool = True
    gaps: set[int] = field(default_factory=set[int])
    file: str = ""

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


@dataclass(frozen=True)
class Drafts:
    """The sentences of a file, and how it was understood.

    Attributes:
        sentences: as the file spells them.
        taken: what was taken for what: {"tokens": "column 0", "labels": "column 1", "sentences": "blank lines"}.
        notes: what a reader of the figures should know.
        names: of labels that are numbers, where the file itself says them.
        doubts: what the reader itself finds odd; each goes before one of the same name that the figures give.
        named: whether the reader has used `label_names`.
    """

    sentences: Sequence[Draft]
    taken: Mapping[str, str] = field(default_factory=dict[str, str])
    notes: tuple[str, ...] = ()
    names: tuple[str, ...] | None = None
    doubts: tuple[Doubt, ...] = ()
    named: bool = False


def finish(drafts: Drafts, problems: Problems, settings: TaggedSettings) -> TaggedReading:
    """Name the labels, detect the scheme unless it is given, convert to IOB2, leave out what is wrong, and doubt."""
    notes = list(drafts.notes)
    _name(drafts, problems, settings)
    _mend_outside(drafts.sentences, problems, settings, notes)
    scheme = settings.known_scheme() or detect_scheme(draft.tags for draft in drafts.sentences)
    wrong = [_faults(draft, scheme) for draft in drafts.sentences]
    if scheme == "IOB2":
        _mend_strays(drafts.sentences, wrong, problems, settings, notes)
    pairs: list[TaggedPair] = []
    lines: list[int] = []
    files: list[str] = []
    for draft, found in zip(drafts.sentences, wrong, strict=True):
        for fault in found:
            problems.add(draft.line(fault.position), fault.found, fault.way_out, fault.kind)
        if _tokens_are_sound(draft, problems) and draft.sound and not found:
            y = draft.tags if scheme == "IOB2" else to_iob2(draft.tags, scheme)
            pairs.append(Pair(tuple(draft.tokens), tuple(y)))
            lines.append(draft.lines[0])
            files.append(draft.file)
    if scheme != "IOB2":
        how = "bare types" if scheme == "bare" else f"in {scheme}"
        notes.append(f"The labels of {problems.path} are {how}; they were converted to IOB2.")
    taken = {**drafts.taken, "labels": f"{drafts.taken['labels']}, {scheme}"} if "labels" in drafts.taken else {}
    own = {doubt.name for doubt in drafts.doubts}
    by_figures = [doubt for doubt in tagged_doubts(pairs, lines, settings, taken) if doubt.name not in own]
    reading = Reading(
        problems.path,
        pairs,
        lines,
        taken=taken,
        facts={"scheme": scheme},
        notes=tuple(notes),
        doubts=tuple(doubt for doubt in (*drafts.doubts, *by_figures) if doubt.name not in settings.accepted()),
        files=tuple(files) if any(files) else (),
    )
    return verdict(reading, problems)


def _name(drafts: Drafts, problems: Problems, settings: TaggedSettings) -> None:
    """Put names in the place of labels that are numbers."""
    names = settings.names_of_labels() or drafts.names
    if names is None:
        return
    named = False
    for draft in drafts.sentences:
        for position, tag in enumerate(draft.tags):
            if _NUMBER.fullmatch(tag) is None:
                continue
            named = True
            number = int(tag) if len(tag) < 10 else -1
            if 0 <= number < len(names):
                draft.tags[position] = names[number]
                continue
            problems.add(
                draft.line(position),
                f"label {position + 1} of the sentence is {shown(tag)[1:-1]}, and there are {len(names)} label_names",
                "Give the name of each number in order: --set label_names=O,B-PER,I-PER",
                "numbers without a name",
            )
            draft.gaps.add(position)
            draft.tags[position], draft.sound = "", False
    read = any(draft.tags and not draft.gaps for draft in drafts.sentences)
    if settings.label_names is not None and read and not (named or drafts.named):
        raise settings.without_effect_on(problems.path, "label_names", "none of its labels is a number")


def _mend_outside(drafts: Sequence[Draft], problems: Problems, settings: TaggedSettings, notes: list[str]) -> None:
    """Read the digit 0 and a small o as O, where the other labels have prefixes."""
    found = {wrong: [(d, i) for d in drafts for i, tag in enumerate(d.tags) if tag == wrong] for wrong in ("0", "o")}
    if not any(found.values()) or settings.scheme == "bare":
        return
    others = {tag for draft in drafts for tag in draft.tags if tag not in {"0", "o", "O", ""}}
    if not others or not all(tag[:2] in {f"{p}-" for p in "BIESLUM"} for tag in others):
        return
    for wrong, places in found.items():
        if not places:
            continue
        line = places[0][0].line(places[0][1])
        name = "the digit 0" if wrong == "0" else "a small o"
        message = f"{name} stands {counted(len(places), 'time')} where O, the capital letter, is meant"
        if settings.strict:
            problems.add(line, message, "Write O (the capital letter) outside entities")
            continue
        notes.append(f"{problems.path}:{line}: {message}; it is read as O.")
        for draft, position in places:
            draft.tags[position] = "O"


def _faults(draft: Draft, scheme: Scheme) -> list[Fault]:
    return [fault for fault in faults(draft.tags, scheme) if fault.position not in draft.gaps]


def _mend_strays(
    drafts: Sequence[Draft], wrong: list[list[Fault]], problems: Problems, settings: TaggedSettings, notes: list[str]
) -> None:
    """Read a few I- that continue nothing as conlleval does: each begins an entity.

    A few are those of a cut between sentences (an entity that goes on is open before it), and what is rare.
    """
    found = [(i, fault) for i, of_draft in enumerate(wrong) for fault in of_draft if fault.kind == STRAY]
    if not found or settings.strict:
        return
    cut = sum(fault.position == 0 and i > 0 and _goes_on(drafts[i - 1], drafts[i]) for i, fault in found)
    num_entities = sum(tag[:1] == "B" for draft in drafts for tag in draft.tags)
    if cut < len(found) and len(found) > RARE * num_entities:
        return
    for i, fault in found:
        drafts[i].tags[fault.position] = "B" + drafts[i].tags[fault.position][1:]
        wrong[i].remove(fault)
    i, fault = found[0]
    reason = "an entity goes on from one sentence to the next" if cut == len(found) else "rare"
    notes.append(
        f"{problems.path}:{drafts[i].line(fault.position)}: {counted(len(found), 'label')} I- that "
        f"{'continues' if len(found) == 1 else 'continue'} nothing ({reason}): read as the beginning of an entity, as "
        "conlleval does (--set strict=true makes it an error)."
    )


def _goes_on(before: Draft, after: Draft) -> bool:
    """Return whether an entity is open at the end of a sentence, of the type that the next begins with."""
    return bool(before.tags) and before.tags[-1][:2] in {"B-", "I-"} and before.tags[-1][2:] == after.tags[0][2:]


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
