import tracemalloc

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from unrolled.data.codecs import Saved, TagsCodec, WordsCodec, WordsSettings, load_codec, may_follow, words
from unrolled.data.codecs.words import MAX_CACHE, MAX_CHARACTERS
from unrolled.data.spelling import AFFIXES, affixes
from unrolled.data.tags import is_valid_iob2
from unrolled.errors import DataError

TRAIN = [["Teddy", "Roosevelt", "met", "Teddy"], ["Teddy", "bears", "met"]]


@pytest.fixture
def codec() -> WordsCodec:
    return WordsCodec.fitted(TRAIN)


def test_known_and_unknown_words(codec: WordsCodec) -> None:
    encoded = codec.encode([["teddy", "TEDDY", "zebra"], ["met"]])
    teddy, met = codec.words.index("teddy"), codec.words.index("met")
    assert encoded.indices.rows.tolist() == [teddy, teddy, 0, met]
    assert encoded.indices.lengths.tolist() == [3, 1]


def test_spelling_is_stored_once_for_each_distinct_word(codec: WordsCodec) -> None:
    encoded = codec.encode([["met", "Teddy", "met"], ["Teddy"]])
    assert encoded.distinct.tolist() == [0, 1, 0, 1]
    assert encoded.affixes.shape == (2, len(AFFIXES)) == (2, codec.num_affixes)
    assert encoded.affixes[1].tolist() == codec.affixes.indices(affixes("Teddy"))
    characters = [sequence.tolist() for sequence in encoded.characters.to_list()]
    assert characters == [codec.characters.indices("met"), codec.characters.indices("Teddy")]


def test_affixes_and_characters_seen_once_are_unknown(codec: WordsCodec) -> None:
    assert "p4=bear" not in codec.affixes
    assert "p4=tedd" in codec.affixes
    assert "b" not in codec.characters
    assert "T" in codec.characters


def test_min_count_and_max_vocabulary() -> None:
    assert "bears" not in WordsCodec.fitted(TRAIN, WordsSettings(min_count=2)).words
    assert WordsCodec.fitted(TRAIN, WordsSettings(max_vocabulary=2)).words.tokens == ("<unk>", "teddy")


def test_a_long_word_keeps_both_ends(codec: WordsCodec) -> None:
    encoded = codec.encode([["T" + "e" * 500 + "y"]])
    assert encoded.characters.num_rows == MAX_CHARACTERS
    assert encoded.characters.rows[0] == codec.characters.index("T")
    assert encoded.characters.rows[-1] == codec.characters.index("y")


def test_a_text_is_no_sentence(codec: WordsCodec) -> None:
    with pytest.raises(DataError, match="Sentence 2 is the text 'ab c'"):
        codec.encode([["a"], "ab c"])


def test_a_text_that_is_missing_is_named(codec: WordsCodec) -> None:
    texts = dict(codec.save().texts)
    del texts["affixes.txt"]
    with pytest.raises(DataError, match=r"no affixes.txt"):
        WordsCodec.load(Saved({}, texts))
    with pytest.raises(DataError, match=r"no labels.txt"):
        TagsCodec.load(Saved())


@pytest.mark.parametrize("sentences", [[["a"], []], [["a"], ["b", ""]]])
def test_an_empty_sentence_or_word_is_refused(codec: WordsCodec, sentences: list[list[str]]) -> None:
    with pytest.raises(DataError, match="Sentence 2 has no words or an empty word"):
        codec.encode(sentences)


def test_counts_are_by_index_with_unknown_words_first(codec: WordsCodec) -> None:
    counts = codec.counts([["teddy", "zebra", "Teddy", "lion"]])
    assert counts[0] == 2
    assert counts[codec.words.index("teddy")] == 2
    assert sum(counts) == 4


@settings(max_examples=30)
@given(st.lists(st.lists(st.text(min_size=1), min_size=1), min_size=1))
def test_texts_hold_everything(sentences: list[list[str]]) -> None:
    sentences = [[word.encode("utf-8", "ignore").decode() or "x" for word in sentence] for sentence in sentences]
    codec = WordsCodec.fitted(sentences)
    again = load_codec("words", codec.save())
    assert again == codec
    assert torch.equal(again.encode(sentences).affixes, codec.encode(sentences).affixes)


def test_memory_stays_flat_on_an_endless_stream_of_new_words(
    codec: WordsCodec, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = codec.encode(TRAIN)
    monkeypatch.setattr(words, "MAX_CACHE", 20)
    small = WordsCodec.fitted(TRAIN)
    spelt: list[str] = []
    monkeypatch.setattr(words, "affixes", lambda word: spelt.append(word) or affixes(word))
    for number in range(100):
        small.encode([[f"word{number}", "Teddy"]])
        assert len(small._seen) <= 20
    assert spelt.count("Teddy") == 1  # what comes again stays
    assert len(spelt) == 101
    after = small.encode(TRAIN)
    assert torch.equal(before.indices.rows, after.indices.rows)
    assert torch.equal(before.affixes, after.affixes)


def test_a_full_cache_of_spellings_takes_some_megabytes(monkeypatch: pytest.MonkeyPatch) -> None:
    # it was a million words, and half a GB
    monkeypatch.setattr(words, "MAX_CACHE", 2_000)
    small = WordsCodec.fitted(TRAIN)
    letters = np.random.default_rng(0).integers(97, 123, (5_000, 9), dtype=np.uint8)
    most = 0
    tracemalloc.start()
    for row in letters:
        small.encode([[row.tobytes().decode()]])
        most = max(most, tracemalloc.get_traced_memory()[0])
    tracemalloc.stop()
    assert 1_000 <= len(small._seen) <= 2_000
    assert most / 2_000 * MAX_CACHE < 48 * 2**20


def test_labels_there_and_back() -> None:
    codec = TagsCodec.fitted([["O", "B-PER", "I-PER"], ["B-LOC"]])
    assert codec.labels.tokens == ("B-LOC", "B-PER", "I-PER", "O")
    assert codec.decode(codec.encode([["O"], ["B-PER", "I-PER"]]).to_list()) == [["O"], ["B-PER", "I-PER"]]
    with pytest.raises(DataError, match=r"'B-PRE'.*nearest is 'B-PER'"):
        codec.encode([["B-PRE"]])


IOB2 = ["O", "B-PER", "I-PER", "B-LOC", "I-LOC", "B", "I"]


@given(st.lists(st.sampled_from(IOB2), min_size=1, max_size=6))
def test_a_path_of_allowed_steps_is_valid_iob2_and_no_other(path: list[str]) -> None:
    allowed = all(may_follow(label, previous) for previous, label in zip(["O", *path], path, strict=False))
    assert allowed == is_valid_iob2(path)


def test_labels_that_are_no_iob2_may_follow_any() -> None:
    assert may_follow("INTJ", "NOUN")
