"""What looks wrong in the labels of texts, by their figures."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from unrolled.data.labels import are_grades, in_order
from unrolled.data.readers.csv_rows import usual_forms
from unrolled.data.readers.doubt import Doubt
from unrolled.data.readers.shown import seen
from unrolled.data.readers.similar import similar_names
from unrolled.data.readers.source import counted
from unrolled.data.readers.texts.doubts import Place
from unrolled.data.readers.texts.figures import are_dates, are_fractions, length_of

__all__ = ["label_doubts"]

MANY = 50
"""From so many examples on, what a file's labels look like tells whether they are labels."""
FEW = 10
"""From so many examples on, each of which has a label of its own, the labels are names of examples."""
MOST_LABELS = 250
"""WiLI-2018 tells 235 languages apart, CLINC150 151 intents, DBpedia's finest level 219 classes."""
LONG_LABELS = 8
"""The mean number of words from which labels are texts; answers of surveys (`strongly agree`) have fewer."""
FREQUENT = 10
"""A label of so many examples is no slip, where one that is nearly written like it occurs once."""
LEAST = 5
"""Shorter names (`Iran`, `Iraq`) often differ in one letter."""

_GRADES = {"stars", "star", "star_rating", "rating", "overall", "score", "sentiment", "polarity", "grade"}
"""What columns are called that hold grades rather than kinds."""
_COUNTED = re.compile(r"\d{1,4}", re.ASCII)


def label_doubts(counts: Counter[str], first: Mapping[str, int], at: Place, column: str, other: str) -> Iterator[Doubt]:
    """Yield what looks wrong with labels and their counts.

    Arguments:
        counts: how often each label occurs.
        first: which example has it first.
        at: the place of an example.
        column: what was taken for the labels.
        other: what to do if they are no labels.
    """
    why = _no_labels(counts)
    if why is not None:
        shown = ", ".join(seen(label, 20) for label in list(counts)[:3])
        grave = "always" if counts.total() >= MANY else "in training"
        yield Doubt("no_labels", grave, f"{column} holds {why} ({shown}, …), so they are hardly labels", other)
        return
    if len(counts) == 1 and counts.total() > 1:
        found = f"every text has the label {seen(next(iter(counts)))}: there is nothing to choose between"
        yield Doubt("one_label", "in training", found, f"Add texts with other labels, or {other[0].lower()}{other[1:]}")
    if len(counts) > MOST_LABELS:
        shown = ", ".join(seen(label, 20) for label in list(counts)[:3])
        yield Doubt("many_labels", "always", f"{column} holds {len(counts):,} labels ({shown}, …)", other)
    alike = {name for one, two, _ in similar_names(counts) for name in (one, two)}
    hidden = [label for label in counts if not label.isprintable() and label not in alike]
    if hidden:
        found = f"{counted(len(hidden), 'label')} with an invisible character, such as {seen(hidden[0])}"
        yield Doubt("odd_labels", "always", found, "Take it out", *at(first[hidden[0]]))
    slips = list(_slips(counts))
    yield from _similar(counts, first, at, slips)
    yield from _rare(counts, first, at, {label for label, _ in slips})
    yield from _numbered(counts, column)


def _no_labels(counts: Counter[str]) -> str | None:
    """Return what a column holds that is no label: an identifier, a date, a score, a text."""
    labels, total = list(counts), counts.total()
    if are_dates(labels) and len(labels) > 2:
        return f"{len(labels):,} dates in {counted(total, 'row')}"
    if are_fractions(labels):
        return f"{len(labels):,} numbers with fractions in {counted(total, 'row')}"
    if len(labels) > 2 and length_of(labels)[0] >= LONG_LABELS:
        return "texts"
    once = sum(count == 1 for count in counts.values())
    own = len(labels) == total if total < MANY else len(labels) > total / 2 or (once > 20 and once > len(labels) / 2)
    return f"{len(labels):,} values in {counted(total, 'row')}" if own and total >= FEW else None


def _similar(
    counts: Counter[str], first: Mapping[str, int], at: Place, slips: Sequence[tuple[str, str]]
) -> Iterator[Doubt]:
    alike = [
        (*sorted((one, two), key=lambda label: (counts[label], -first[label])), how)
        for one, two, how in similar_names(counts)
    ]
    if alike:
        shown = "; ".join(
            f"{seen(usual)} ({counts[usual]:,}) and {seen(rare)} ({counts[rare]:,}) in {how}"
            for rare, usual, how in alike[:3]
        )
        found = f"{counted(len(alike), 'pair')} of labels that differ in what is hardly seen: {shown}"
        yield Doubt("similar_labels", "always", found, "Write them alike", *at(first[alike[0][0]]))
    if slips:
        shown = ", ".join(
            f"{seen(rare)} is nearly {seen(usual)} ({counts[usual]:,} times)" for rare, usual in slips[:3]
        )
        found = f"{counted(len(slips), 'label')} that {'occurs' if len(slips) == 1 else 'occur'} once: {shown}"
        way_out = f"Write {seen(slips[0][1])} if it is meant, or give further examples"
        yield Doubt("similar_labels", "always", found, way_out, *at(first[slips[0][0]]))


def _rare(counts: Counter[str], first: Mapping[str, int], at: Place, known: set[str]) -> Iterator[Doubt]:
    rare = in_order(label for label, count in counts.items() if count == 1 and label not in known)
    if rare and counts.total() >= MANY:
        shown = ", ".join(seen(label) for label in rare[:5]) + (", …" if len(rare) > 5 else "")
        found = f"{counted(len(rare), 'label')} with one example alone: {shown}"
        yield Doubt("rare_labels", "never", found, "Give further examples", *at(first[rare[0]]))


def _numbered(counts: Counter[str], name: str) -> Iterator[Doubt]:
    """Doubt whether numbers are meant: those from 0 have names elsewhere, and kinds have no order."""
    labels = in_order(counts)
    numbers = [int(label) for label in labels if _COUNTED.fullmatch(label)]
    if len(numbers) < max(2, len(labels)) or numbers != list(range(numbers[0], numbers[0] + len(numbers))):
        return
    order = are_grades(labels)
    found = f"the labels are the numbers {numbers[0]} {'to' if order else 'and'} {numbers[-1]}"
    found += ", taken for grades in their order" * order
    if numbers[0] == 0:
        way_out = "If they have names, give them in order: --set label_names=NAME,NAME,…"
        yield Doubt("numbered_labels", "never", found, way_out)
    elif order and usual_forms([name])[0] not in _GRADES:
        yield Doubt("numbered_labels", "never", found, "If they are kinds, train with --set order=none")


def _slips(counts: Counter[str]) -> Iterator[tuple[str, str]]:
    """Yield each label that occurs once with the frequent one that differs from it in one letter."""
    if counts.total() < MANY:
        return
    frequent = [label for label, count in counts.items() if count >= FREQUENT and len(label) >= LEAST]
    for label, count in counts.items():
        if count == 1 and len(label) >= LEAST - 1:
            other = next((name for name in frequent if _one_letter(label.casefold(), name.casefold())), None)
            if other is not None:
                yield label, other


def _one_letter(one: str, two: str) -> bool:
    """Return whether names differ in one letter that is added, left out, another, or swapped with the next.

    >>> _one_letter("postive", "positive"), _one_letter("psoitive", "positive"), _one_letter("topic 1", "topic 2")
    (True, True, False)
    """
    if one == two or abs(len(one) - len(two)) > 1:
        return False
    start = next((i for i, (a, b) in enumerate(zip(one, two, strict=False)) if a != b), min(len(one), len(two)))
    if not (one[start : start + 1] + two[start : start + 1]).isalpha():
        return False
    rests = {(one[start + 1 :], two[start:]), (one[start:], two[start + 1 :]), (one[start + 1 :], two[start + 1 :])}
    swapped = one[start : start + 2] == two[start : start + 2][::-1] and one[start + 2 :] == two[start + 2 :]
    return swapped or any(a == b for a, b in rests)
