"""Precision, recall and F1 of whole entities, under a rule that is stated with the figure.

An entity is correct if its type, its first and its last token are all right. A figure whose denominator is zero
(precision without predictions, recall without entities, a mean over no types) is 0.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Literal, TypeAlias

from unrolled.data.answer import Answer
from unrolled.data.tags import Span, spans, strict_spans
from unrolled.errors import DataError, SettingsError
from unrolled.metrics.confusion import Confusion
from unrolled.metrics.metric import Figure, Needs

__all__ = [
    "RULES",
    "EntityMetric",
    "EntityReport",
    "Rule",
    "Score",
    "entity_confusion",
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

    def row(self) -> dict[str, float]:
        """Return the score as a row of a table; the counts are whole numbers."""
        return {
            "precision": self.precision,
            "recall": self.recall,
            "f1": self.f1,
            "gold": self.num_gold,
            "predicted": self.num_predicted,
            "correct": self.num_correct,
        }


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

    @property
    def figures(self) -> dict[str, float]:
        """F1, precision and recall over all entities, and the share of equal labels."""
        return {
            "f1": self.overall.f1,
            "precision": self.overall.precision,
            "recall": self.overall.recall,
            "token_accuracy": self.token_accuracy,
        }

    @property
    def rule_text(self) -> str:
        """The rule's sentence."""
        return RULES[self.rule]

    @property
    def by(self) -> dict[str, dict[str, float]]:
        """Figures and counts of each type."""
        return {kind: score.row() for kind, score in self.per_type.items()}

    @property
    def totals(self) -> dict[str, dict[str, float]]:
        """Figures and counts over all entities."""
        return {"all": self.overall.row()}

    @property
    def counts(self) -> dict[str, int]:
        """How much was measured."""
        return {"sentences": self.num_sentences, "tokens": self.num_tokens}

    @property
    def notes(self) -> Mapping[str, str]:
        """Both means of F1, the rule, and what the share of equal labels is worth."""
        return {
            "F1": f"{self.overall.f1:.4f} over all entities, {self.macro_f1:.4f} the mean of the types",
            "rule": self.rule_text,
            "token accuracy": f"{self.token_accuracy:.4f}, O included: no measure of entities",
        }

    def to_dict(self) -> dict[str, object]:
        """Return the report for JSON, with the rule's sentence beside its name."""
        return {**asdict(self), "rule_text": self.rule_text}


@dataclass(frozen=True, slots=True)
class EntityMetric:
    """Precision, recall and F1 of whole entities, by `entity_scores`; truths and answers are IOB2 labels of sentences.

    A model that has learnt little predicts no entity, and its figures are 0: the floor.

    >>> metric = EntityMetric()
    >>> metric.figures[0], metric.measure([["B-PER", "O"]], [Answer(["B-PER", "O"])]).figures["f1"]
    (Figure(name='f1', goal='higher', floor=0.0), 1.0)

    Raises:
        SettingsError: there is no such rule.
    """

    rule: Rule = "strict"

    def __post_init__(self) -> None:
        """Check the rule."""
        _rule(self.rule)

    @property
    def figures(self) -> tuple[Figure, ...]:
        """Those of entities; the share of equal labels chooses no weights, for it is high wherever O is frequent."""
        return tuple(Figure(name, "higher", 0.0) for name in ("f1", "precision", "recall"))

    @property
    def rule_text(self) -> str:
        """The rule's sentence."""
        return RULES[self.rule]

    @property
    def needs(self) -> Needs:
        """Labels alone."""
        return "answers"

    def measure(self, truths: Tags, answers: Sequence[Answer[Sequence[str]]], /) -> EntityReport:
        """Return the scores over all entities and of each type.

        Raises:
            DataError: truths and answers that do not match in number or length.
        """
        return entity_scores(truths, [answer.y for answer in answers], self.rule)

    def confusion(self, truths: Tags, answers: Sequence[Answer[Sequence[str]]], /) -> Confusion:
        """Return which types were taken for which, and which entities were missed, spurious or of other bounds.

        Raises:
            DataError: truths and answers that do not match in number or length.
        """
        return entity_confusion(truths, [answer.y for answer in answers], self.rule)


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


def entity_confusion(gold: Tags, predicted: Tags, rule: Rule = "strict") -> Confusion:
    """Count which entity types are taken for which, and which entities are missed, spurious or of other bounds.

    `counts[i][j]` counts gold entities of type i that were predicted with the same span as type j. After the types,
    each row ends in the gold entities of which only a part or more than the whole was found ("other bounds": some
    predicted entity overlaps, none has the same span) and those that no predicted entity touches ("missed"); each
    column ends, in the same way, in the predicted entities that overlap a gold one with "other bounds" and those that
    touch none ("spurious"). So rows add up to the gold entities of a type, columns to the predicted ones, and the
    diagonal holds the correct ones.

    >>> picture = entity_confusion([["B-PER", "I-PER", "O", "B-LOC"]], [["B-PER", "O", "O", "B-ORG"]])
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
    num_gold = sum(cells[row, column] for row in names for column in columns)
    num_predicted = sum(cells[row, column] for row in rows for column in names)
    num_correct = sum(cells[kind, kind] for kind in names)
    return Confusion(
        row_names=(*names, OTHER_BOUNDS, SPURIOUS),
        column_names=(*names, OTHER_BOUNDS, MISSED),
        counts=tuple(tuple(cells[row, column] for column in columns) for row in rows),
        num_types=len(names),
        rule=rule,
        title=f"{num_correct:,} of {num_gold:,} entities found, {num_predicted:,} predicted ({rule} rule)",
        row_axis="gold type",
        column_axis="predicted type",
    )


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
