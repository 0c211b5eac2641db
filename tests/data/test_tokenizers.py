"""Tokenizers for text with and without spaces, and which of them is found."""

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unrolled.data.tokenizer import (
    TOKENIZERS,
    characters,
    detect_tokenizer,
    detect_tokenizer_of_tokens,
    every_character,
    places,
    spaceless_share,
    tokenize,
    tokenizer_of,
)
from unrolled.errors import SettingsError

FAMILY = "👩\u200d👩\u200d👧"


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("浙商银行", "浙 商 银 行"),
        ("2023年GDP增长5.2%，iPhone 15很好！", "2023 年 GDP 增 长 5.2 % ， iPhone 15 很 好 ！"),
        ("東京タワーは３３３メートル。", "東 京 タ ワ ー は ３３３ メ ー ト ル 。"),
        ("パ\u3099ｶ\uff9eう", "パ\u3099 ｶ\uff9e う"),  # voicing marks that combine stay
        ("ที่นี่ไม่มีน้ำ 12", "ที่ นี่ ไ ม่ มี น้ำ 12"),
        ("ພາສາລາວ", "ພ າ ສ າ ລ າ ວ"),
        ("ភាសាខ្មែរ", "ភា សា ខ្មែ រ"),
        ("မြန်မာ", "မြ န် မာ"),
        (f"好{FAMILY}👍🏽🇫🇷🇩🇪1️⃣", f"好 {FAMILY} 👍🏽 🇫🇷 🇩🇪 1️⃣"),
        ("𠮷野家\u3000と", "𠮷 野 家 と"),
        ("ไทย\u200bไทย", "ไ ท ย ไ ท ย"),  # a zero width space separates words
        ("he can't.", "he ca n't ."),
        ("中 \u0301", "中 \u0301"),
    ],
)
def test_characters(text: str, tokens: str) -> None:
    assert characters(text) == tokens.split(" ")


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("GDP增长 5%", "G D P 增 长 5 %"),
        ("cafe\u0301 हि", "c a f e\u0301 हि"),
        (f"{FAMILY}🇫🇷🇩", f"{FAMILY} 🇫🇷 🇩"),
        ("\u1112\u1161\u11ab가\u11a8", "\u1112\u1161\u11ab 가\u11a8"),
        ("\ud83d\ude00x", "\ud83d\ude00 x"),
    ],
)
def test_every_character(text: str, tokens: str) -> None:
    assert every_character(text) == tokens.split(" ")


TEXT = st.text(max_size=40) | st.text("aé.'5 \u0301\u200d\ufe0f中ーที่ภ្👍🏽👩🇫\u00a0\u3000\t", max_size=30)


@settings(deadline=None)
@given(TEXT, st.sampled_from(sorted(TOKENIZERS)))
def test_tokens_stand_in_the_text_and_leave_out_white_space_alone(text: str, name: str) -> None:
    tokens = tokenizer_of(name)(text)
    end, left = 0, ""
    for token, (start, stop) in zip(tokens, places(text, tokens), strict=True):
        assert text[start:stop] == token
        left += text[end:start]
        end = stop
    assert all(gap.isspace() or gap == "\u200b" for gap in left + text[end:])
    assert all(tokens)


@settings(deadline=None)
@given(TEXT)
def test_text_without_such_letters_is_split_into_words(text: str) -> None:
    if spaceless_share([text]) == 0 and not any("\u0e00" <= c <= "\u17ff" or c > "\u2e80" for c in text):
        assert characters(text) == tokenize(text)


@pytest.mark.parametrize("piece", ["中", "中a", "\u0301", "👩\u200d", "🇫", "ក្"])
def test_a_hundred_thousand_characters_take_linear_time(piece: str) -> None:
    text = piece * (100_000 // len(piece))
    assert "".join(characters(text)) == text
    assert "".join(every_character(text)) == text


@pytest.mark.parametrize(
    ("texts", "name"),
    [
        (["A warm film.", "Überall 中"], "words"),
        (["我喜欢这部电影", "好", "It is good"], "characters"),
        (["我 喜欢 这 部 电影", "不 好 看"], "words"),  # its words were separated before
        (["ภาพยนตร์เรื่องนี้ดีมาก แต่ยาวเกินไป"], "characters"),
        (["とても良い映画。iPhoneで見た"], "characters"),
        (["영화가 정말 좋았다"], "words"),
        ([], "words"),
        (["1234 5"], "words"),
    ],
)
def test_texts_are_split_by_characters_where_they_are_written_so(texts: list[str], name: str) -> None:
    assert detect_tokenizer(texts) == name


@pytest.mark.parametrize(
    ("tokens", "name"),
    [
        (["Teddy", "Roosevelt", "won", "5", "a"], "words"),
        (list("浙商银行在"), "characters"),
        ([*"浙商银行在", "GDP", "2023"], "characters"),
        ([*"浙商银行在", *"GDP2023" * 4], "every_character"),
        (["浙商", "银行", "在"], "words"),
        (["ที่", "นี่", "น้ำ"], "characters"),
        (["Teddy"] * 99 + ["中"], "words"),
        ([], "words"),
    ],
)
def test_tokens_show_how_they_were_split(tokens: list[str], name: str) -> None:
    assert detect_tokenizer_of_tokens(Counter(tokens)) == name


def test_a_name_that_is_none_is_refused() -> None:
    with pytest.raises(SettingsError, match="words, characters, every_character, whitespace"):
        tokenizer_of("jieba")


def test_white_space_is_that_of_ascii() -> None:
    assert tokenizer_of("whitespace")("can't\tstop-\u00a0here \n") == ["can't", "stop-\u00a0here"]
