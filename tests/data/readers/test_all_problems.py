"""A problem of a sentence must not hide its other ones: they would come to light one by one, a repair at a time."""

import json
from pathlib import Path

import pytest

from unrolled.data.readers import Reading, read_labelled


def read(folder: Path, name: str, content: str | bytes) -> Reading:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return read_labelled(path)


def lines(reading: Reading) -> list[int | None]:
    return [problem.line for problem in reading.problems]


def test_a_label_behind_a_line_without_one_used_to_show_up_only_after_that_was_repaired(tmp_path: Path) -> None:
    reading = read(tmp_path, "a.conll", "a O\nb\nc b-per\nd I-LOC\n\ne O\n")
    assert lines(reading) == [2, 3]
    assert "'b-per'" in reading.problems[1].found
    assert [pair.x for pair in reading.pairs] == [("e",)]


@pytest.mark.parametrize(
    "content",
    [
        "x B-LOC\n\na O\nb\nc I-PER\n",  # what the gap holds may be B-PER
        "x B-LOC\nin O\n\nb\nc I-PER\n",
        "x S-LOC\ny B-LOC\nz E-LOC\n\na B-PER\nb\n\nb\nc E-PER\n\nd B-PER\nb\nc E-PER\n",
        "x LOC\ny O\n\na PER\nb\nc PER\n",
    ],
)
def test_a_label_beside_a_gap_is_not_blamed_for_what_may_stand_in_the_gap(tmp_path: Path, content: str) -> None:
    reading = read(tmp_path, "a.conll", content)
    assert {content.splitlines()[line - 1] for line in lines(reading) if line} == {"b"}
    assert len(reading.pairs) == 1


def test_what_stands_apart_from_the_gap_is_checked_as_ever(tmp_path: Path) -> None:
    reading = read(tmp_path, "a.conll", b"a O\nb I-PER\n\xff O\nc O\nd I-LOC\n\ne B-LOC\n\nf B-LOC\ng B-LOC\n")
    assert lines(reading) == [2, 3, 5]


def test_the_scheme_is_that_of_all_labels_so_that_a_repair_does_not_change_it(tmp_path: Path) -> None:
    reading = read(tmp_path, "a.conll", "a O\nb I-PER\nc I-PER\nd\n\ne O\n")
    assert (reading.facts.get("scheme"), lines(reading)) == ("IOB1", [4])


def test_json_lines(tmp_path: Path) -> None:
    records = [
        {"tokens": ["a", 7, 8, ""], "labels": ["b-per", 1, 2, "I-LOC"]},
        {"tokens": ["a", "b"], "labels": ["b-per"]},
        {"words_": ["a"], "labels_": ["O"]},
        {"tokens": ["a", "b"], "spans": [[0, 3, "X"], [0, 1, "X"], [0, 2, "X"], [5, 6, "X"]]},
        {"text_": "a", "labels": ["b-per"]},
        {"tokens": ["a"], "labels": ["B-PER"]},
    ]
    reading = read(tmp_path, "a.jsonl", "".join(json.dumps(record) + "\n" for record in records))
    assert lines(reading) == [1] * 6 + [2] * 2 + [3] * 2 + [4] * 3 + [5] * 2
    assert reading.lines == [6]


def test_tables(tmp_path: Path) -> None:
    by_token = "sent_id,token,label\n1,a,O\n1,b\n1,c,b-per\n2,d,I-PER\n2,e,b-per\n3,f,B-PER\n3,,3\n4,g,B-LOC\n"
    reading = read(tmp_path, "a.csv", by_token)
    assert lines(reading) == [3, 4, 5, 6, 8, 8]
    assert [pair.x for pair in reading.pairs] == [("g",)]
    by_sentence = 'tokens,labels\na b,O\n"[1, 2]","[""b-per"", 3]"\na b,b-per\nc,B-LOC\n'
    reading = read(tmp_path, "b.csv", by_sentence)
    assert lines(reading) == [2] + [3] * 4 + [4] * 2
    assert [pair.x for pair in reading.pairs] == [("c",)]


def test_a_row_that_may_begin_the_next_sentence_excuses_its_first_label_only(tmp_path: Path) -> None:
    reading = read(tmp_path, "a.csv", "sent_id,token,label\n1,a,B-LOC\n2,b\n2,c,I-PER\n2,d,O\n2,e,I-PER\n3,f,B-PER\n")
    assert lines(reading) == [3, 6]
    assert [pair.x for pair in reading.pairs] == [("f",)]
