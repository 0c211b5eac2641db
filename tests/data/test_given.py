"""Values of other libraries, by small stand-ins that behave alike where the library may be missing."""

import datetime as dt
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
import torch

from unrolled.data.codecs import (
    LabelCodec,
    LabelSetCodec,
    NumberCodec,
    TagsCodec,
    TextCodec,
    VectorsCodec,
    WordsCodec,
)
from unrolled.data.fault import Fault
from unrolled.data.given import described, each, is_gap, label_of, labels_of, texts_of
from unrolled.errors import DataError

NAN = float("nan")


class NAType:
    """pandas' NA: neither true nor false, and equal to nothing."""

    def __repr__(self) -> str:
        return "<NA>"

    def __bool__(self) -> bool:
        raise TypeError("boolean value of NA is ambiguous")

    def __eq__(self, other: object) -> Any:
        return self

    def __ne__(self, other: object) -> Any:
        return self

    __hash__ = None  # type: ignore[assignment]


class Series:
    """pandas' Series: looked up by its index, which is none of ours, iterated by its values."""

    def __init__(self, *values: Any) -> None:
        self._values = values
        self.index = range(100, 100 + len(values))

    def __len__(self) -> int:
        return len(self._values)

    def __iter__(self) -> Iterator[Any]:
        return iter(self._values)

    def __getitem__(self, key: int) -> Any:
        return self._values[self.index.index(key)]

    def __bool__(self) -> bool:
        raise ValueError("The truth value of a Series is ambiguous.")


class Frame:
    """pandas' DataFrame: iterated by the names of its columns."""

    columns = ("sentence", "word")

    def __iter__(self) -> Iterator[str]:
        return iter(self.columns)

    def __len__(self) -> int:
        return 7


class Scalar:
    """Arrow's scalar."""

    def __init__(self, value: Any) -> None:
        self._value = value

    def as_py(self) -> Any:
        return self._value


class Array:
    """Arrow's array."""

    def __init__(self, *values: Any) -> None:
        self._values = values

    def __iter__(self) -> Iterator[Scalar]:
        return map(Scalar, self._values)

    def to_pylist(self) -> list[Any]:
        return list(self._values)


SAME: list[Callable[[list[str]], Any]] = [
    list,
    tuple,
    iter,
    np.array,
    lambda words: np.array(words, object),
    lambda words: (word for word in words),
    lambda words: map(str, words),
    lambda words: Series(*words),
    lambda words: Array(*words),
    Scalar,
    lambda words: [np.str_(word) for word in words],
    lambda words: [Scalar(word) for word in words],
    lambda words: dict.fromkeys(words).keys(),
]


@pytest.mark.parametrize("made", SAME)
def test_words_and_labels_in_any_row_are_texts_of_python(made: Callable[[list[str]], Any]) -> None:
    words = ["Mara", "Voss", "won"]
    for found in (texts_of(made(words)), labels_of(made(words), None)):
        assert found == tuple(words)
        assert set(map(type, found)) == {str}
    assert list(each(made(words), "X", "a list")) == list(words) or made is SAME[11]


WRONG: list[tuple[Any, str, str]] = [
    (None, "None, a gap, for word 2", "Fill the gap"),
    (NAN, "nan, a gap, for word 2", "keep_default_na=False"),
    (np.float32("nan"), "nan, a gap, for word 2", "Fill the gap"),
    (Decimal("nan"), "a gap, for word 2", "Fill the gap"),
    (NAType(), "<NA>, a gap, for word 2", "Fill the gap"),
    (np.datetime64("NaT"), "a gap, for word 2", "Fill the gap"),
    (np.ma.masked, "None, a gap, for word 2", "Fill the gap"),
    (Scalar(None), "None, a gap, for word 2", "Fill the gap"),
    (b"V", "b'V', which is bytes, for word 2", "Decode it"),
    (np.bytes_(b"V"), "b'V', which is bytes, for word 2", "Decode it"),
    (1998, "1998, a number, for word 2", "'1998'"),
    (np.int64(1998), "1998, a number, for word 2", "'1998'"),
    (0.5, "0.5, a number, for word 2", "'0.5'"),
    (torch.tensor(3), "3, a number, for word 2", "'3'"),
    (True, "True, a truth value, for word 2", "'True'"),
    (["V"], "['V'], of the type list, for word 2", "Give a text"),
    (np.array(["V", "W"]), "an array of shape (2,) for word 2", "Give a text"),
    (dt.date(2000, 1, 1), "of the type date, for word 2", "Give a text"),
    ("", "an empty word, word 2", "at least one character"),
]


@pytest.mark.parametrize(("word", "found", "way_out"), WRONG)
def test_what_is_no_word_is_named_with_its_number(word: Any, found: str, way_out: str) -> None:
    fault = texts_of(["Mara", word, "won"])
    assert isinstance(fault, Fault)
    assert found in fault.found
    assert way_out in fault.way_out
    with pytest.raises(DataError, match=r"^Sentence 2 has .*word 2") as error:
        WordsCodec.fitted([["Mara"], ["Mara", word, "won"]])
    assert str(error.value) == f"Sentence 2 has {fault.found}. {fault.way_out}."
    codec = WordsCodec.fitted([["Mara"]])
    assert codec.check(["Mara", word, "won"]) == codec.accepted(["Mara", word, "won"]) == fault
    for call in (codec.encode, TextCodec.fitted):
        with pytest.raises(DataError, match=r"^Sentence 1 has .*word 2"):
            call([["Mara", word, "won"]])


@pytest.mark.parametrize(("label", "found", "way_out"), WRONG)
def test_what_is_no_label_is_named_with_its_number(label: Any, found: str, way_out: str) -> None:
    del way_out
    fault = labels_of(["O", label], None)
    assert isinstance(fault, Fault)
    assert fault.found.endswith("for the label of word 2")
    if not found.startswith("an empty word"):
        assert found.removesuffix(" for word 2").removesuffix("word 2") in fault.found
    codec = TagsCodec.fitted([["O", "B-PER"]])
    for call in (TagsCodec.fitted, codec.encode, codec.counts):
        with pytest.raises(DataError, match=r"^Sentence 2 has .* for the label of word 2"):
            call([["O"], ["O", label]])


def test_numbers_of_labels_need_their_names() -> None:
    names = ("O", "B-PER", "I-PER")
    for given in (
        [1, 2, 0],
        np.array([1, 2, 0]),
        [1.0, 2.0, 0.0],
        Series(1, 2, 0),
        ["1", "2", "0"],
        torch.tensor([1, 2, 0]),
    ):
        assert labels_of(given, names) == ("B-PER", "I-PER", "O")
    assert labels_of(["B-PER", "O"], names) == ("B-PER", "O")
    for wrong in ([0, 3], [0, -1], [0, True], [0, 0.5], [0, "B-LOC"], [0, "3"]):
        fault = labels_of(wrong, names)
        assert isinstance(fault, Fault)
        assert "where label_names has 3 (O, B-PER, I-PER), for the label of word 2" in fault.found
    fault = labels_of([0], None)
    assert isinstance(fault, Fault)
    assert "label_names=" in fault.way_out


def test_one_label_of_a_text() -> None:
    given = ["a", np.str_("a"), 3, np.int64(3), 3.0, np.float32(3), True, np.True_, 0.5, Scalar("a"), torch.tensor(3)]
    assert [label_of(value) for value in given] == ["a", "a", "3", "3", "3", "3", "True", "True", "0.5", "a", "3"]
    assert label_of(1, ("bad", "good")) == label_of("1", ("bad", "good")) == label_of("good", ("bad", "good")) == "good"
    for wrong in (None, NAN, NAType(), b"a", ["a"], np.array(["a"]), {"a": 1}, "", dt.date(2000, 1, 1)):
        assert isinstance(label_of(wrong), Fault), wrong
    for wrong in (2, True, "x", None):
        assert isinstance(label_of(wrong, ("bad", "good")), Fault), wrong


@pytest.mark.parametrize(
    ("values", "found"),
    [
        (Frame(), "X is a Frame with the columns 'sentence', 'word'. Give rows."),
        ({"tokens": [], "tags": []}, "X is a dict with the keys 'tokens', 'tags'. Give rows."),
        ("so good", "X is the text 'so good'. Give rows."),
        (b"so", "X is b'so', which is bytes. Give rows."),
        ({"a", "b"}, "X is {"),
        (None, "X is None, a gap. Give rows."),
        (5, "X is 5, a number. Give rows."),
        (np.array("a"), "X is the text 'a'. Give rows."),
    ],
)
def test_what_is_no_row_of_values_is_named(values: Any, found: str) -> None:
    with pytest.raises(DataError) as error:
        each(values, "X", "rows")
    assert str(error.value).startswith(found)


def test_items_are_taken_as_they_are_asked_for() -> None:
    taken: list[int] = []
    values = each((taken.append(n) or n for n in range(9)), "X", "rows")
    assert (next(values), next(values), taken) == (0, 1, [0, 1])


def test_gaps_and_words_for_them() -> None:
    assert all(map(is_gap, (None, NAN, np.float64("nan"), NAType())))
    assert not any(map(is_gap, ("nan", "", 0, 0.0, [], np.zeros(2))))
    assert described(Series(1)).endswith("of the type Series,")
    assert len(described("a" * 1000)) < 60


def test_labels_of_whole_texts_and_sets_are_named_with_the_example() -> None:
    for wrong in (5, None, NAN, b"a", ["a"], NAType()):
        with pytest.raises(DataError, match=r"^Example 2 has the label .*, which is no text"):
            LabelCodec.fitted(["a", wrong])
        codec = LabelCodec.fitted(["a", "b"])
        assert isinstance(codec.accepted(wrong), Fault)
        with pytest.raises(DataError, match=r"^Example 2 has the label"):
            codec.encode(["a", wrong])
    assert LabelCodec.fitted(np.array(["b", "a"])).labels.tokens == ("a", "b")
    sets = LabelSetCodec.fitted([np.array(["film", "war"]), iter(["war"]), []])
    assert sets.encode([np.array(["war"]), (w for w in ["film"])]).rows.tolist() == [[0.0, 1.0], [1.0, 0.0]]
    for wrong in ("war", b"war", None, 5, {"war": 1}, ["war", None], ["war", b"x"], [["war"]]):
        with pytest.raises(DataError, match=r"^Example 2 has "):
            LabelSetCodec.fitted([["war"], wrong])
        assert isinstance(sets.check(wrong), Fault)


def test_numbers_of_any_make() -> None:
    codec = VectorsCodec.fitted([np.array([[0.0, 1.0], [2.0, 3.0]])])
    wanted = codec.encode([np.array([[1.0, 2.0], [3.0, 4.0]])]).rows
    rows = np.empty(2, object)
    rows[:] = [np.array([1, 2]), np.array([3, 4])]
    for same in (
        np.array([[1, 2], [3, 4]], object),
        rows,
        Series([1, 2], [3, 4])._values,
        np.array([[Decimal(1), 2], [3, 4]]),
        Scalar([[1, 2], [3, 4]]),
        np.ma.array([[1, 2], [3, 4]]),
        torch.tensor([[1, 2], [3, 4]]),
    ):
        assert torch.equal(codec.encode([same]).rows, wanted)
    for gap in (np.array([[1, None]], object), np.array([[1, NAType()]], object), np.ma.array([[1, 2]], mask=[[0, 1]])):
        with pytest.raises(DataError, match="Example 1 has the value nan in row 1, column 2"):
            codec.encode([gap])
    for wrong in (iter([[1, 2]]), {"a": 1}, {1.0, 2.0}, None, NAType(), np.array([[1, "a"]], object), b"ab"):
        with pytest.raises(DataError, match=r"^Example 1 has .* where numbers are expected"):
            codec.encode([wrong])
    number = NumberCodec.fitted([1, Decimal(3), np.float32(5), Scalar(7), 10**400 * 0])
    assert number.alone
    for wrong in (None, NAN, NAType(), "5", b"5", [1, 2]):
        assert isinstance(number.check(wrong), Fault), wrong
    assert isinstance(number.check(10**400), Fault)
