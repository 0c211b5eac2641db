"""Phrases against a counter of n-grams in plain Python."""

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np
import pytest
import torch

from unrolled.data.phrases import Bag, Phrases
from unrolled.data.spelling import normal_form
from unrolled.errors import DataError

WORDS, CHARACTERS = 3, 4
Texts = Sequence[Sequence[str]]


def occurrences(text: Sequence[str], words: int, characters: int) -> tuple[list[tuple[object, int, int]], ...]:
    """Each phrase of a text wherever it stands, with its first and last word: of words, and of characters."""
    forms = [normal_form(word) for word in text]
    spans = range(len(forms))
    of_words = [
        (tuple(forms[i : i + n]), i, i + n - 1) for n in range(1, words + 1) for i in spans if i + n <= len(forms)
    ]
    spelt = [(" ", 0), *((c, i) for i, form in enumerate(forms) for c in f"{form} ")]
    of_characters = [
        ("".join(c for c, _ in spelt[k : k + n]), spelt[k][1], spelt[k + n - 1][1])
        for n in range(2, characters + 1)
        for k in range(len(spelt) - n + 1)
    ]
    return of_words, of_characters


def kept(texts: Texts, words: int, characters: int, min_count: int) -> tuple[dict[object, frozenset[int]], ...]:
    """The phrases that so many texts hold, and which texts hold each, for either kind."""
    found: tuple[dict[object, set[int]], dict[object, set[int]]] = ({}, {})
    for number, text in enumerate(texts):
        for of_kind, phrases in zip(found, occurrences(text, words, characters), strict=True):
            for phrase, _, _ in phrases:
                of_kind.setdefault(phrase, set()).add(number)
    return tuple({p: frozenset(n) for p, n in of_kind.items() if len(n) >= min_count} for of_kind in found)


def drawn(seed: int, count: int = 25) -> list[tuple[str, ...]]:
    chance = random.Random(seed)
    words = ["a", "ab", "aab", "Ba", "12", "34", "@x", "ß", "日本", "🙂", "-"]
    return [tuple(chance.choices(words, k=chance.randint(1, 7))) for _ in range(count)]


def rows_of(bag: Bag) -> Iterator[list[int]]:
    for start, end in zip(bag.offsets[:-1].tolist(), bag.offsets[1:].tolist(), strict=True):
        yield bag.indices[start:end].tolist()


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("min_count", [1, 2, 4])
def test_what_is_known_is_what_so_many_texts_hold(seed: int, min_count: int) -> None:
    texts = drawn(seed)
    phrases = Phrases.fitted(iter(texts), words=WORDS, characters=CHARACTERS, min_count=min_count)
    wanted = kept(texts, WORDS, CHARACTERS, min_count)
    assert phrases.sizes == tuple(map(len, wanted))
    assert all(phrases.sizes)
    for bag, of_kind, size in zip(phrases.bags(texts), wanted, phrases.sizes, strict=True):
        holders: list[set[int]] = [set() for _ in range(size)]
        for number, row in enumerate(rows_of(bag)):
            assert len(set(row)) == len(row)  # each once, however often it stands there
            for index in row:
                holders[index].add(number)
        assert Counter(map(frozenset, holders)) == Counter(of_kind.values())


@pytest.mark.parametrize(("words", "characters"), [(1, 0), (0, 3), (5, 2), (0, 0), (2, 1)])
def test_either_kind_may_be_left_out(words: int, characters: int) -> None:
    texts = drawn(4)
    phrases = Phrases.fitted(texts, words=words, characters=characters, min_count=2)
    assert phrases.sizes == tuple(map(len, kept(texts, words, characters, 2)))
    assert [len(bag.offsets) for bag in phrases.bags(texts)] == [len(texts) + 1] * 2


def test_places_are_those_of_every_occurrence() -> None:
    texts = drawn(1)
    phrases = Phrases.fitted(texts, words=WORDS, characters=CHARACTERS, min_count=2)
    known = kept(texts, WORDS, CHARACTERS, 2)
    names: tuple[dict[int, tuple[str, ...]], ...] = ({}, {})
    for text in texts:
        of_text = occurrences(text, WORDS, CHARACTERS)
        for kind, (indices, first, last) in enumerate(phrases.places(text)):
            wanted = Counter((i, j) for phrase, i, j in of_text[kind] if phrase in known[kind])
            assert Counter(zip(first.tolist(), last.tolist(), strict=True)) == wanted
            if kind == 0:  # a sequence of words is known by where it begins and ends
                for index, i, j in zip(indices.tolist(), first.tolist(), last.tolist(), strict=True):
                    form = tuple(map(normal_form, text[i : j + 1]))
                    assert names[0].setdefault(index, form) == form
    assert len(set(names[0].values())) == len(names[0]) == phrases.sizes[0]


@pytest.mark.parametrize("seed", range(3))
def test_what_arrives_with_each_word_adds_up_to_what_the_beginning_holds(seed: int) -> None:
    texts = drawn(seed)
    phrases = Phrases.fitted(texts, words=WORDS, characters=CHARACTERS, min_count=2)
    for text in texts:
        beginnings = phrases.bags([text[: t + 1] for t in range(len(text))])
        for kind, (arriving, of_beginning) in enumerate(zip(phrases.arrivals(text, 0), beginnings, strict=True)):
            so_far: list[int] = []
            rows = list(rows_of(arriving))
            for row, whole in zip(rows, rows_of(of_beginning), strict=True):
                so_far += row
                assert sorted(so_far) == sorted(whole)
            for before in range(len(text)):
                assert list(rows_of(phrases.arrivals(text, before)[kind])) == rows[before:]


def test_a_batch_is_looked_up_as_each_text_alone() -> None:
    texts, others = drawn(5), drawn(6)
    phrases = Phrases.fitted(texts, words=WORDS, characters=CHARACTERS)
    for kind, bag in enumerate(phrases.bags(others)):
        assert list(rows_of(bag)) == [next(rows_of(phrases.bags([text])[kind])) for text in others]


def test_long_texts_and_words_are_counted_like_short_ones() -> None:
    chance = random.Random(0)
    long = tuple(chance.choices("abcdefgh", k=30_000))
    phrases = Phrases.fitted([long, long], words=2, characters=3)
    forms = {(word,) for word in long} | set(pairwise(long))
    assert phrases.sizes[0] == len(forms)
    assert phrases.sizes[1] == len(kept([long[:3000]], 0, 3, 1)[1])
    assert phrases.bags([("x" * 100_000, "a")])[0].indices.tolist() == phrases.bags([("a",)])[0].indices.tolist()


def test_half_a_surrogate_pair_is_a_character_like_any_other() -> None:
    texts = [("so", "\ud800x"), ("\ud800x", "good"), ("\udc00",)]
    phrases = Phrases.fitted(texts, words=2, characters=3)
    assert phrases.sizes == tuple(map(len, kept(texts, 2, 3, 2)))


def test_nothing_to_count_is_nothing_known() -> None:
    phrases = Phrases.fitted([])
    assert phrases.sizes == (0, 0)
    assert [bag.offsets.tolist() for bag in phrases.bags([("a",)])] == [[0, 0], [0, 0]]


def test_tensors_are_what_they_were_made_of() -> None:
    texts = drawn(7)
    phrases = Phrases.fitted(texts, words=WORDS, characters=CHARACTERS)
    assert any((numbers >= np.uint64(2**63)).any() for numbers in phrases.known)  # as int64 these are negative
    again = Phrases.of_tensors(WORDS, CHARACTERS, phrases.tensors())
    for bag, other in zip(phrases.bags(texts), again.bags(texts), strict=True):
        assert torch.equal(bag.indices, other.indices)
        assert torch.equal(bag.offsets, other.offsets)


RISING = torch.tensor([1, 5, -3])  # as uint64, -3 is the largest


@pytest.mark.parametrize(
    ("tensors", "words"),
    [
        ({}, "no row of int64 called word_phrases"),
        ({"word_phrases": RISING}, "no row of int64 called character_phrases"),
        ({"word_phrases": RISING.int(), "character_phrases": RISING}, "called word_phrases"),
        ({"word_phrases": RISING.double(), "character_phrases": RISING}, "called word_phrases"),
        ({"word_phrases": RISING[None], "character_phrases": RISING}, "called word_phrases"),
        ({"word_phrases": torch.tensor(3), "character_phrases": RISING}, "called word_phrases"),
        ({"word_phrases": RISING, "character_phrases": torch.tensor([-3, 1])}, "character_phrases do not rise"),
        ({"word_phrases": torch.tensor([4, 4]), "character_phrases": RISING}, "word_phrases do not rise"),
    ],
)
def test_tensors_that_are_no_phrases_are_named(tensors: dict[str, torch.Tensor], words: str) -> None:
    with pytest.raises(DataError, match=words):
        Phrases.of_tensors(WORDS, CHARACTERS, tensors)


def test_tensors_that_rise_as_unsigned_numbers_are_taken() -> None:
    phrases = Phrases.of_tensors(1, 0, {"word_phrases": RISING, "character_phrases": RISING[:0]})
    assert phrases.sizes == (3, 0)
