"""From texts with marked spans to sentences, and JSON in all its forms."""

import json
from pathlib import Path

import pytest
from data.readers.exports import entities, write_json
from reading import checked

from unrolled.data.readers import read_labelled
from unrolled.data.readers.sentences.exports.overlaps import without_overlaps
from unrolled.data.readers.sentences.exports.sentences import LONG_LINE, pieces, sentence_ends
from unrolled.data.tags import Span
from unrolled.errors import DataError


def write(folder: Path, *records: object) -> Path:
    return write_json(folder / "a.jsonl", records)


def marked(text: str, *marks: list[object]) -> dict[str, object]:
    return {"text": text, "label": list(marks)}


# spans


def test_a_word_is_split_where_a_span_ends_in_it_and_white_space_at_the_rim_trimmed(tmp_path: Path) -> None:
    reading = checked(write(tmp_path, marked("the Ann-based Lee too", [4, 7, "PER"], [13, 18, "PER"])))
    assert reading.pairs[0].x == ("the", "Ann", "-based", "Lee", "too")
    assert entities(reading) == [("Ann", "PER"), ("Lee", "PER")]
    assert any("1 word split where a span begins or ends in it, such as 'Ann-based'" in note for note in reading.notes)
    assert any("1 span with white space at the rim, which was trimmed" in note for note in reading.notes)


@pytest.mark.parametrize(
    ("mark", "found"),
    [
        ([4, 4, "X"], "4:4 (X) is empty"),
        ([3, 4, "X"], "3:4 (X) holds only white space"),
        ([4, 99, "X"], "4:99 (X) does not fit the text, which has 8 characters"),
        ([-3, 2, "X"], "-3:2 (X) does not fit the text"),
        ([5, 4, "X"], "5:4 (X) does not fit the text"),
        ([4, 7], "not a list of [start, end, type]: [4, 7]"),
        ([4, 7, ""], "not a list of [start, end, type]"),
        ([True, 7, "X"], "not a list of [start, end, type]"),
    ],
)
def test_a_span_that_cannot_be_is_named_and_its_text_left_out(tmp_path: Path, mark: list[object], found: str) -> None:
    reading = read_labelled(write(tmp_path, marked("Ann sat.", [0, 3, "PER"], mark), marked("So.")))
    assert [problem.line for problem in reading.problems] == [1]
    assert found in reading.problems[0].found
    assert [pair.x for pair in reading.pairs] == [("So", ".")]


@pytest.mark.parametrize("beside_tokens", [False, True])
def test_nested_spans(tmp_path: Path, beside_tokens: bool) -> None:
    if beside_tokens:
        record = {"tokens": ["Bank", "of", "Bern"], "spans": [[2, 3, "LOC"], [0, 3, "ORG"]]}
    else:
        record = marked("Bank of Bern", [8, 12, "LOC"], [0, 12, "ORG"])
    path = write(tmp_path, record)
    with pytest.raises(DataError, match=r"'Bern' \(LOC\) overlaps .*'Bank of Bern' \(ORG\).*nested=outermost"):
        checked(path)
    assert entities(checked(path, nested="outermost")) == [("BankofBern", "ORG")]
    assert entities(checked(path, nested="innermost")) == [("Bern", "LOC")]
    assert any("1 span left out, as another lies around it" in note for note in checked(path, nested="outermost").notes)


def test_of_crossing_spans_neither_is_chosen_and_of_equal_ones_one() -> None:
    told: list[str] = []

    def keep(nested: str, *spans: Span) -> tuple[list[Span], bool]:
        return without_overlaps(
            spans,
            nested,
            lambda found, *_: told.append(found),
            lambda s: f"{s.start}",
            lambda noun, _: told.append(noun),
        )

    for nested in ("error", "outermost", "innermost"):
        assert not keep(nested, Span("A", 0, 3), Span("B", 2, 5))[1]
        assert not keep(nested, Span("A", 0, 3), Span("B", 0, 3))[1]
        assert keep(nested, Span("A", 3, 4), Span("A", 0, 3), Span("A", 3, 4)) == (
            [Span("A", 0, 3), Span("A", 3, 4)],
            True,
        )
    assert told == ["The span 2 overlaps 0", "The span 0 overlaps 0", "span"] * 3
    chain = [Span("A", 0, 9), Span("B", 1, 5), Span("C", 2, 3), Span("D", 6, 8)]
    assert keep("outermost", *chain) == ([chain[0]], True)
    assert keep("innermost", *chain) == ([chain[2], chain[3]], True)


# what offsets count


def test_offsets_beside_a_text_that_count_tokens_are_doubted(tmp_path: Path) -> None:
    records = [{"text": "Ann Lee sat .", "spans": [[0, 2, "PER"]]}, {"text": "So Bo sat .", "spans": [[1, 2, "PER"]]}]
    path = write(tmp_path, *records)
    with pytest.raises(DataError, match=r"as numbers of tokens all of them fit.*offsets=tokens.*accept=offsets"):
        checked(path)
    reading = checked(path, offsets="tokens")
    assert entities(reading) == [("AnnLee", "PER"), ("Bo", "PER")]
    assert reading.taken["labels"] == 'key "spans", token offsets, IOB2'
    with pytest.raises(DataError, match=r"1:9 .* does not fit 3 tokens"):
        checked(write(tmp_path, {"text": "Ann sat .", "spans": [[1, 9, "X"]]}), offsets="tokens")


def test_offsets_that_are_shifted_are_doubted(tmp_path: Path) -> None:
    text = "Later on Anna and Otto Meyer met Karla"
    records = [marked(text, [10, 14, "PER"], [19, 29, "PER"], [34, 38, "PER"])]
    with pytest.raises(DataError, match=r"3 of 3 spans would begin or end inside a word.*'nna ' \(PER\) of 'Anna and'"):
        checked(write(tmp_path, *records))


def test_scripts_without_spaces_are_not_doubted(tmp_path: Path) -> None:
    reading = checked(write(tmp_path, marked("我爱北京天安门", [2, 4, "LOC"]), marked("他在上海", [2, 4, "LOC"])))
    assert entities(reading) == [("北京", "LOC"), ("上海", "LOC")]


def test_offsets_beside_tokens_that_count_characters(tmp_path: Path) -> None:
    path = write(tmp_path, {"tokens": ["Ann", "Lee", "sat"], "spans": [[0, 7, "PER"]]})
    with pytest.raises(DataError, match=r"0:7 .* does not fit 3 tokens.*offsets=characters"):
        checked(path)
    assert entities(checked(path, offsets="characters")) == [("AnnLee", "PER")]
    same = {"tokens": ["A", "B", "to", "be", "seen"], "spans": [[0, 1, "PER"]]}
    assert checked(write(tmp_path, *[same] * 9)).doubts == ()
    fits_both = {"tokens": ["A", "B", "to", "be", "seen"], "spans": [[2, 3, "PER"]]}
    assert checked(write(tmp_path, *[fits_both] * 4)).doubts == ()
    with pytest.raises(DataError, match="5 spans begin and end with a word also if they count characters"):
        checked(write(tmp_path, *[fits_both] * 5))
    assert checked(write(tmp_path, *[fits_both] * 5), offsets="tokens").doubts == ()


# sentences


def test_lines_are_sentences_but_for_those_that_a_span_joins(tmp_path: Path) -> None:
    reading = checked(write(tmp_path, marked("One.\nNew\nYork is\r\n\r\nfar.\u2028So", [5, 13, "LOC"])))
    assert [pair.x for pair in reading.pairs] == [("One", "."), ("New", "York", "is"), ("far", "."), ("So",)]
    assert entities(reading) == [("NewYork", "LOC")]


def test_wrapped_lines_are_joined(tmp_path: Path) -> None:
    text = (
        "The old bear Teddy sat down\nbeside the river that runs\nthrough the old town, and\nslept there.\n\nIt rained."
    )
    reading = checked(write(tmp_path, marked(text, [13, 18, "PER"])))
    assert [len(pair.x) for pair in reading.pairs] == [20, 3]
    assert any("1 text with wrapped lines" in note for note in reading.notes)
    listed = "Teddy\nbear\nriver\ntown\nrain"
    assert len(checked(write(tmp_path, marked(listed, [0, 5, "PER"])), accept="one_word_sentences").pairs) == 5


def test_a_long_line_is_cut_after_its_full_stops_but_never_in_a_span(tmp_path: Path) -> None:
    text = "He came to see Mr. X. and me today . " * 30
    start = text.index("today .", 200)
    reading = checked(write(tmp_path, marked(text, [start, start + 10, "ODD"])))
    assert entities(reading) == [("today.He", "ODD")]
    lengths = {len(pair.x) for pair in reading.pairs}
    assert max(lengths) < LONG_LINE
    assert len(reading.pairs) >= 29
    short = "He came . " * (LONG_LINE // 3)
    assert len(checked(write(tmp_path, marked(short, [0, 2, "X"]))).pairs) == 1
    assert sentence_ends(["a", "?", "!", "b", ".", ")", "c"], ["O"] * 7) == [3, 6, 7]


def test_pieces_cover_the_text() -> None:
    text = "a\nb\n\nc"
    assert pieces(text, [], wrapped=False) == [(0, 2), (2, 4), (4, 5), (5, 6)]
    assert pieces(text, [], wrapped=True) == [(0, 5), (5, 6)]
    assert pieces(text, [Span("X", 0, 3), Span("Y", 5, 6)], wrapped=False) == [(0, 4), (4, 5), (5, 6)]
    assert pieces(text, [], wrapped=False, given=[(0, 3), (5, 6)]) == [(0, 5), (5, 6)]


def test_a_leading_byte_order_mark_is_counted_and_is_no_word(tmp_path: Path) -> None:
    reading = checked(write(tmp_path, marked("\ufeffAnn sat.", [1, 4, "PER"])))
    assert (reading.pairs[0].x, entities(reading)) == (("Ann", "sat", "."), [("Ann", "PER")])


# JSON


def test_json_in_all_its_forms(tmp_path: Path) -> None:
    records = [{"tokens": ["Ann"], "labels": ["B-PER"]}, {"tokens": ["so", "it"], "labels": ["O", "O"]}]
    forms = {
        "lines": "\n".join(map(json.dumps, records)),
        "a list on one line": json.dumps(records),
        "a list": json.dumps(records, indent=2),
        "objects over lines": "\n".join(json.dumps(record, indent=2) for record in records),
        "a byte-order mark": "\ufeff" + json.dumps(records, indent=2),
    }
    lines = {"lines": [1, 2], "a list on one line": [1, 1], "a list": [2, 10], "objects over lines": [1, 9]}
    for name, text in forms.items():
        (tmp_path / "a.json").write_text(text, encoding="utf-8")
        reading = checked(tmp_path / "a.json")
        assert [pair.x for pair in reading.pairs] == [("Ann",), ("so", "it")], name
        assert reading.lines == lines.get(name, reading.lines), name


@pytest.mark.parametrize(
    ("text", "line", "found"),
    [
        ('[\n{"tokens": ["a"], "labels": ["O"]}\n{"tokens": []}\n]', 3, "Expecting ',' or ']' at column 1"),
        ('[\n{"tokens": ["a"], "labels": ["O"]},\n{"tokens": ["b", }\n]', 3, "not JSON"),
        ('[\n{"tokens": ["a"], "labels": ["O"]}\n] more', 3, "Extra data after the list"),
        ('[\n{"tokens": ["a"], "labels": ["O"]},\n', 2, "Expecting ']'"),
        ('{"tokens": ["a"], "labels": ["O"]\n{"tokens": ["b"], "labels": ["O"]}', 1, "not JSON"),
        ('[\n1,\n"x"]', 2, "JSON, but not an object: 1"),
        ("[\n" + "[" * 100_000, 2, "nested too deeply"),
    ],
)
def test_broken_json_is_told_with_its_line(tmp_path: Path, text: str, line: int, found: str) -> None:
    (tmp_path / "a.json").write_text(text, encoding="utf-8")
    first = read_labelled(tmp_path / "a.json").problems[0]
    assert first.line == line
    assert found in first.found


def test_an_empty_list_is_no_span_but_no_list_of_labels(tmp_path: Path) -> None:
    path = write(tmp_path, {"tokens": ["Ann"], "labels": ["B-PER"]}, {"tokens": ["so"], "labels": []})
    with pytest.raises(DataError, match=r":2: 1 token but 0 labels"):
        checked(path)
    path = write(tmp_path, {"tokens": ["Ann"], "label": [[0, 1, "PER"]]}, {"tokens": ["so"], "label": []})
    assert [pair.y for pair in checked(path).pairs] == [("B-PER",), ("O",)]
    path = write(tmp_path, {"tokens": ["so"], "ner_tags": []})
    with pytest.raises(DataError, match=r":1: 1 token but 0 labels"):
        checked(path)
