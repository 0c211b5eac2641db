from typing import Any

import pytest

from unrolled import Tagger
from unrolled.data.answer import Answer
from unrolled.errors import DataError
from unrolled.tasks.entities import entities_of

X = [["Ada", "Lovelace", "spoke"], ["He", "sat", "in", "Paris"]] * 4
Y = [["B-PER", "I-PER", "O"], ["O", "O", "O", "B-LOC"]] * 4
TINY: dict[str, Any] = {"hidden_size": 8, "word_size": 8, "affix_size": 4, "num_threads": 1, "dropout": 0.0}


@pytest.fixture(scope="module")
def tagger() -> Any:
    return Tagger(**TINY, epochs=40, patience=None, learning_rate=0.03).fit(X, Y, dev=(X, Y))


def test_places_are_code_points_of_the_text_as_it_stands() -> None:
    text = "👩🏽\u200d🚀 Ada\u00a0\tLovelace, Ada  Ada\u0301"
    words = ("👩🏽\u200d🚀", "Ada", "Lovelace", ",", "Ada", "Ada\u0301")
    answer = Answer(("O", "B-PER", "I-PER", "O", "B-PER", "B-PER"), confidence=(1.0, 0.9, 0.8, 1.0, 0.7, 0.6))
    found = entities_of(text, words, answer)
    assert [(one.start, one.end, one.text, one.confidence) for one in found] == [
        (1, 3, "Ada\u00a0\tLovelace", 0.8),
        (4, 5, "Ada", 0.7),
        (5, 6, "Ada\u0301", 0.6),
    ]
    for one in found:
        assert text[one.start_char : one.end_char] == one.text
    assert [one.start_char for one in found] == [5, 20, 25]


def test_words_have_no_places_in_a_text() -> None:
    (one,) = entities_of(None, ("Ada", "Lovelace"), Answer(("B-PER", "I-PER"), confidence=(1.0, 0.5)))
    assert one.to_dict() == {"type": "PER", "start": 0, "end": 2, "text": "Ada Lovelace", "confidence": 0.5}


def test_a_tagger_finds_them_in_texts_and_in_words(tagger: Any) -> None:
    raw, blank, words = tagger.predict_entities(iter(["He sat in  Paris", " ", ["Ada", "Lovelace", "spoke"]]))
    assert [(one.type, one.text, one.start_char, one.end_char) for one in raw] == [("LOC", "Paris", 11, 16)]
    assert blank == []
    assert [(one.type, one.text, one.start_char) for one in words] == [("PER", "Ada Lovelace", None)]
    assert tagger.predict_entities([]) == []
    with pytest.raises(DataError, match="Example 2 has no words"):
        tagger.predict_entities([["Ada"], []])


def test_a_tagger_of_characters_splits_texts_so() -> None:
    X = [list("叶老桂在北京"), list("王小明在上海")] * 4
    Y = [["B-PER", "I-PER", "I-PER", "O", "B-LOC", "I-LOC"]] * 8
    tagger: Any = Tagger(**TINY, epochs=40, patience=None, learning_rate=0.03).fit(X, Y, dev=(X, Y))
    (found,) = tagger.predict_entities(["叶老桂在 北京"])
    assert [(one.type, one.text, one.start, one.start_char) for one in found] == [
        ("PER", "叶老桂", 0, 0),
        ("LOC", "北京", 4, 5),
    ]
    assert tagger.model_.x.settings.tokenizer == "characters"
    kept: Any = Tagger(**TINY, epochs=1, tokenizer="whitespace").fit(X, Y, dev=(X, Y))
    assert kept.model_.x.settings.tokenizer == "whitespace"


def test_one_text_is_no_list_of_texts(tagger: Any) -> None:
    for ask in (tagger.predict, tagger.predict_entities):
        with pytest.raises(DataError, match=r"^X is the text 'Ann sat'\. Give a list of "):
            ask("Ann sat")
