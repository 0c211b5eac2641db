import copy
import dataclasses
import pickle
import random
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unrolled.data import Vocabulary
from unrolled.errors import DataError, SettingsError

TOKENS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=6)
quick = settings(deadline=None, max_examples=60)

NASTY = [
    " ",
    "two words",
    " lead",
    "trail ",
    "\t",
    "\n",
    "a\nb",
    "\r",
    "a\r\n",
    "\\",
    "\\\\",
    "\\n",
    "\\r",
    "a\\",
    "\\ufeff",
    "\ufeff",
    "\ufeffa",
    "\x00",
    "\x0b",
    "\x0c",
    "\x1c",
    "\x85",
    "a\u2028b",
    "\u2029",
    "\xa0",
    "e\u0301",
    "\xe9",
    "\u200b",
    "\u202e",
    "\U0001f9d9\u200d\u2640\ufe0f",
    "#",
    '"',
    "<UNK>",
]


@quick
@given(tokens=st.lists(TOKENS | st.sampled_from(NASTY), unique=True), unk=st.none() | TOKENS)
def test_tokens_and_indices_are_each_other_s_inverse(tokens: list[str], unk: str | None) -> None:
    tokens = [token for token in tokens if token != unk]
    vocabulary = Vocabulary(tokens, unk)
    expected = tokens if unk is None else [unk, *tokens]
    assert vocabulary.tokens == tuple(expected)
    assert len(vocabulary) == len(expected)
    assert vocabulary.indices(expected) == list(range(len(expected)))
    assert [vocabulary.token(i) for i in range(len(expected))] == expected
    assert all(token in vocabulary for token in expected)
    assert Vocabulary(vocabulary.tokens, unk) == vocabulary


@quick
@given(tokens=st.lists(TOKENS | st.sampled_from(NASTY), unique=True), unk=st.none() | st.just("<unk>"))
def test_any_tokens_survive_the_disk(
    tmp_path_factory: pytest.TempPathFactory, tokens: list[str], unk: str | None
) -> None:
    path = tmp_path_factory.getbasetemp() / "any.txt"
    vocabulary = Vocabulary([token for token in tokens if token != "<unk>"], unk)
    vocabulary.save(path)
    assert Vocabulary.load(path, unk) == vocabulary
    assert path.read_bytes().count(b"\n") == len(vocabulary)


@pytest.mark.parametrize("unk", [None, "<unk>"])
def test_nasty_tokens_keep_their_line(tmp_path: Path, unk: str | None) -> None:
    vocabulary = Vocabulary(NASTY, unk)
    vocabulary.save(tmp_path / "vocabulary.txt")
    loaded = Vocabulary.load(str(tmp_path / "vocabulary.txt"), unk)
    assert loaded.tokens == vocabulary.tokens
    lines = (tmp_path / "vocabulary.txt").read_bytes().split(b"\n")
    assert lines[vocabulary.index("two words")] == b"two words"
    assert lines[vocabulary.index("a\nb")] == rb"a\nb"
    assert lines[vocabulary.index("e\u0301")] != lines[vocabulary.index("\xe9")]


def test_the_nasty_first_token_is_no_byte_order_mark(tmp_path: Path) -> None:
    Vocabulary(["\ufeff", "a"], unk=None).save(tmp_path / "v")
    assert Vocabulary.load(tmp_path / "v", unk=None).tokens == ("\ufeff", "a")


@pytest.mark.parametrize(
    "content",
    [
        b"<unk>\na b\nc\\n\n",
        b"\xef\xbb\xbf<unk>\na b\nc\\n\n",
        b"<unk>\r\na b\r\nc\\n\r\n",
        b"\xef\xbb\xbf<unk>\r\na b\nc\\n",
    ],
)
def test_marks_and_line_ends_of_an_editor_are_dropped(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "v").write_bytes(content)
    assert Vocabulary.load(tmp_path / "v").tokens == ("<unk>", "a b", "c\n")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"<unk>\na\n\xffb\n", r"v:3: byte 0xff is not UTF-8\. Save the file as UTF-8\."),
        (b"<unk>\na\n\nb\n", r"v:3: this token is empty"),
        (b"<unk>\na\n\n", r"v:3: this token is empty"),
        (b"<unk>\na\nb\na\n", r"v:4: this token is 'a', as token 1 is"),
        (b"<unk>\na\\tb\n", r"v:2: unknown escape \\t\. Write \\\\ for"),
        (b"<unk>\na\\", r"v:2: unknown escape"),
        (b"<unk>\na\rb\n", r"v:2: a carriage return within a line"),
        (b"the\n<unk>\n", r"v:1: 'the' where '<unk>' was expected"),
        (b"", r"v:1: nothing where '<unk>' was expected"),
    ],
)
def test_a_damaged_file_is_refused_with_its_line(tmp_path: Path, content: bytes, message: str) -> None:
    (tmp_path / "v").write_bytes(content)
    with pytest.raises(DataError, match=message):
        Vocabulary.load(tmp_path / "v")


def test_a_missing_file_is_the_user_s_mistake(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"v: cannot be read \(No such file or directory\)\. Check the path\."):
        Vocabulary.load(tmp_path / "v")


@pytest.mark.parametrize(
    ("tokens", "message"),
    [
        (["a", ""], "token 2 is empty"),
        (["a", "b", "a"], "token 3 is 'a', as token 1 is"),
        (["a", "<unk>"], "token 2 is '<unk>', as token 0 is"),
        (["a", 7], "token 2 is 7, not a string"),
        (["a", "\ud83e"], "token 2 is '.ud83e', half of a surrogate pair"),
    ],
)
def test_tokens_that_cannot_be_are_refused(tokens: list[str], message: str) -> None:
    with pytest.raises(DataError, match=message):
        Vocabulary(tokens)


def test_unk_stands_for_every_word_outside() -> None:
    vocabulary = Vocabulary(["a"], unk="[UNK]")
    assert vocabulary.index("b") == 0
    assert vocabulary.indices(["b", "a", "[UNK]", "A"]) == [0, 1, 0, 0]
    assert "b" not in vocabulary
    assert 1 not in vocabulary


def test_without_unk_an_unknown_token_is_an_error_that_names_the_nearest() -> None:
    labels = Vocabulary(["O", "B-PER", "I-PER", "B-LOC"], unk=None)
    for call in (lambda: labels.index("B-PRE"), lambda: labels.indices(["O", "B-PRE"])):
        with pytest.raises(DataError, match=r"'B-PRE' is not one of the 4 tokens .* nearest is 'B-PER'"):
            call()
    with pytest.raises(DataError, match=r"'a' is not one of the 0 tokens of this vocabulary\. "):
        Vocabulary([], unk=None).index("a")


@pytest.mark.parametrize("index", [-1, 2, 10**30])
def test_an_index_outside_is_refused(index: int) -> None:
    with pytest.raises(DataError, match=f"Index {index} .* from 0 to 1"):
        Vocabulary(["a"]).token(index)


@quick
@given(
    counts=st.dictionaries(TOKENS, st.integers(0, 4)),
    min_count=st.integers(1, 4),
    max_size=st.none() | st.integers(1, 8),
    order=st.sampled_from(["frequency", "alphabetical"]),
    unk=st.none() | st.just("<unk>"),
)
def test_from_counts_keeps_the_most_frequent(counts, min_count, max_size, order, unk) -> None:
    vocabulary = Vocabulary.from_counts(counts, min_count=min_count, max_size=max_size, order=order, unk=unk)
    specials = 0 if unk is None else 1
    kept = vocabulary.tokens[specials:]
    assert max_size is None or len(vocabulary) <= max_size
    ranked = sorted((-count, token) for token, count in counts.items() if count >= min_count)
    wanted = [token for _, token in ranked][: None if max_size is None else max_size - specials]
    assert list(kept) == (sorted(wanted) if order == "alphabetical" else wanted)


def test_from_counts_does_not_depend_on_the_order_of_the_counts() -> None:
    items = [(f"w{i}", i % 3 + 1) for i in range(50)]
    first = Vocabulary.from_counts(dict(items), max_size=20)
    random.Random(0).shuffle(items)
    assert Vocabulary.from_counts(Counter(dict(items)), max_size=20) == first


def test_an_unk_in_the_text_is_the_unk() -> None:
    assert Vocabulary.from_counts({"<unk>": 9, "a": 1}).tokens == ("<unk>", "a")


@pytest.mark.parametrize("setting", [{"min_count": 0}, {"max_size": 0}, {"order": "random"}])
def test_settings_that_cannot_be_are_refused(setting: dict) -> None:
    with pytest.raises(SettingsError, match=next(iter(setting))):
        Vocabulary.from_counts({"a": 1}, **setting)


def test_unknown_rate() -> None:
    report = Vocabulary(["a"]).unknown_rate(iter(["a", "c", "b", "c", "d", "<unk>", "a"]))
    assert (report.num_tokens, report.num_unknown, report.rate) == (7, 5, 5 / 7)
    assert report.most_common == (("c", 2), ("<unk>", 1), ("b", 1), ("d", 1))
    assert Vocabulary(["a"]).unknown_rate([]).rate == 0.0
    assert Vocabulary(["a"], unk=None).unknown_rate(["a", "b"]).num_unknown == 1
    assert len(Vocabulary(["a"]).unknown_rate(map(str, range(99))).most_common) == 10


def test_a_vocabulary_is_frozen_and_compared_by_value() -> None:
    vocabulary = Vocabulary(["a", "b"])
    with pytest.raises(dataclasses.FrozenInstanceError):
        vocabulary.tokens = ()  # type: ignore[misc]
    assert vocabulary == Vocabulary(["<unk>", "a", "b"])
    assert vocabulary != Vocabulary(["b", "a"])
    assert vocabulary != Vocabulary(["<unk>", "a", "b"], unk=None)
    assert hash(vocabulary) == hash(Vocabulary(["a", "b"]))
    assert pickle.loads(pickle.dumps(vocabulary)) == copy.deepcopy(vocabulary) == vocabulary
    assert repr(vocabulary) == "Vocabulary(3 tokens: '<unk>', 'a', 'b')"
    assert repr(Vocabulary("abcdef")).endswith("'d', ...)")


def test_a_million_tokens(tmp_path: Path) -> None:
    tokens = [f"token{i}" for i in range(1_000_000)]
    vocabulary = Vocabulary(tokens)
    assert vocabulary.indices(tokens) == list(range(1, 1_000_001))
    vocabulary.save(tmp_path / "v")
    loaded = Vocabulary.load(tmp_path / "v")
    assert loaded == vocabulary
    assert loaded.token(1_000_000) == "token999999"


def test_the_nearest_of_many_tokens_begins_alike() -> None:
    labels = Vocabulary([f"token{i}" for i in range(20_000)] + ["Teddy"], unk=None)
    with pytest.raises(DataError, match="nearest is 'Teddy'"):
        labels.index("Tedy")
    with pytest.raises(DataError, match=r"'x' is not one of the 20001 tokens of this vocabulary\. "):
        labels.index("x")


def test_strings_of_numpy_are_strings() -> None:
    assert Vocabulary(np.array(["a", "b"])) == Vocabulary(["a", "b"])
