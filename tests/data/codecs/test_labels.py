import pytest
import torch

from unrolled.data.codecs import LabelCodec, LabelSetCodec, LabelSettings, Saved, load_codec
from unrolled.data.spaces import Classes, Sets
from unrolled.errors import DataError, SettingsError


def test_a_label_is_a_sequence_of_one_step() -> None:
    codec = LabelCodec.fitted(["positive", "negative", "positive"])
    encoded = codec.encode(["positive", "negative", "negative"])
    assert encoded.rows.tolist() == [1, 0, 0]
    assert encoded.rows.dtype == torch.int64
    assert encoded.lengths.tolist() == [1, 1, 1]
    assert codec.decode(encoded.to_list()) == ["positive", "negative", "negative"]
    assert codec.decode([]) == []
    assert codec.length("positive") == 1
    assert codec.counts(["negative", "negative"]).tolist() == [2, 0]


@pytest.mark.parametrize(
    ("labels", "order", "space", "sorted_labels"),
    [
        (["10", "9", "1", "9"], "detect", Classes(3, ordered=True), ("1", "9", "10")),
        (["-1", "1", "0"], "detect", Classes(3, ordered=True), ("-1", "0", "1")),
        (["1.0", "3.0", "2.0"], "detect", Classes(3, ordered=True), ("1.0", "2.0", "3.0")),
        (["1", "0"], "detect", Classes(2), ("0", "1")),
        (["1", "2", "2.5"], "detect", Classes(3), ("1", "2", "2.5")),
        (["1", "2", "2.0", "3"], "detect", Classes(4), ("1", "2", "2.0", "3")),
        (["1", "10", "9", "x"], "detect", Classes(4), ("1", "10", "9", "x")),
        (["10", "9", "1"], "none", Classes(3), ("1", "9", "10")),
        (["1", "0"], "ordered", Classes(2, ordered=True), ("0", "1")),
        (["C", "A", "B"], "ordered", Classes(3, ordered=True), ("A", "B", "C")),
        (["nan", "inf", "1"], "detect", Classes(3), ("1", "inf", "nan")),
    ],
)
def test_order(labels: list[str], order: str, space: Classes, sorted_labels: tuple[str, ...]) -> None:
    codec = LabelCodec.fitted(labels, LabelSettings.from_dict({"order": order}))
    assert (codec.space, codec.labels.tokens) == (space, sorted_labels)
    again = load_codec("label", codec.save())
    assert again == codec
    assert again.space == space


def test_an_unknown_label_names_the_nearest() -> None:
    codec = LabelCodec.fitted(["positive", "negative"])
    with pytest.raises(DataError, match=r"'positiv'.*nearest is 'positive'"):
        codec.encode(["negative", "positiv"])
    with pytest.raises(DataError, match="'good'"):
        codec.counts(["good"])
    fault = codec.check("negativ")
    assert fault is not None
    assert "the label 'negativ', which the training data does not have" in fault.found
    assert "'negative'" in fault.way_out
    assert codec.check("negative") is None
    number = codec.check(4)  # type: ignore[arg-type]
    assert number is not None
    assert "no text" in number.found


@pytest.mark.parametrize(("labels", "found"), [([], "no labelled example"), (["a", "a"], "has the label 'a'")])
def test_less_than_two_labels_leave_nothing_to_choose(labels: list[str], found: str) -> None:
    with pytest.raises(DataError, match=found):
        LabelCodec.fitted(labels)


@pytest.mark.parametrize("text", ["", "a\n", "b\na\n", "10\n9\n", "a\na\n", "a\n\nb\n", "a\\x\nb\n"])
def test_hostile_labels(text: str) -> None:
    with pytest.raises(DataError, match=r"labels\.txt"):
        load_codec("label", Saved({"order": "none"}, {"labels.txt": text}))


def test_hostile_settings_and_missing_labels() -> None:
    for settings in ({"order": "alphabetical"}, {"order": 1}, {"ordering": "none"}):
        with pytest.raises(SettingsError):
            load_codec("label", Saved(settings, {"labels.txt": "a\nb\n"}))
    for kind in ("label", "label_set"):
        with pytest.raises(DataError, match=r"no labels\.txt"):
            load_codec(kind, Saved())


def test_a_set_is_a_row_of_zeros_and_ones() -> None:
    sets = [frozenset({"war", "film"}), frozenset[str](), frozenset({"art"})]
    codec = LabelSetCodec.fitted(sets)
    encoded = codec.encode(sets)
    assert codec.labels.tokens == ("art", "film", "war")
    assert encoded.rows.tolist() == [[0, 1, 1], [0, 0, 0], [1, 0, 0]]
    assert encoded.rows.dtype == torch.float32
    assert encoded.lengths.tolist() == [1, 1, 1]
    assert codec.decode(encoded.to_list()) == sets
    assert codec.counts([*sets, {"art"}]).tolist() == [2, 1, 1]
    assert (codec.space, codec.length(sets[0])) == (Sets(3), 1)
    assert load_codec("label_set", codec.save()) == codec


def test_what_is_no_set_of_known_labels() -> None:
    codec = LabelSetCodec.fitted([{"war", "film"}])
    for raw, found in (
        ("war", "'war' where a set"),
        ({"war", 3}, "3, a number, which is no text"),
        ({"wer"}, "the label 'wer'"),
    ):
        fault = codec.check(raw)  # type: ignore[arg-type]
        assert fault is not None
        assert found in fault.found
        with pytest.raises(DataError, match="Example 2 has"):
            codec.encode([{"war"}, raw])  # type: ignore[list-item]
    with pytest.raises(DataError, match="Example 1 has 'war'"):
        LabelSetCodec.fitted(["war"])
    with pytest.raises(DataError, match="No example has a label"):
        LabelSetCodec.fitted([set()])
    for text in ("", "b\na\n"):
        with pytest.raises(DataError, match=r"labels\.txt"):
            load_codec("label_set", Saved({}, {"labels.txt": text}))
