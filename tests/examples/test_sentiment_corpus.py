"""The bundled reviews are what their page says."""

import csv
import io
import re
from collections import Counter
from itertools import combinations
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import cohen_kappa_score  # pyright: ignore[reportUnknownVariableType]
from sklearn.pipeline import make_pipeline  # pyright: ignore[reportUnknownVariableType]

import unrolled

EXAMPLES = Path(unrolled.__file__).parent / "examples"
FILES = {"train": "sentiment.csv", "dev": "sentiment_dev.csv", "test": "sentiment_test.csv"}
HEADER = ["text", "stars", "about"]
STARS = ("1", "2", "3", "4", "5")

# What would tell a reader the stars without the verdict: "five stars", "a 4 star hotel", "4/5", "8 out of ten", "★★".
GIVE_AWAY = re.compile(
    r"\b(?:zero|no|one|two|three|four|five|half|\d+)[\s-]+(?:a[\s-]+)?stars?\b"
    r"|\d\s*/\s*(?:5|10)\b|\b(?:\w+|\d+)\s+out\s+of\s+(?:five|ten|5|10)\b|[★☆⭐]|\bstars?\s+rating\b",
    re.IGNORECASE,
)


class Review(NamedTuple):
    text: str
    stars: str
    about: str


@pytest.fixture(scope="module")
def corpus() -> dict[str, list[Review]]:
    parts: dict[str, list[Review]] = {}
    for part, name in FILES.items():
        text = (EXAMPLES / name).read_bytes().decode("utf-8")
        header, *rows = csv.reader(io.StringIO(text, newline=""), strict=True)
        assert header == HEADER
        parts[part] = [Review(*row) for row in rows]
    return parts


def reviews(corpus: dict[str, list[Review]]) -> list[Review]:
    return [review for part in corpus.values() for review in part]


def words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+(?:'[^\W_]+)*", text.lower())


@pytest.mark.parametrize("name", FILES.values())
def test_the_file_is_utf8_with_line_feeds_and_written_as_rfc_4180_says(name: str) -> None:
    found = (EXAMPLES / name).read_bytes()
    assert not found.startswith(b"\xef\xbb\xbf")
    assert b"\r" not in found
    text = found.decode("utf-8")
    rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    assert all(len(row) == len(HEADER) for row in rows)
    again = io.StringIO(newline="")
    csv.writer(again, lineterminator="\n").writerows(rows)
    assert again.getvalue() == text
    assert len(rows) == text.count("\n")  # no line break inside a review


def test_every_field_is_clean(corpus: dict[str, list[Review]]) -> None:
    for review in reviews(corpus):
        assert review.stars in STARS
        for field in review:
            assert field == " ".join(field.split())
            assert set(field) <= set(map(chr, range(32, 127))) | set("éè£")
        assert re.fullmatch(r"[a-z]+(?: [a-z]+)*", review.about)


def test_it_is_large(corpus: dict[str, list[Review]]) -> None:
    assert len(corpus["train"]) >= 600
    assert len(corpus["dev"]) >= 120
    assert len(corpus["test"]) >= 120
    assert len(reviews(corpus)) >= 840


def test_stars_are_balanced_in_every_part(corpus: dict[str, list[Review]]) -> None:
    for part in corpus.values():
        counts = Counter(review.stars for review in part)
        for stars in STARS:
            assert 0.17 <= counts[stars] / len(part) <= 0.24


def test_lengths_vary(corpus: dict[str, list[Review]]) -> None:
    lengths = [len(review.text.split()) for review in reviews(corpus)]
    assert min(lengths) == 8
    assert 40 <= max(lengths) <= 60
    assert len(set(lengths)) >= 35
    for stars in STARS:  # the length gives nothing away
        mean = np.mean([len(review.text.split()) for review in reviews(corpus) if review.stars == stars])
        assert abs(mean - np.mean(lengths)) < 2


def test_no_review_is_a_variant_of_another(corpus: dict[str, list[Review]]) -> None:
    """The words that two reviews share, over all the words of both (Jaccard), are never as many as half."""
    sets = [frozenset(words(review.text)) for review in reviews(corpus)]
    assert max(len(a & b) / len(a | b) for a, b in combinations(sets, 2)) < 0.5
    # Templates filled by a loop would share long runs of words.
    runs: Counter[tuple[str, ...]] = Counter()
    for review in reviews(corpus):
        tokens = words(review.text)
        runs.update({tuple(tokens[i : i + 6]) for i in range(len(tokens) - 5)})
    assert runs.most_common(1)[0][1] <= 2


def test_many_kinds_of_things_are_reviewed_with_every_verdict(corpus: dict[str, list[Review]]) -> None:
    verdicts: dict[str, set[str]] = {}
    for review in reviews(corpus):
        verdicts.setdefault(review.about, set()).add(review.stars)
    assert len(verdicts) >= 60
    assert all(found == set(STARS) for found in verdicts.values())
    counts = Counter(review.about for review in reviews(corpus))
    assert min(counts.values()) >= 10
    assert max(counts.values()) <= 25


def test_the_test_part_is_about_other_things(corpus: dict[str, list[Review]]) -> None:
    kinds = {part: {review.about for review in rows} for part, rows in corpus.items()}
    assert kinds["test"].isdisjoint(kinds["train"] | kinds["dev"])
    assert len(kinds["test"]) >= 12
    assert kinds["dev"] == kinds["train"]
    assert len(kinds["train"]) >= 40
    assert set(Counter(review.about for review in corpus["dev"]).values()) == {3}


def test_no_review_says_its_stars(corpus: dict[str, list[Review]]) -> None:
    for text in ("Five stars!", "a 4-star hotel", "I give it 4/5", "nine out of ten", "★★", "half a star"):
        assert GIVE_AWAY.search(text)
    assert [review for review in reviews(corpus) if GIVE_AWAY.search(review.text)] == []


def test_parts_are_shuffled(corpus: dict[str, list[Review]]) -> None:
    """A reader that takes the first hundred gets every verdict and many kinds of things."""
    for part in corpus.values():
        assert {review.stars for review in part[:50]} == set(STARS)
        assert len({review.about for review in part[:100]}) >= 12


def test_a_linear_model_learns_it_and_does_not_master_it(corpus: dict[str, list[Review]]) -> None:
    """TF-IDF and logistic regression: far above chance (0.2; kappa 0) and far from all there is to learn."""
    model: Any = make_pipeline(
        TfidfVectorizer(token_pattern=r"[\w']+|[!?]", ngram_range=(1, 2), sublinear_tf=True),
        LogisticRegression(C=3.0, max_iter=2000),
    )
    model.fit([review.text for review in corpus["train"]], [review.stars for review in corpus["train"]])
    for part in ("dev", "test"):
        gold = np.array([int(review.stars) for review in corpus[part]])
        found = np.array([int(stars) for stars in model.predict([review.text for review in corpus[part]])])
        assert 0.45 <= np.mean(gold == found) <= 0.8
        assert 0.3 <= cohen_kappa_score(gold, found, weights="quadratic") <= 0.85
