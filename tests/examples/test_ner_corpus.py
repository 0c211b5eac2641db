"""The bundled corpus is what its page says."""

from collections import Counter
from itertools import pairwise

import pytest

from unrolled.data.readers import Reading, read_labelled
from unrolled.data.tags import strict_spans
from unrolled.tasks.ner import NER

TYPES = {"PER", "LOC", "ORG", "DATE", "MONEY", "MISC"}


@pytest.fixture(scope="module")
def corpus() -> dict[str, Reading]:
    return {name: read_labelled(getattr(NER.bundled, name)) for name in ("train", "dev", "test")}


def entities(reading: Reading) -> list[tuple[str, str]]:
    """Type and text of every entity."""
    return [
        (span.type, " ".join(pair.x[span.start : span.end])) for pair in reading.pairs for span in strict_spans(pair.y)
    ]


def test_it_is_iob2_without_a_problem(corpus: dict[str, Reading]) -> None:
    for reading in corpus.values():
        assert reading.facts == {"scheme": "IOB2"}
        assert reading.problems == []
        assert {kind for kind, _ in entities(reading)} == TYPES


def test_it_is_large_and_every_sentence_is_its_own(corpus: dict[str, Reading]) -> None:
    assert len(corpus["train"].pairs) >= 1000
    assert sum(len(reading.pairs) for reading in corpus.values()) >= 1300
    sentences = Counter(" ".join(pair.x).lower() for reading in corpus.values() for pair in reading.pairs)
    assert sentences.most_common(1)[0][1] == 1
    # Templates filled by a loop would share their frame: all of a sentence but its entities.
    frames = Counter(
        " ".join(word if label == "O" else "…" for word, label in zip(pair.x, pair.y, strict=True))
        for reading in corpus.values()
        for pair in reading.pairs
        if len(pair.x) > 5
    )
    assert frames.most_common(1)[0][1] <= 2


def test_lengths_vary(corpus: dict[str, Reading]) -> None:
    lengths = [len(pair.x) for pair in corpus["train"].pairs]
    assert min(lengths) <= 4
    assert max(lengths) >= 35
    assert len(set(lengths)) >= 25


def test_no_entity_of_the_test_part_occurs_elsewhere(corpus: dict[str, Reading]) -> None:
    known = {text.lower() for name in ("train", "dev") for _, text in entities(corpus[name])}
    assert known.isdisjoint(text.lower() for _, text in entities(corpus["test"]))


def test_lower_case_names_and_sentences_without_any_are_among_it(corpus: dict[str, Reading]) -> None:
    names = [text for kind, text in entities(corpus["train"]) if kind in {"PER", "LOC", "ORG", "MISC"}]
    assert sum(name.islower() for name in names) >= 40
    assert sum(set(pair.y) == {"O"} for pair in corpus["train"].pairs) >= 150


def test_many_pairs_are_told_apart_by_the_future_alone(corpus: dict[str, Reading]) -> None:
    """Neighbours that are the same up to and including a word whose labels differ."""
    pairs = corpus["train"].pairs
    found: list[str] = []
    for first, second in pairwise(pairs):
        for t, (a, b) in enumerate(zip(first.x, second.x, strict=False)):
            if a != b:
                break
            if first.y[t] != second.y[t]:
                found.append(first.x[t])
                break
    assert len(found) >= 100
    assert found.count("Teddy") >= 15
    assert len(set(found)) >= 40


def test_the_same_name_has_different_types(corpus: dict[str, Reading]) -> None:
    kinds: dict[str, set[str]] = {}
    for kind, text in entities(corpus["train"]):
        kinds.setdefault(text, set()).add(kind)
    assert sum(len(k) > 1 for k in kinds.values()) >= 15
