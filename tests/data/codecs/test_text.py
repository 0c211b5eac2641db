import itertools
import json
import random
from dataclasses import replace

import pytest
import safetensors.torch
import torch
from torch import Tensor

from unrolled.data.codecs import EncodedWords, TextCodec, TextSettings, kept
from unrolled.data.codecs.codec import Saved
from unrolled.data.phrases import Bag, Phrases
from unrolled.errors import DataError, SettingsError

chance = random.Random(0)
TEXTS = [
    tuple(chance.choices(["so", "good", "Bad", "film", "!", "not", "very"], k=chance.randint(1, 8))) for _ in range(20)
]
NEW = [("so", "very", "good"), ("never", "seen"), ("not", "so", "bad", "not", "so", "bad")]
NONE = TextSettings(phrase_words=0, phrase_characters=0)


def parts(encoded: EncodedWords) -> list[Tensor]:
    bags = [part for bag in encoded.phrases for part in (bag.indices, bag.offsets)]
    return [encoded.indices.rows, encoded.indices.lengths, encoded.distinct, encoded.affixes, *bags]


def same(first: EncodedWords, second: EncodedWords) -> None:
    assert len(first.phrases) == len(second.phrases)
    assert all(torch.equal(one, other) for one, other in zip(parts(first), parts(second), strict=True))
    assert first.spellings == second.spellings


def held(bag: Bag) -> list[list[int]]:
    return [part.tolist() for part in bag.indices.tensor_split(bag.offsets[1:-1])]


@pytest.mark.parametrize("settings", [TextSettings(), NONE, TextSettings(phrase_words=0), TextSettings(min_count=3)])
def test_what_is_saved_and_loaded_encodes_the_same(settings: TextSettings) -> None:
    codec = TextCodec.fitted(iter(TEXTS), settings)
    saved = codec.save()
    tensors = safetensors.torch.load(safetensors.torch.save(dict(saved.tensors)))
    again = TextCodec.load(Saved(json.loads(json.dumps(saved.settings)), saved.texts, tensors))
    assert again.settings == codec.settings == replace(settings, tokenizer="words")
    assert again.space == codec.space
    assert again.sizes == codec.sizes
    for texts in (TEXTS, NEW, NEW[:1]):
        same(codec.encode(texts), again.encode(texts))


def test_without_phrases_a_text_is_its_words() -> None:
    codec = TextCodec.fitted(TEXTS, NONE)
    assert codec.space.phrases == ()
    assert codec.encode(NEW).phrases == ()
    assert codec.chunks().state == {}
    same(codec.encode(NEW), codec.spelling.encode(NEW))


def test_what_was_seen_before_changes_no_result(monkeypatch: pytest.MonkeyPatch) -> None:
    fresh = TextCodec.fitted(TEXTS)
    wanted = fresh.encode([*TEXTS, *NEW])
    used = TextCodec.fitted(TEXTS)
    for texts in (NEW[1:], TEXTS[3:7], [*TEXTS, *NEW]):
        found = used.encode(texts)
    same(found, wanted)
    same(used.encode([*TEXTS, *NEW]), wanted)
    used.encode(NEW).phrases[0].indices.fill_(0)  # a batch is its own
    same(used.encode([*TEXTS, *NEW]), wanted)
    monkeypatch.setattr(kept, "MAX_CACHED", 0)
    never = TextCodec.fitted(TEXTS)
    same(never.encode([*TEXTS, *NEW]), wanted)
    same(never.encode([*TEXTS, *NEW]), wanted)


def test_memory_stays_flat_on_an_endless_stream_of_new_texts(monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[int] = []
    find = Phrases.bags
    monkeypatch.setattr(Phrases, "bags", lambda self, texts: looked.append(len(texts)) or find(self, texts))
    monkeypatch.setattr(kept, "MAX_RECENT", 2_000)
    monkeypatch.setattr("unrolled.data.phrases.MAX_CACHE", 30)
    monkeypatch.setattr("unrolled.data.codecs.words.MAX_CACHE", 30)
    codec = TextCodec.fitted(TEXTS)
    for number in range(100):
        codec.encode([(f"so{number}", "good", "!"), TEXTS[number % 3]])
        assert codec._kept.others.size <= 2_000
        assert len(codec.phrases._seen) <= 30
        assert len(codec.spelling._seen) <= 30
    assert len(codec._kept.others) <= 20
    # the texts that it was fitted on are looked at once, whatever comes between
    assert set(codec._kept.training) == codec._kept.fitted_on & set(map(kept.key_of, TEXTS[:3]))
    assert sum(looked) == 100 + len(set(TEXTS[:3]))
    # those of a training that goes on with a loaded codec, too
    again = TextCodec.load(codec.save())
    again.encode(NEW)
    assert not again._kept.training
    again.encode(TEXTS, torch.Generator())
    assert set(again._kept.training) == set(map(kept.key_of, TEXTS))
    monkeypatch.setattr(kept, "MAX_CACHED", 250)
    bounded = TextCodec.fitted(TEXTS)
    bounded.encode(TEXTS)
    assert 0 < bounded._kept.num_phrases <= 250


def test_a_text_is_known_by_its_words_alone() -> None:
    texts = [("a", "b"), ("a b",), ("a\0b",), ("ab",), ("b", "a"), ("a", "b", ""), ("", "a", "b"), ("\ud800",)]
    assert len(set(map(kept.key_of, texts))) == len(texts)
    assert kept.key_of(["a", "b"]) == kept.key_of(("a", "b"))


def test_chunks_bring_the_words_of_the_whole_and_its_phrases_once() -> None:
    codec = TextCodec.fitted(TEXTS)
    for one in (*TEXTS[:4], *NEW):
        whole = codec.encode([one])
        for count in range(len(one)):
            for places in itertools.islice(itertools.combinations(range(1, len(one)), count), 6):
                stream, other = codec.chunks(), codec.chunks()
                rows, arrived = list[int](), [list[int](), list[int]()]
                for start, end in itertools.pairwise((0, *places, len(one))):
                    other.state = stream.state  # what is carried may be sent
                    same(other.feed(one[start:end]), encoded := stream.feed(one[start:end]))
                    rows += encoded.indices.rows.tolist()
                    assert [len(bag.offsets) for bag in encoded.phrases] == [end - start + 1] * 2
                    for so_far, bag in zip(arrived, encoded.phrases, strict=True):
                        so_far.extend(bag.indices.tolist())
                assert rows == whole.indices.rows.tolist()
                assert [sorted(each) for each in arrived] == [sorted(held(bag)[0]) for bag in whole.phrases]
                stream.reset()
                same(stream.feed(one[:1]), codec.chunks().feed(one[:1]))


@pytest.mark.parametrize(
    "state",
    [
        {},
        {"words": torch.zeros(3)},
        {"words": torch.tensor([1, 2], dtype=torch.uint8)},
        {"words": torch.tensor(list(b'{"a": 1}'), dtype=torch.uint8)},
        {"words": torch.tensor(list(b'["a", ""]'), dtype=torch.uint8)},
        {"words": torch.tensor(list(b"[1]"), dtype=torch.uint8)},
        {"words": torch.tensor(list(b"[]"), dtype=torch.uint8), "more": torch.zeros(1)},
    ],
)
def test_a_state_that_is_none_is_refused(state: dict[str, Tensor]) -> None:
    chunks = TextCodec.fitted(TEXTS).chunks()
    with pytest.raises(DataError, match="not one that a stream of this model gave"):
        chunks.state = state


def test_what_is_missing_or_cannot_be_is_named() -> None:
    saved = TextCodec.fitted(TEXTS).save()
    with pytest.raises(DataError, match=r"no vocabulary\.txt"):
        TextCodec.load(Saved(saved.settings, {}, saved.tensors))
    with pytest.raises(DataError, match="word_phrases"):
        TextCodec.load(Saved(saved.settings, saved.texts, {}))
    with pytest.raises(SettingsError, match="phrase_words"):
        TextCodec.load(Saved({**saved.settings, "phrase_words": 9}, saved.texts, saved.tensors))
    with pytest.raises(DataError, match="no words or an empty word"):
        TextCodec.fitted(TEXTS).encode([("so",), ()])
    fault = TextCodec.fitted(TEXTS).check("so good")  # type: ignore[arg-type]
    assert fault is not None
    assert "split()" in fault.way_out
