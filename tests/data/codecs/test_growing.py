"""Codecs that take in what new values bring, and what they say of where each symbol comes from."""

from collections import Counter

import numpy as np
import pytest
import torch

from unrolled.data.codecs import (
    CODECS,
    LabelCodec,
    LabelSetCodec,
    LabelSettings,
    NumberCodec,
    TagsCodec,
    TextCodec,
    TextSettings,
    VectorsCodec,
    WordsCodec,
    WordsSettings,
)
from unrolled.data.codecs.codec import Growing
from unrolled.data.spelling import affixes, normal_form
from unrolled.errors import DataError, SettingsError

OLD = [("Teddy", "sat", "."), ("Teddy", "ran", "."), ("she", "sat", ".")]
NEW = [("zebras", "ran", "!"), ("Zebras", "jumped", "!", "!"), ("Teddy", "waved")]


def test_every_codec_of_the_table_can_go_on() -> None:
    assert all(issubclass(codec, Growing) for codec in CODECS.values())


def test_new_words_stand_behind_the_old_ones_the_most_frequent_first() -> None:
    old = WordsCodec.fitted(OLD)
    grown = old.grown(NEW, WordsSettings())
    known = len(old.words)
    assert grown.words.tokens == (*old.words.tokens, "!", "zebras", "jumped", "waved")
    for name in ("words", "affixes", "characters"):
        tokens, earlier = getattr(grown, name).tokens, getattr(old, name).tokens
        assert tokens[: len(earlier)] == earlier
        assert grown.origins(old)[name].tolist() == [*range(len(earlier)), *[0] * (len(tokens) - len(earlier))]
    counts: Counter[str] = Counter()
    for word in {word for sentence in NEW for word in sentence}:
        for value in affixes(word):
            counts[value] += sum(sentence.count(word) for sentence in NEW)
    assert set(grown.affixes.tokens) == {*old.affixes.tokens, *(value for value in counts if counts[value] > 1)}
    assert old.encode(OLD).indices.rows.tolist() == grown.encode(OLD).indices.rows.tolist()
    assert grown.encode([("zebras",)]).indices.rows.tolist() == [known + 1]
    assert old.encode([("zebras",)]).indices.rows.tolist() == [0]


def test_the_settings_say_which_new_words_are_taken_in() -> None:
    old = WordsCodec.fitted(OLD)
    assert old.grown(NEW, WordsSettings(min_count=2)).words.tokens == (*old.words.tokens, "!", "zebras")
    for most, added in ((len(old.words) + 1, ("!",)), (len(old.words), ()), (1, ())):
        grown = old.grown(NEW, WordsSettings(max_vocabulary=most))
        assert grown.words.tokens == (*old.words.tokens, *added)
        assert grown.settings.max_vocabulary == most


def test_new_phrases_stand_among_the_old_ones_and_say_where_those_were() -> None:
    settings = TextSettings(phrase_words=2, phrase_characters=3, phrase_min_count=1)
    old = TextCodec.fitted(OLD, settings)
    grown = old.grown(NEW, TextSettings(phrase_words=7, phrase_characters=0, phrase_min_count=1))
    assert (grown.settings.phrase_words, grown.settings.phrase_characters) == (2, 3)  # what the old ones are
    both = TextCodec.fitted([*OLD, *NEW], settings)
    assert all(map(np.array_equal, grown.phrases.known, both.phrases.known))
    origins = grown.origins(old)["phrases"]
    assert len(origins) == sum(grown.phrases.sizes)
    assert sorted(origins[origins >= 0].tolist()) == list(range(sum(old.phrases.sizes)))
    first = grown.phrases.sizes[0]
    for text in OLD:
        for kind, (new, before) in enumerate(
            zip(grown.encode([text]).phrases, old.encode([text]).phrases, strict=True)
        ):
            of_kind = origins[:first] if kind == 0 else origins[first:] - old.phrases.sizes[0]
            found = of_kind[new.indices]
            assert sorted(found[found >= 0].tolist()) == sorted(before.indices.tolist())


def test_a_codec_without_phrases_gets_none() -> None:
    old = TextCodec.fitted(OLD, TextSettings(phrase_words=0, phrase_characters=0))
    grown = old.grown(NEW * 2, TextSettings())
    assert grown.space.phrases == ()
    assert normal_form("Zebras") in grown.words


def test_labels_keep_their_order_whatever_comes() -> None:
    tags = TagsCodec.fitted([["O", "B-PER"]])
    grown = tags.grown([["B-ART", "I-ART", "O"]], tags.settings)
    assert grown.labels.tokens == ("B-ART", "B-PER", "I-ART", "O")
    assert grown.origins(tags)["labels"].tolist() == [-1, 0, -1, 1]
    sets = LabelSetCodec.fitted([{"9", "10"}])
    more = sets.grown([{"9.5"}, set()], sets.settings)
    assert more.labels.tokens == ("9", "9.5", "10")
    assert more.origins(sets)["labels"].tolist() == [0, -1, 1]
    words = sets.grown([{"ten"}], sets.settings)
    assert words.labels.tokens == ("10", "9", "ten")
    assert words.origins(sets)["labels"].tolist() == [1, 0, -1]
    for codec in (tags, grown, sets, more, words):
        assert type(codec).load(codec.save()) == codec
    with pytest.raises(DataError, match="Example 2 has 'war' where a set of labels"):
        sets.grown([{"film"}, "war"], sets.settings)


def test_a_label_is_ordered_if_the_earlier_ones_were() -> None:
    grades, two, words = (LabelCodec.fitted(each) for each in ("135", "01", ["no", "so"]))
    more = grades.grown(["2"], LabelSettings())
    assert (more.labels.tokens, more.space.ordered) == (("1", "2", "3", "5"), True)
    assert more.grown(["4"], more.settings).origins(more)["labels"].tolist() == [0, 1, 2, -1, 3]
    assert not two.grown(["2"], LabelSettings()).space.ordered  # three whole numbers, which detect takes for grades
    assert words.grown(["7"], LabelSettings()).labels.tokens == ("7", "no", "so")
    assert LabelCodec.load(more.save()) == more
    with pytest.raises(DataError, match=r"The label 'great' is no number, .* are: 1, 3, 5\. Give a number"):
        grades.grown(["1", "great"], LabelSettings())
    for codec, order, own in ((grades, "none", "ordered"), (two, "ordered", "none")):
        with pytest.raises(SettingsError, match=f"order is '{order}', and the model to go on from has order '{own}'"):
            codec.grown(["2"], LabelSettings(order=order))


def test_numbers_keep_their_mean_and_deviation() -> None:
    number, series = NumberCodec.fitted([1.0, 3.0]), VectorsCodec.fitted([np.array([[1.0, 2.0], [3.0, 2.0]])])
    grown = number.grown([100.0], number.settings), series.grown([np.array([[7.0, 7.0]])], series.settings)
    assert grown == (number, series)
    assert torch.equal(grown[0].encode([5.0]).rows, torch.tensor([[3.0]]))
    assert (number.origins(number), series.origins(series)) == ({}, {})
    with pytest.raises(DataError, match=r"Example 2 has .*nan.*no finite number"):
        number.grown([1.0, float("nan")], number.settings)
    with pytest.raises(DataError, match=r"Example 1 has an array of shape \(3,\), where 2 columns are expected"):
        series.grown([np.zeros(3)], series.settings)
