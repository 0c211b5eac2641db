"""Labels of entities: the schemes in which files spell them, and the spans that they mean.

    scheme   three tokens of PER, then one of PER, then outside
    IOB2     B-PER I-PER I-PER B-PER O      B- begins every entity
    IOB1     I-PER I-PER I-PER B-PER O      B- only where an entity touches an earlier one of its type
    BIOES    B-PER I-PER E-PER S-PER O      E- ends, S- is alone; BILOU (L-, U-) and BMES (M-) are spellings of it
    IOE2     I-PER I-PER E-PER E-PER O      E- ends every entity
    bare     PER   PER   PER   PER   O      neighbours of one type are one entity: what touches is joined

IOB2 is the only scheme beyond the readers. A prefix without a type (`B I O`) is an entity of type `""`. In the bare
scheme `0` is outside, too.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, TypeAlias, get_args

from unrolled.errors import DataError, SettingsError

__all__ = [
    "SCHEMES",
    "STRAY",
    "Fault",
    "Scheme",
    "Span",
    "detect_scheme",
    "faults",
    "iob2_pattern",
    "is_valid_iob2",
    "spans",
    "strict_spans",
    "tags_from_spans",
    "to_iob2",
]

Scheme: TypeAlias = Literal["IOB2", "IOB1", "BIOES", "IOE2", "bare"]
SCHEMES: tuple[Scheme, ...] = get_args(Scheme)

STRAY = "labels I- that continue nothing"
"""The kind of fault of which a few, in a large file, have only one meaning: conlleval's."""

_PREFIXES = frozenset("BIESLUM")
_BIOES = {"B": "B", "I": "I", "M": "I", "E": "E", "L": "E", "S": "S", "U": "S", "O": "O"}
_PREFIX_FIRST = re.compile(r"([BIESLUMbieslum])[-_/.:|+]+(.+)")
_PREFIX_ALONE = re.compile("[BIESLUM]-")
_PREFIX_LAST = re.compile(r"(.+)[-_/.:|+]([BIESLUM])")
_WANTED = {
    "IOB2": "O, B-TYPE, I-TYPE",
    "IOB1": "O, I-TYPE, B-TYPE",
    "BIOES": "O, B-TYPE, I-TYPE, E-TYPE, S-TYPE",
    "IOE2": "O, I-TYPE, E-TYPE",
    "bare": "O or a type alone",
}
_BARE_OUTSIDE = frozenset({"O", "0"})


@dataclass(frozen=True, slots=True)
class Span:
    """An entity: its type and its tokens `start:end`, end exclusive."""

    type: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with the label of token `position` of a sentence."""

    position: int
    found: str
    way_out: str
    kind: str = ""
    """What faults of its like are called: they are told once."""


def detect_scheme(tag_sequences: Iterable[Sequence[str]]) -> Scheme:
    """Return the scheme that the fewest labels contradict; where several fit, the first of SCHEMES.

    >>> detect_scheme([["I-PER", "I-PER", "O"], ["O", "I-LOC", "B-LOC"]])
    'IOB1'
    """
    costs = dict.fromkeys(SCHEMES, 0)
    for tags in tag_sequences:
        for scheme in SCHEMES:
            costs[scheme] += len(_contradictions(tags, scheme))
        costs["IOB1"] += _num_needless_b(tags)
    return min(SCHEMES, key=costs.__getitem__)


def faults(tags: Sequence[str], scheme: Scheme) -> list[Fault]:
    """Return everything in which the labels of one sentence contradict the scheme.

    IOB1 takes a `B-` anywhere: it can only mean one thing.
    """
    if scheme not in SCHEMES:
        raise SettingsError(f"There is no label scheme {scheme!r}; choose one of {', '.join(SCHEMES)}.")
    return [_explain(tags, position, scheme) for position in _contradictions(tags, scheme)]


def to_iob2(tags: Sequence[str], scheme: Scheme) -> list[str]:
    """Return the labels of one sentence in IOB2; a label that contradicts the scheme raises DataError.

    >>> to_iob2(["U-LOC", "B-PER", "L-PER", "O"], "BIOES")
    ['B-LOC', 'B-PER', 'I-PER', 'O']
    """
    for fault in faults(tags, scheme):
        raise DataError(f"Token {fault.position + 1}: {fault.found}. {fault.way_out}.")
    converted: list[str] = []
    previous = ("", "")
    for tag in tags:
        prefix, kind = _bare(tag) if scheme == "bare" else _parse(tag)
        role = _BIOES[prefix]
        continues = role in {"I", "E"} and previous == ("open", kind)
        converted.append("O" if role == "O" else _join("I" if continues else "B", kind))
        ends = role in {"O", "S"} or (role == "E" and scheme == "IOE2")
        previous = ("", "") if ends else ("open", kind)
    return converted


def spans(tags: Sequence[str]) -> list[Span]:
    """Return the entities of IOB2 labels by conlleval's rule: an `I-` that continues nothing begins an entity.

    Rule: Tjong Kim Sang and Buchholz 2000, script conlleval. A label that is not O, B- or I- raises DataError.

    >>> spans(["I-PER", "I-PER", "I-LOC"])
    [Span(type='PER', start=0, end=2), Span(type='LOC', start=2, end=3)]
    """
    return _spans(tags, stray_begins=True)


def strict_spans(tags: Sequence[str]) -> list[Span]:
    """Return the entities of IOB2 labels by the strict rule: `B-`, then every `I-` of its type; a stray `I-` is none.

    >>> strict_spans(["I-PER", "B-PER", "I-PER", "I-LOC"])
    [Span(type='PER', start=1, end=3)]
    """
    return _spans(tags, stray_begins=False)


def tags_from_spans(spans: Iterable[Span], length: int) -> list[str]:
    """Return the IOB2 labels of `length` tokens; a span that is empty, outside or overlaps raises DataError.

    >>> tags_from_spans([Span("LOC", 1, 3)], 4)
    ['O', 'B-LOC', 'I-LOC', 'O']
    """
    tags = ["O"] * length
    for span in spans:
        if not 0 <= span.start < span.end <= length:
            raise DataError(
                f"The span {span.start}:{span.end} ({span.type}) does not fit {length} tokens. "
                "Count tokens from 0; the end is exclusive."
            )
        if any(tag != "O" for tag in tags[span.start : span.end]):
            raise DataError(
                f"The span {span.start}:{span.end} ({span.type}) overlaps another one. Keep one of the two: "
                "a token has one label."
            )
        tags[span.start] = _join("B", span.type)
        tags[span.start + 1 : span.end] = [_join("I", span.type)] * (span.end - span.start - 1)
    return tags


def iob2_pattern(label: str) -> bool:
    """Return whether a label, by itself, could be one of IOB2: O, or B or I with a type or without.

    >>> iob2_pattern("B-PER"), iob2_pattern("I"), iob2_pattern("S-PER")
    (True, True, False)
    """
    return re.fullmatch("O|[BI](-.+)?", label, re.DOTALL) is not None


def is_valid_iob2(tags: Sequence[str]) -> bool:
    """Return whether every label is O, B- or I-, and every `I-` continues an entity of its type."""
    return not _contradictions(tags, "IOB2")


def _spans(tags: Sequence[str], *, stray_begins: bool) -> list[Span]:
    found: list[Span] = []
    if tags.count("O") == len(tags):  # as most sentences of most corpora, and of every dev set each epoch
        return found
    start, kind = -1, ""
    for position, tag in enumerate(tags):
        if tag == "O" and start < 0:
            continue
        prefix, its_kind = _parse(tag)
        if prefix not in {"B", "I", "O"}:
            raise DataError(f"Token {position + 1} has the label {tag!r}, which is not IOB2. Convert with to_iob2.")
        if prefix == "I" and start >= 0 and its_kind == kind:
            continue
        if start >= 0:
            found.append(Span(kind, start, position))
        begins = prefix == "B" or (prefix == "I" and stray_begins)
        start, kind = (position, its_kind) if begins else (-1, "")
    if start >= 0:
        found.append(Span(kind, start, len(tags)))
    return found


@lru_cache(maxsize=4096)
def _parse(tag: str) -> tuple[str, str]:
    """Split `B-PER` into ("B", "PER"); what is no such label has the prefix ""."""
    if tag == "O":
        return "O", ""
    if tag[:1] in _PREFIXES and (len(tag) == 1 or (tag[1] == "-" and len(tag) > 2)):
        return tag[0], tag[2:]
    return "", tag


def _bare(tag: str) -> tuple[str, str]:
    return ("O", "") if tag in _BARE_OUTSIDE else ("I", tag)


@lru_cache(maxsize=4096)
def _join(prefix: str, kind: str) -> str:
    return f"{prefix}-{kind}" if kind else prefix


@lru_cache(maxsize=4096)
def _is_bare(tag: str) -> bool:
    patterns = (_PREFIX_ALONE, _PREFIX_FIRST, _PREFIX_LAST)
    return bool(tag) and tag != "o" and not any(pattern.fullmatch(tag) for pattern in patterns)


def _contradictions(tags: Sequence[str], scheme: Scheme) -> list[int]:
    if scheme == "bare":
        return [position for position, tag in enumerate(tags) if not _is_bare(tag)]
    if scheme == "IOE2":
        return _ioe_contradictions(tags)
    return _bioes_contradictions(tags) if scheme == "BIOES" else _iob_contradictions(tags, scheme)


def _iob_contradictions(tags: Sequence[str], scheme: Scheme) -> list[int]:
    positions: list[int] = []
    previous = ("O", "")
    for position, tag in enumerate(tags):
        prefix, kind = _parse(tag)
        # After a label that nobody can read, an I- may well continue what was meant.
        stray = prefix == "I" and scheme == "IOB2" and previous[0] and (previous[0] == "O" or previous[1] != kind)
        if stray or prefix not in {"O", "B", "I"}:
            positions.append(position)
        previous = (prefix, kind)
    return positions


def _bioes_contradictions(tags: Sequence[str]) -> list[int]:
    positions: set[int] = set()
    opened: str | None = None  # the type of the entity that waits for its end
    legible = True
    for position, tag in enumerate(tags):
        prefix, kind = _parse(tag)
        role = _BIOES.get(prefix, "")
        continues = role in {"I", "E"}
        if role and opened is not None and not (continues and kind == opened):
            positions.add(position - 1)
        if not role or (continues and legible and kind != opened):
            positions.add(position)
        opened = kind if role in {"B", "I"} else None
        legible = bool(role)
    if opened is not None:
        positions.add(len(tags) - 1)
    return sorted(positions)


def _ioe_contradictions(tags: Sequence[str]) -> list[int]:
    positions: set[int] = set()
    opened: str | None = None
    for position, tag in enumerate(tags):
        prefix, kind = _parse(tag)
        if prefix not in {"O", "I", "E"}:
            positions.add(position)
        if prefix and opened is not None and (prefix not in {"I", "E"} or kind != opened):
            positions.add(position - 1)
        opened = kind if prefix == "I" else None
    if opened is not None:
        positions.add(len(tags) - 1)
    return sorted(positions)


def _num_needless_b(tags: Sequence[str]) -> int:
    """Count the `B-` that a file in IOB1 would spell `I-`."""
    count = 0
    previous = ("O", "")
    for tag in tags:
        prefix, kind = _parse(tag)
        count += prefix == "B" and (previous[0] not in {"B", "I"} or previous[1] != kind)
        previous = (prefix, kind)
    return count


def _explain(tags: Sequence[str], position: int, scheme: Scheme) -> Fault:
    tag = tags[position]
    prefix, kind = _parse(tag)
    role = _BIOES.get(prefix, "")
    allowed = {"BIOES": _BIOES.keys(), "IOE2": {"O", "I", "E"}}.get(scheme, {"O", "B", "I"})
    if scheme == "bare" or prefix not in allowed:
        found = f"the label {tag!r}, where {scheme} labels are {_WANTED[scheme]}"
        return Fault(position, found, _spelling(tag, scheme), f"labels that are not {scheme}")
    before = "the start of the sentence" if position == 0 else tags[position - 1]
    if scheme == "IOB2":
        way_out = f"Write {_join('B', kind)} if an entity begins here; if I- may begin one, give --set scheme=IOB1"
        found = f"{tag} follows {before}, so it continues nothing in a file that is otherwise IOB2"
        return Fault(position, found, way_out, STRAY)
    begun = (
        position > 0
        and _parse(tags[position - 1])[1] == kind
        and _BIOES.get(_parse(tags[position - 1])[0]) in {"B", "I"}
    )
    if scheme == "BIOES" and role in {"I", "E"} and not begun:
        alone = "U" if prefix == "L" else "S"
        way_out = f"Write {_join('B', kind)} where the entity begins, or {_join(alone, kind)} if it is one token"
        found = f"{tag} follows {before}, so it belongs to nothing that was begun"
        return Fault(position, found, way_out, "labels that go on with nothing")
    after = "the sentence ends" if position + 1 == len(tags) else f"{tags[position + 1]} follows"
    end = "S" if role == "B" else "E"
    way_out = f"Write {_join(end, kind)} if the entity ends here" + (" (in BILOU, U- or L-)" * (scheme == "BIOES"))
    found = f"{tag} leaves its entity without an end: {after}"
    return Fault(position, found, way_out, "entities without an end")


def _spelling(tag: str, scheme: Scheme) -> str:  # noqa: PLR0911  (one guess a line)
    """Guess what was meant."""
    prefix, kind = _parse(tag)
    first, last = _PREFIX_FIRST.fullmatch(tag), _PREFIX_LAST.fullmatch(tag)
    if tag in {"", "o", "0"}:
        return "Write O (the capital letter) outside entities"
    if tag in {"-", "_", "?", "*"}:
        return "Write O outside entities; a word whose label is not known cannot be trained on"
    if _PREFIX_ALONE.fullmatch(tag):
        return f"Write {tag}TYPE, or {tag[0]} alone where entities have no type"
    if scheme == "bare" and prefix:
        return f"Write {kind} as the other labels do, or give every label its B- or I-"
    if prefix:
        return f"Write {_join('B' if _BIOES[prefix] in {'B', 'S'} else 'I', kind)}, or every label in BIOES"
    if first:
        return f"Write {first[1].upper()}-{first[2]}: the prefix in upper case, a hyphen, the type"
    if last:
        return f"Write {last[2]}-{last[1]}: the prefix, a hyphen, the type"
    return f"Write B-{tag} or I-{tag}, or O outside entities; or give another column: --set label_column=N"
