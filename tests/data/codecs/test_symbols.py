"""Symbols of texts: nothing is lost, what is unknown is copied, and what was saved is checked."""

import copy
import pickle

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from unrolled.data.codecs import Fault, Saved, SymbolsCodec, SymbolsSettings
from unrolled.data.subwords import Subwords
from unrolled.data.tokenizer.reversible import joined, split_reversibly
from unrolled.errors import DataError, SettingsError

TEXTS = ["l'eau est là", "l'air est pur", "où est l'eau ?", "שלום עולם", "नमस्ते दुनिया", "10 000,50 €"] * 3
SUBWORDS = SymbolsCodec.fitted(TEXTS, SymbolsSettings(num_subwords=330))
WORDS = SymbolsCodec.fitted(TEXTS, SymbolsSettings(units="words"))
CHARACTERS = SymbolsCodec.fitted(TEXTS, SymbolsSettings(units="characters"))
ANY = st.text(st.characters(codec="utf-8"), min_size=1)


def there_and_back(codec: SymbolsCodec, text: str) -> str:
    return codec.decode(codec.encode([text]).to_list())[0]


@given(ANY)
def test_subwords_lose_nothing(text: str) -> None:
    assert there_and_back(SUBWORDS, text) == text


@pytest.mark.parametrize(
    "text",
    ["a ▁ b", " \ue000- ▁", "\ue000\ue000-▁", "<unk> </s> <0x0A>", "  x\n\t", "👩\u200d👩\u200d👧", "ﬁ", "e\u0301"],
)
def test_subwords_lose_nothing_that_stands_for_something_else_in_them(text: str) -> None:
    assert there_and_back(SUBWORDS, text) == text


@given(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="￭"), min_size=1), min_size=1))
def test_words_are_put_together_again(pieces: list[str]) -> None:
    text = " ".join(" ".join(pieces).split())
    assert joined(split_reversibly(text)) == text


@pytest.mark.parametrize("text", TEXTS[:6])
def test_known_words_and_characters_are_put_together_again(text: str) -> None:
    assert there_and_back(WORDS, text) == text
    assert there_and_back(CHARACTERS, text) == text


def test_a_text_that_spells_the_end_does_not_end() -> None:
    codec = SymbolsCodec.fitted(["a </s> b", "<unk>"], SymbolsSettings(units="words"))
    assert (codec.encode(["a </s> b"]).rows[:-1] != 1).all()
    assert codec.encode(["a"]).rows.tolist()[-1] == codec.space.end == 1


def test_the_same_texts_give_the_same_subwords() -> None:
    again = SymbolsCodec.fitted(TEXTS, SymbolsSettings(num_subwords=330))
    assert again == SUBWORDS
    assert isinstance(again.symbols, Subwords)
    assert len(again.symbols) <= 330


def test_digits_stand_alone() -> None:
    assert [piece for piece in SUBWORDS.pieces("10 000,50 €") if any(map(str.isdigit, piece)) and len(piece) == 1]
    assert not [piece for piece in SUBWORDS.pieces("1000 50") if sum(map(str.isdigit, piece)) > 1]


@pytest.mark.parametrize("codec", [SUBWORDS, WORDS, CHARACTERS], ids=lambda codec: codec.settings.units)
def test_what_is_saved_is_loaded(codec: SymbolsCodec) -> None:
    for other in (SymbolsCodec.load(codec.save()), pickle.loads(pickle.dumps(codec)), copy.deepcopy(codec)):
        assert other == codec
        assert torch.equal(other.encode(TEXTS).rows, codec.encode(TEXTS).rows)


def test_an_unknown_word_is_copied_through_the_alignment() -> None:
    sequence = torch.tensor([WORDS.encode(["est"]).rows[0], 0, 1])
    pieces = WORDS.pieces("Zanzibar est pur")
    alignment = np.eye(4, dtype=np.float32)[[1, 0, 3]]
    assert WORDS.decode_copying([sequence], [pieces], [alignment]) == ["est Zanzibar"]
    last = np.array([[0, 1, 0, 0], [0.1, 0, 0.2, 0.7], [0, 0, 0, 1]], np.float32)  # the end is nothing to copy
    assert WORDS.decode_copying([sequence], [pieces], [last]) == ["est pur"]


def test_unknown_words_are_counted() -> None:
    report = WORDS.unknown(["Zanzibar est pur"])
    assert (report.num_tokens, report.num_unknown) == (3, 1)
    assert SUBWORDS.unknown(["Zanzibar"]).num_unknown == 0


def test_what_is_no_text_is_named() -> None:
    for odd, words in ((8, "a number"), (None, "a gap"), ("", "an empty text"), ("\ud800", "surrogate")):
        found = SUBWORDS.accepted(odd)
        assert isinstance(found, Fault)
        assert words in found.found
    assert SUBWORDS.accepted(np.str_("là")) == "là"
    with pytest.raises(DataError, match="Example 2"):
        SymbolsCodec.fitted(["a", 3])  # pyright: ignore[reportArgumentType]


def test_new_words_come_after_those_that_are_known() -> None:
    more = WORDS.grown(["Zanzibar est"], WORDS.settings)
    assert more.symbols.tokens[: len(WORDS.symbols)] == WORDS.symbols.tokens  # pyright: ignore[reportAttributeAccessIssue]
    assert more.origins(WORDS)["labels"].tolist() == [*range(len(WORDS.symbols)), 0]


def damaged(**changed: object) -> Saved:
    saved = SUBWORDS.save()
    return Saved(
        changed.get("settings", saved.settings),  # pyright: ignore[reportArgumentType]
        {"symbols.txt": str(changed.get("text", saved.text("symbols.txt")))},
        {"scores": changed.get("scores", saved.tensors["scores"])},  # pyright: ignore[reportArgumentType]
    )


@pytest.mark.parametrize(
    ("saved", "words"),
    [
        (damaged(text="<unk>\na\n"), "second line"),
        (damaged(text="<unk>\n</s>\na\n"), "no score each"),
        (damaged(scores=torch.zeros(3)), "no score each"),
        (damaged(scores=SUBWORDS.save().tensors["scores"].double()), "no score each"),
        (damaged(scores=torch.full_like(SUBWORDS.save().tensors["scores"], torch.nan)), "not finite"),
        (damaged(text=SUBWORDS.save().text("symbols.txt").replace("<0x0A>", "line")), "256 bytes"),
    ],
)
def test_what_cannot_be_is_not_loaded(saved: Saved, words: str) -> None:
    with pytest.raises(DataError, match=words):
        SymbolsCodec.load(saved)


def test_without_sentencepiece_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "sentencepiece", None)
    with pytest.raises(DataError, match=r"unrolled\[translation\]"):
        SymbolsCodec.fitted(TEXTS)


def test_too_few_subwords_are_refused() -> None:
    with pytest.raises(SettingsError, match="num_subwords"):
        SymbolsSettings(num_subwords=10)
