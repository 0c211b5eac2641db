"""Precision, recall and F1 of whole entities, under a rule that is stated with the figure.

An entity is correct if its type, its first and its last token are all right. A figure whose denominator is zero
(precision without predictions, recall without entities, a mean over no types) is 0.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Literal, TypeAlias

from unrolled.data.tags import Span, spans, strict_spans
from unrolled.errors import DataError, SettingsError

__all__ = [
    "RULES",
    "Confusion",
    "EntityReport",
    "Rule",
    "Score",
    "confusion",
    "entity_scores",
]

Rule: TypeAlias = Literal["strict", "conlleval"]
Tags: TypeAlias = Sequence[Sequence[str]]

RULES: dict[str, str] = {
    "strict": "Strict IOB2: an entity is B- and every I- of its type that follows; exact span and type; "
    "an I- that continues nothing is no entity.",
    "conlleval": "conlleval: exact span and type; an I- that continues nothing begins an entity.",
}
_SPANS: dict[str, Callable[[Sequence[str]], list[Span]]] = {"strict": strict_spans, "conlleval": spans}

OTHER_BOUNDS, MISSED, SPURIOUS = "other bounds", "missed", "spurious"


@dataclass(frozen=True, slots=True)
class Score:
    """Entities counted, and the figures that follow from the counts (0 where a denominator is)."""

    precision: float
    recall: float
    f1: float
    num_gold: int
    num_predicted: int
    num_correct: int

    @classmethod
    def from_counts(cls, num_gold: int, num_predicted: int, num_correct: int) -> "Score":
        """Return the score of these counts.

        >>> Score.from_counts(num_gold=4, num_predicted=2, num_correct=1).f1
        0.3333333333333333
        """
        precision = num_correct / num_predicted if num_predicted else 0.0
        recall = num_correct / num_gold if num_gold else 0.0
        f1 = 2 * precision * recall / (precision + recall) if num_correct else 0.0
        return cls(precision, recall, f1, num_gold, num_predicted, num_correct)


@dataclass(frozen=True, slots=True)
class EntityReport:
    """Scores over all entities (micro) and of each type, the mean F1 of the types, and the share of equal labels.

    Types are those of the gold or of the predicted entities, in alphabetical order. `rule` is a key of RULES.
    """

    overall: Score
    per_type: dict[str, Score]
    macro_f1: float
    token_accuracy: float
    rule: str
    num_sentences: int
    num_tokens: int

    def to_dict(self) -> dict[str, object]:
        """Return the report for JSON, with the rule's sentence beside its name."""
        return {**asdict(self), "rule_text": RULES[self.rule]}


@dataclass(frozen=True, slots=True)
class Confusion:
    """What became of every gold entity, and where every predicted one came from.

    `counts[i][j]` counts gold entities of type i that were predicted with the same span as type j. After the types,
    each row ends in the gold entities of which only a part or more than the whole was found ("other bounds": some
    predicted entity overlaps, none has the same span) and those that no predicted entity touches ("missed"); each
    column ends, in the same way, in the predicted entities that overlap a gold one with "other bounds" and those that
    touch none ("spurious"). So rows add up to the gold entities of a type, columns to the predicted ones, and the
    diagonal holds the correct ones.
    """

    types: tuple[str, ...]
    counts: tuple[tuple[int, ...], ...]
    rule: str

    @property
    def row_names(self) -> tuple[str, ...]:
        """What the rows are: gold types, then predicted entities that match no gold span."""
        return (*self.types, OTHER_BOUNDS, SPURIOUS)

    @property
    def column_names(self) -> tuple[str, ...]:
        """What the columns are: predicted types, then gold entities that match no predicted span."""
        return (*self.types, OTHER_BOUNDS, MISSED)

    def to_dict(self) -> dict[str, object]:
        """Return the picture for JSON."""
        return {
            "rule": self.rule,
            "row_names": list(self.row_names),
            "column_names": list(self.column_names),
            "counts": [list(row) for row in self.counts],
        }


def entity_scores(gold: Tags, predicted: Tags, rule: Rule = "strict") -> EntityReport:
    """Compare predicted with gold IOB2 labels, sentence by sentence.

    Equal to seqeval 1.2.2 (`mode="strict", scheme=IOB2` for "strict", its default mode for "conlleval") and to script
    conlleval of Tjong Kim Sang and Buchholz 2000 ("conlleval"). Sentences that do not match raise DataError.

    >>> report = entity_scores([["B-PER", "I-PER", "O", "B-LOC"]], [["B-PER", "I-PER", "O", "B-ORG"]])
    >>> report.overall.f1, report.per_type["PER"].f1, report.token_accuracy
    (0.5, 1.0, 0.75)
    """
    find = _rule(rule)
    _check_lengths(gold, predicted)
    num_gold: Counter[str] = Counter()
    num_predicted: Counter[str] = Counter()
    num_correct: Counter[str] = Counter()
    num_tokens = num_equal = 0
    for gold_tags, predicted_tags in zip(gold, predicted, strict=True):
        gold_spans = find(gold_tags)
        predicted_spans = find(predicted_tags)
        if gold_spans:
            num_gold.update(span.type for span in gold_spans)
        if predicted_spans:
            num_predicted.update(span.type for span in predicted_spans)
        if gold_spans and predicted_spans:
            num_correct.update(span.type for span in set(gold_spans).intersection(predicted_spans))
        num_tokens += len(gold_tags)
        num_equal += sum(map(str.__eq__, gold_tags, predicted_tags))
    types = sorted(num_gold.keys() | num_predicted.keys())
    per_type = {kind: Score.from_counts(num_gold[kind], num_predicted[kind], num_correct[kind]) for kind in types}
    return EntityReport(
        overall=Score.from_counts(num_gold.total(), num_predicted.total(), num_correct.total()),
        per_type=per_type,
        macro_f1=sum(score.f1 for score in per_type.values()) / len(per_type) if per_type else 0.0,
        token_accuracy=num_equal / num_tokens if num_tokens else 0.0,
        rule=rule,
        num_sentences=len(gold),
        num_tokens=num_tokens,
    )


def confusion(gold: Tags, predicted: Tags, rule: Rule = "strict") -> Confusion:
    """Count which entity types are taken for which, and which entities are missed, spurious or of other bounds.

    >>> picture = confusion([["B-PER", "I-PER", "O", "B-LOC"]], [["B-PER", "O", "O", "B-ORG"]])
    >>> picture.types, picture.counts[picture.types.index("LOC")]
    (('LOC', 'ORG', 'PER'), (0, 1, 0, 0, 0))
    """
    find = _rule(rule)
    _check_lengths(gold, predicted)
    cells: Counter[tuple[str, str]] = Counter()
    types: set[str] = set()
    for gold_tags, predicted_tags in zip(gold, predicted, strict=True):
        gold_spans = find(gold_tags)
        predicted_spans = find(predicted_tags)
        types.update(span.type for span in (*gold_spans, *predicted_spans))
        predicted_at = {(span.start, span.end): span.type for span in predicted_spans}
        gold_bounds = {(span.start, span.end) for span in gold_spans}
        rest = _touched(predicted_spans, len(gold_tags))
        for span in gold_spans:
            same = predicted_at.get((span.start, span.end))
            lost = "+" + (OTHER_BOUNDS if any(rest[span.start : span.end]) else MISSED)
            cells[span.type, lost if same is None else same] += 1
        rest = _touched(gold_spans, len(gold_tags))
        for span in predicted_spans:
            if (span.start, span.end) not in gold_bounds:
                cells["+" + (OTHER_BOUNDS if any(rest[span.start : span.end]) else SPURIOUS), span.type] += 1
    # "+" keeps a type that is called "missed" apart from the column of that name.
    names = sorted(types)
    rows = (*names, "+" + OTHER_BOUNDS, "+" + SPURIOUS)
    columns = (*names, "+" + OTHER_BOUNDS, "+" + MISSED)
    return Confusion(tuple(names), tuple(tuple(cells[row, column] for column in columns) for row in rows), rule)


def _rule(rule: str) -> Callable[[Sequence[str]], list[Span]]:
    if rule not in _SPANS:
        raise SettingsError(f"There is no rule {rule!r} for entities; choose one of {', '.join(RULES)}.")
    return _SPANS[rule]


def _check_lengths(gold: Tags, predicted: Tags) -> None:
    if len(gold) != len(predicted):
        raise DataError(f"{len(gold)} gold sentences but {len(predicted)} predicted ones. Give one for each, in order.")
    for number, (gold_tags, predicted_tags) in enumerate(zip(gold, predicted, strict=True), start=1):
        if len(gold_tags) != len(predicted_tags):
            raise DataError(
                f"Sentence {number} has {len(gold_tags)} gold labels but {len(predicted_tags)} predicted ones. "
                "Give one label for each token."
            )


def _touched(spans: Sequence[Span], length: int) -> bytearray:
    touched = bytearray(length)
    for span in spans:
        touched[span.start : span.end] = b"\1" * (span.end - span.start)
    return touched
