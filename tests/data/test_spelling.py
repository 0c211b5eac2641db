import pytest
from hypothesis import given
from hypothesis import strategies as st

from unrolled.data.spelling import AFFIXES, affixes, normal_form, shape

words = st.text(min_size=1, max_size=40)


@given(words)
def test_any_word_has_every_feature(word: str) -> None:
    found = affixes(word)
    assert len(found) == len(AFFIXES)
    for name, value in zip(AFFIXES, found, strict=True):
        assert value.startswith(f"{name}=")
    assert normal_form(normal_form(word)) == normal_form(word) or "\u0130" in word


@given(words)
def test_case_changes_the_shape_and_not_the_affixes(word: str) -> None:
    if word.upper().lower() == word.lower():
        letters = len(AFFIXES) - 2
        assert affixes(word.upper())[:letters] == affixes(word.lower())[:letters]
    assert len(shape(word)) <= 12


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("NATO", "XX"),
        ("Jean-Luc", "Xxx-Xxx"),
        ("O'Brien", "X'Xxx"),
        ("3rd", "dxx"),
        ("12/05/2021", "dd/dd/dd"),
        ("München", "Xxx"),
        ("北京", "北京"),
        ("ÉCOLE", "XX"),
    ],
)
def test_shape(word: str, expected: str) -> None:
    assert shape(word) == expected


def test_a_handle_is_a_whole_word() -> None:
    assert normal_form("@") == "@"
    assert normal_form("a@b.org") == "a@b.org"
    assert normal_form("HTTP://X.ORG") == "<address>"
