import json
import warnings

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unrolled.data.answer import Answer
from unrolled.data.tags import Span, tags_from_spans
from unrolled.errors import DataError, SettingsError
from unrolled.metrics import RULES, EntityMetric, Metric, Score, entity_confusion, entity_scores

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from seqeval.metrics.sequence_labeling import precision_recall_fscore_support as seqeval_loose
    from seqeval.metrics.v1 import precision_recall_fscore_support as seqeval_strict
    from seqeval.scheme import IOB2

TAGS = ["O", "B-PER", "I-PER", "B-LOC", "I-LOC", "B-creative-work", "I-creative-work"]
SENTENCE = st.lists(st.tuples(st.sampled_from(TAGS), st.sampled_from(TAGS)), min_size=1, max_size=12)
# Half of the labels agree, so that whole entities often do.
AGREEING = st.lists(
    st.one_of(st.sampled_from(TAGS).map(lambda t: (t, t)), st.tuples(st.sampled_from(TAGS), st.sampled_from(TAGS))),
    min_size=1,
    max_size=12,
)
CORPUS = st.lists(SENTENCE | AGREEING, min_size=1, max_size=6)


def split(corpus) -> tuple[list[list[str]], list[list[str]]]:
    return [[g for g, _ in s] for s in corpus], [[p for _, p in s] for s in corpus]


def seqeval(gold, predicted, rule: str, average: str | None):
    if rule == "strict":
        return seqeval_strict(gold, predicted, average=average, scheme=IOB2, zero_division=0)
    return seqeval_loose(gold, predicted, average=average, zero_division=0)


@pytest.mark.parametrize("rule", ["strict", "conlleval"])
@given(corpus=CORPUS)
@settings(max_examples=150, deadline=None)
def test_equal_to_seqeval_on_valid_and_malformed_labels(rule, corpus) -> None:
    gold, predicted = split(corpus)
    report = entity_scores(gold, predicted, rule)
    precisions, recalls, f1s, supports = seqeval(gold, predicted, rule, None)
    assert [(s.precision, s.recall, s.num_gold) for s in report.per_type.values()] == list(
        zip(precisions, recalls, supports, strict=True)
    )
    assert [s.f1 for s in report.per_type.values()] == pytest.approx(list(f1s), abs=1e-12)
    if report.per_type:
        assert list(report.per_type) == sorted(report.per_type)
        assert report.macro_f1 == pytest.approx(seqeval(gold, predicted, rule, "macro")[2], abs=1e-12)
        micro = seqeval(gold, predicted, rule, "micro")
        assert (report.overall.precision, report.overall.recall, report.overall.f1) == pytest.approx(
            micro[:3], abs=1e-12
        )


# The chunk rule as published: a chunk ends between two tags, and one starts, if their letters stand in these tables, or
# (ends: the earlier tag is inside; starts: the later one is) if the types differ. E and S are left out: IOB2 has none.
ENDS = {"BB", "BO", "IB", "IO"}
STARTS = {"BB", "IB", "OB", "OI"}


def conlleval(gold: list[list[str]], predicted: list[list[str]]) -> tuple[int, int, int]:
    """Count gold, found and correct chunks in one pass over token pairs, as the script does."""

    def parts(tag: str) -> tuple[str, str]:
        letter, _, kind = tag.partition("-")
        return letter, kind

    num_gold = num_found = num_correct = 0
    in_correct = False
    last_gold = last_found = ("O", "")
    stream = [pair for g, p in zip(gold, predicted, strict=True) for pair in [*zip(g, p, strict=True), ("O", "O")]]
    for gold_tag, found_tag in stream:
        now_gold, now_found = parts(gold_tag), parts(found_tag)
        gold_ends = last_gold[0] + now_gold[0] in ENDS or (last_gold[0] != "O" and last_gold[1] != now_gold[1])
        found_ends = last_found[0] + now_found[0] in ENDS or (last_found[0] != "O" and last_found[1] != now_found[1])
        gold_starts = last_gold[0] + now_gold[0] in STARTS or (now_gold[0] != "O" and last_gold[1] != now_gold[1])
        found_starts = last_found[0] + now_found[0] in STARTS or (now_found[0] != "O" and last_found[1] != now_found[1])
        if in_correct:
            if gold_ends and found_ends and last_gold[1] == last_found[1]:
                in_correct = False
                num_correct += 1
            elif gold_ends != found_ends or now_gold[1] != now_found[1]:
                in_correct = False
        if gold_starts and found_starts and now_gold[1] == now_found[1]:
            in_correct = True
        num_gold += gold_starts
        num_found += found_starts
        last_gold, last_found = now_gold, now_found
    return num_gold, num_found, num_correct


@given(CORPUS)
@settings(max_examples=300, deadline=None)
def test_equal_to_the_published_chunk_rule(corpus) -> None:
    gold, predicted = split(corpus)
    overall = entity_scores(gold, predicted, "conlleval").overall
    assert (overall.num_gold, overall.num_predicted, overall.num_correct) == conlleval(gold, predicted)


def test_a_hand_counted_case() -> None:
    gold = [["B-PER", "I-PER", "O", "B-LOC"], ["O", "B-ORG"]]
    predicted = [["B-PER", "I-PER", "O", "I-LOC"], ["B-ORG", "I-ORG"]]
    strict = entity_scores(gold, predicted)
    assert strict.overall == Score(1 / 2, 1 / 3, pytest.approx(0.4), 3, 2, 1)
    assert list(strict.per_type) == ["LOC", "ORG", "PER"]
    assert strict.macro_f1 == pytest.approx(1 / 3)
    assert strict.token_accuracy == pytest.approx(3 / 6)
    assert (strict.rule, strict.num_sentences, strict.num_tokens) == ("strict", 2, 6)
    loose = entity_scores(gold, predicted, "conlleval")
    assert loose.overall == Score(2 / 3, 2 / 3, pytest.approx(2 / 3), 3, 3, 2)


def test_zero_division_is_zero() -> None:
    for gold, predicted in [([], []), ([["O"]], [["O"]]), ([["B-X"]], [["O"]]), ([["O"]], [["B-X"]])]:
        report = entity_scores(gold, predicted)
        assert (report.overall.precision, report.overall.recall, report.overall.f1, report.macro_f1) == (0, 0, 0, 0)
    assert entity_scores([], []).token_accuracy == 0


def test_length_mismatch_names_the_sentence() -> None:
    with pytest.raises(DataError, match="Sentence 2 has 2 gold labels but 1 predicted"):
        entity_scores([["O"], ["O", "O"]], [["O"], ["O"]])
    with pytest.raises(DataError, match="2 gold sentences but 1 predicted"):
        entity_confusion([["O"], ["O"]], [["O"]])
    with pytest.raises(SettingsError, match="loose"):
        entity_scores([], [], "loose")  # type: ignore[arg-type]


def test_report_as_json_states_its_rule() -> None:
    for rule, text in RULES.items():
        report = json.loads(json.dumps(entity_scores([["B-X"]], [["B-X"]], rule).to_dict()))
        assert report["rule_text"] == text
        assert report["overall"]["f1"] == 1
        assert report["per_type"]["X"]["num_gold"] == 1


@pytest.mark.parametrize("rule", ["strict", "conlleval"])
@given(corpus=CORPUS)
@settings(max_examples=150, deadline=None)
def test_confusion_accounts_for_every_entity_once(rule, corpus) -> None:
    gold, predicted = split(corpus)
    report, picture = entity_scores(gold, predicted, rule), entity_confusion(gold, predicted, rule)
    num_types = len(picture.types)
    assert list(picture.types) == list(report.per_type)
    for index, score in enumerate(report.per_type.values()):
        assert sum(picture.counts[index]) == score.num_gold
        assert sum(row[index] for row in picture.counts) == score.num_predicted
        assert picture.counts[index][index] == score.num_correct
    assert all(count == 0 for row in picture.counts[num_types:] for count in row[num_types:])
    assert len(picture.counts) == len(picture.row_names) == len(picture.column_names) == num_types + 2


def test_confusion_by_hand() -> None:
    gold = [Span("LOC", 0, 1), Span("PER", 2, 4), Span("PER", 5, 7), Span("missed", 8, 9), Span("LOC", 10, 12)]
    predicted = [Span("LOC", 0, 1), Span("LOC", 2, 4), Span("PER", 5, 6), Span("PER", 6, 7), Span("PER", 14, 15)]
    predicted.append(Span("PER", 11, 13))
    picture = entity_confusion([tags_from_spans(gold, 16)], [tags_from_spans(predicted, 16)])
    assert picture.row_names == ("LOC", "PER", "missed", "other bounds", "spurious")
    assert picture.column_names == ("LOC", "PER", "missed", "other bounds", "missed")
    assert picture.counts == (
        (1, 0, 0, 1, 0),
        (1, 0, 0, 1, 0),
        (0, 0, 0, 0, 1),
        (0, 3, 0, 0, 0),
        (0, 1, 0, 0, 0),
    )
    assert json.loads(json.dumps(picture.to_dict()))["counts"][3] == [0, 3, 0, 0, 0]


def test_one_sentence_of_200_000_tokens() -> None:
    gold = ["B-PER", "I-PER", "O", "B-LOC"] * 50_000
    predicted = ["B-PER", "I-PER", "O", "B-ORG"] * 50_000
    assert entity_scores([gold], [predicted]).overall.f1 == 0.5
    assert entity_confusion([gold], [predicted]).counts[0][1] == 50_000


def test_report_of_entities_as_any_report() -> None:
    gold = [["B-PER", "I-PER", "O", "B-LOC"], ["O", "B-ORG"]]
    predicted = [["B-PER", "I-PER", "O", "I-LOC"], ["B-ORG", "I-ORG"]]
    answers = [Answer(labels) for labels in predicted]
    metric: Metric[list[str]] = EntityMetric()
    report = metric.measure(gold, answers)
    assert report == entity_scores(gold, predicted)
    assert report.figures == {"f1": 0.4, "precision": 1 / 2, "recall": 1 / 3, "token_accuracy": 3 / 6}
    assert list(report.figures) == ["f1", "precision", "recall", "token_accuracy"]
    assert [(f.name, f.goal, f.floor) for f in metric.figures] == [
        ("f1", "higher", 0.0),
        ("precision", "higher", 0.0),
        ("recall", "higher", 0.0),
    ]
    assert report.by["LOC"] == {"precision": 0, "recall": 0, "f1": 0, "gold": 1, "predicted": 0, "correct": 0}
    assert report.totals["all"] == {
        "precision": 1 / 2,
        "recall": 1 / 3,
        "f1": pytest.approx(0.4),
        "gold": 3,
        "predicted": 2,
        "correct": 1,
    }
    assert report.counts == {"sentences": 2, "tokens": 6}
    assert report.notes == {
        "F1": "0.4000 over all entities, 0.3333 the mean of the types",
        "rule": RULES["strict"],
        "token accuracy": "0.5000, O included: no measure of entities",
    }
    assert report.rule_text == metric.rule_text == RULES["strict"]
    assert metric.confusion(gold, answers) == entity_confusion(gold, predicted)
    loose = EntityMetric("conlleval")
    assert loose.measure(gold, answers).figures["f1"] == pytest.approx(2 / 3)
    assert loose.confusion(gold, answers) == entity_confusion(gold, predicted, "conlleval")
    with pytest.raises(SettingsError, match="loose"):
        EntityMetric("loose")  # type: ignore[arg-type]


def test_keys_of_the_json_stay() -> None:
    written = entity_scores([["B-X"]], [["B-X"]]).to_dict()
    assert list(written) == [
        "overall",
        "per_type",
        "macro_f1",
        "token_accuracy",
        "rule",
        "num_sentences",
        "num_tokens",
        "rule_text",
    ]
    picture = entity_confusion([["B-X"]], [["B-X"]])
    assert list(picture.to_dict()) == ["rule", "row_names", "column_names", "counts"]
    assert picture.title == "1 of 1 entities found, 1 predicted (strict rule)"
