import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unrolled.data.tokenizer import tokenize


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("He said, Teddy bears are on sale.", "He said , Teddy bears are on sale ."),
        ("I don't, can't, won't; shouldn't've!", "I do n't , ca n't , wo n't ; should n't 've !"),
        ("cannot gonna Gimme", "can not gon na Gim me"),
        ("John's dogs' it's they’ll I'M", "John 's dogs ' it 's they ’ll I 'M"),
        ("'quoted' “words”…", "' quoted ' “ words ” …"),
        ("Mr. J. R. Smith of the U.S. at 5 p.m. left.", "Mr. J. R. Smith of the U.S. at 5 p.m. left ."),
        ("We live in the U.S.", "We live in the U.S."),
        ("They left Apple Inc.", "They left Apple Inc ."),
        ("So did I. Then", "So did I . Then"),
        ("No. 5 said no. Really", "No. 5 said no . Really"),
        ("$1,000.50 (5%) -5 3-4 1990s 10:30", "$ 1,000.50 ( 5 % ) -5 3-4 1990s 10:30"),
        ("well-known pre- and O'Brien and/or AT&T", "well-known pre- and O'Brien and/or AT&T"),
        ("see https://x.org/a?b=c, or a.b@c.de.", "see https://x.org/a?b=c , or a.b@c.de ."),
        ("@me #tag -- ... !!", "@me #tag -- ... ! !"),
        ("naïve cafe\u0301 हिन्दी।", "naïve cafe\u0301 हिन्दी ।"),
        ("ok👍🏽 👩\u200d👩\u200d👧 ❤\ufe0f 🇫🇷🇩🇪", "ok 👍🏽 👩\u200d👩\u200d👧 ❤\ufe0f 🇫🇷 🇩🇪"),
        (" \t\n", ""),
    ],
)
def test_tokens(text: str, tokens: str) -> None:
    assert tokenize(text) == tokens.split()


@settings(deadline=None)
@given(st.text() | st.text("aB.'’-n t0,👍\u0301\u200d", max_size=30))
def test_no_character_changes(text: str) -> None:
    tokens = tokenize(text)
    assert all(tokens)
    assert "".join(tokens) == "".join(text.split())


@pytest.mark.parametrize("piece", ["a.", "1,", "a-", "(", "'", "@", "a'", "http://", "a@a.", "A."])
def test_a_hundred_thousand_characters_take_linear_time(piece: str) -> None:
    text = piece * (100_000 // len(piece))
    assert "".join(tokenize(text)) == text
