"""What looks wrong in labelled sentences that can be read, by their figures."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from unrolled.data.pair import Pair
from unrolled.data.readers.doubt import Doubt
from unrolled.data.readers.sentences.settings import TaggedSettings
from unrolled.data.readers.shown import seen
from unrolled.data.readers.similar import similar_names
from unrolled.data.readers.source import counted
from unrolled.data.tags import spans

__all__ = ["tagged_doubts", "type_doubts"]

Pairs = Sequence[Pair[tuple[str, ...], tuple[str, ...]]]

FEW_SENTENCES = 3
"""Two sentences of one word each may well be; of three files that had only such, all lacked their blank lines."""
LONG = 2_000
"""No sentence of the public corpora that we know has as many tokens."""
ALONE = 150
"""Hardly a sentence has as many words: a file of one such lacks its blank lines."""
MANY_TYPES = 100
"""FIGER has 112 types and Few-NERD 66; a column of words has thousands."""
MANY_RARE = 5
"""From so many types on, most of which occur once, the types are rather words."""
ODD_WORDS = 0.005
"""The share of odd words from which a file was written wrongly: tweets have a byte-order mark here and there."""

_ODD = re.compile(r"""[=|"'`()\[\]{}<>*\s]|^[BIESLUM][^\w\s]|^[\W_]+$|/(?:O|[BI]-.*)$""")
_ROW = re.compile(r"[^,;\t]+[,;\t](?:[^,;\t]*[,;\t])*(?:O|[BIESLU]-[^,;\t]+)")
_CSV, _INVISIBLE = "a whole row of fields", "an invisible character"
_MEANT = "\u200c\u200d\u00ad"
"""Joiners and soft hyphens, which words and emoji have."""


def tagged_doubts(
    pairs: Pairs, lines: Sequence[int], settings: TaggedSettings, taken: Mapping[str, str]
) -> list[Doubt]:
    """Return what looks wrong; what the settings accept, too."""
    if not pairs:
        return []
    return [
        *_lengths(pairs, lines),
        *_tokens(pairs, lines, told=settings.token_column is not None),
        *_outside(pairs, taken.get("labels", "")),
        *type_doubts(pairs, lines, taken.get("labels", "the labels")),
    ]


def type_doubts(pairs: Pairs, lines: Sequence[int], column: str) -> list[Doubt]:
    """Return what looks wrong in the labels alone, which stand in `column`."""
    entities: Counter[str] = Counter()
    first: dict[str, int] = {}
    for pair, line in zip(pairs, lines, strict=True):
        for span in spans(pair.y):
            entities[span.type] += 1
            first.setdefault(span.type, line)
    return list(_types(entities, first, column))


def _outside(pairs: Pairs, column: str) -> Iterable[Doubt]:
    """Doubt bare types without an O: one of them may be what is outside."""
    if not column.endswith(", bare") or any("O" in pair.y for pair in pairs):
        return
    types = Counter(label[2:] for pair in pairs for label in pair.y)
    kind, count = types.most_common(1)[0]
    yield Doubt(
        "no_outside",
        "always",
        f"{column}: no label is O; the commonest is {seen(kind)}, of {count / types.total():.0%} of the words",
        f"If that means no entity, give --set outside={kind}",
    )


def _lengths(pairs: Pairs, lines: Sequence[int]) -> Iterable[Doubt]:
    longest = max(range(len(pairs)), key=lambda i: len(pairs[i].x))
    length, total = len(pairs[longest].x), sum(len(pair.x) for pair in pairs)
    if length == 1 and len(pairs) >= FEW_SENTENCES:
        yield Doubt(
            "one_word_sentences",
            "always",
            f"each of the {len(pairs):,} sentences has one word",
            "Put the words of a sentence on lines that follow each other, a blank line between sentences; or name the "
            "column that tells them apart, --set sentence_column=NAME",
        )
    elif len(pairs) == 1 and ALONE <= length < LONG:
        yield Doubt(
            "long_sentence",
            "never",
            f"all of the file is one sentence of {length:,} words",
            "Put a blank line between sentences, or name the column that tells them apart: --set sentence_column=NAME",
        )
    if length >= LONG:
        yield Doubt(
            "long_sentence",
            "always" if 2 * length > total else "never",
            f"a sentence of {length:,} tokens",
            "Put a blank line between sentences, or name the column that tells them apart: --set sentence_column=NAME",
            lines[longest],
        )


def _tokens(pairs: Pairs, lines: Sequence[int], *, told: bool) -> Iterable[Doubt]:
    counts = all(tuple(map(str, range(k, k + len(pair.x)))) == pair.x for pair in pairs for k in (_start(pair.x),))
    if counts and not told and sum(len(pair.x) for pair in pairs) > len(pairs):
        yield Doubt(
            "counted_tokens",
            "always",
            f"the words count {', '.join(pairs[0].x[:3])} in every sentence",
            "Give the column of the words: --set token_column=1",
            lines[0],
        )
    distinct = {token for pair in pairs for token in pair.x}
    numbers = all(map(str.isdecimal, distinct)) and len(distinct) >= FEW_SENTENCES
    if numbers and not counts and not told:
        way_out = "Give the column of the words: --set token_column=N"
        yield Doubt("counted_tokens", "always", "every word is a number", way_out, lines[0])
    odd = {token: kind for token in distinct if (kind := _odd_token(token)) is not None}
    found: dict[str, list[tuple[int, str]]] = {}
    for pair, line in zip(pairs, lines, strict=True) if odd else ():
        for token in pair.x:
            if token in odd:
                found.setdefault(odd[token], []).append((line, token))
    for kind, places in found.items():
        line, token = places[0]
        grave = kind != _INVISIBLE and len(places) >= ODD_WORDS * sum(len(pair.x) for pair in pairs)
        yield Doubt(
            "odd_words",
            "always" if grave else "never",
            f"{counted(len(places), 'word')} with {kind}, such as {seen(token)}",
            "Check how the file was written" if kind != _CSV else "Name the file .csv, so that its fields are split",
            line,
        )


def _odd_token(token: str) -> str | None:
    if token.isascii() and token.isalnum():
        return None
    if "\ufeff" in token:
        return "a byte-order mark (U+FEFF)"
    if "\t" in token or "\n" in token:
        return "a tab or a line's end"
    if _ROW.fullmatch(token):
        return _CSV
    if any(unicodedata.category(c) in {"Cf", "Cc"} and c not in _MEANT for c in token):
        return _INVISIBLE
    return None


def _start(tokens: Sequence[str]) -> int:
    return int(tokens[0]) if tokens[0] in {"0", "1"} else -1


def _types(entities: Counter[str], first: Mapping[str, int], column: str) -> Iterable[Doubt]:
    other = "Give the column of the labels: --set label_column=N"
    if not entities:
        yield Doubt("no_entities", "in training", "every label is O: there is no entity", other)
        return
    if len(entities) > MANY_TYPES:
        shown = ", ".join(list(entities)[:3])
        found = f"{column}: {len(entities):,} types ({shown}, …), as words have"
        yield Doubt("many_types", "always", found, other)
    numbers = sorted((kind for kind in entities if kind.isdecimal()), key=lambda kind: (len(kind), kind))
    if numbers and len(numbers) == len(entities):
        yield Doubt(
            "numbered_labels",
            "always",
            f"{column}: the types are the numbers {', '.join(numbers[:4])}, each of which would be a type of its own",
            "Give the name of each number in order: --set label_names=O,B-PER,I-PER",
            first[numbers[0]],
        )
    odd = [kind for kind in entities if _ODD.search(kind)]
    if odd:
        what = "with =, |, quotes, brackets, blanks, a prefix or no letter"
        found = f"{column}: {counted(len(odd), 'type')} {what}, such as {seen(odd[0])}"
        yield Doubt("odd_types", "always", found, other, first[odd[0]])
    once = [kind for kind, count in entities.items() if count == 1]
    if once and entities.total() > len(entities):
        shown = ", ".join(map(seen, once[:5])) + (", …" if len(once) > 5 else "")
        if len(once) >= MANY_RARE and 2 * len(once) > len(entities):
            found = f"{column}: {len(once)} of {len(entities)} types occur once ({shown}), as words do"
            yield Doubt("rare_types", "always", found, other, first[once[0]])
        elif entities.total() >= 50:
            found = f"{counted(len(once), 'type')} with one entity: {shown}"
            yield Doubt("rare_types", "never", found, other, first[once[0]])
    for one, two, how in similar_names(entities):
        rare, usual = sorted((one, two), key=lambda kind: entities[kind])
        yield Doubt(
            "similar_types",
            "always",
            f"types {seen(usual)} ({entities[usual]:,}) and {seen(rare)} ({entities[rare]:,}) differ in {how} alone",
            "Write them alike",
            first[rare],
        )
