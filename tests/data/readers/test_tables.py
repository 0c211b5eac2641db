import csv
import json
import os
import threading
from pathlib import Path

import pytest
from reading import checked

from unrolled.data.readers import detect_format, read_labelled
from unrolled.errors import DataError

TWO = [(("Ann", "Lee", "sat"), ("B-PER", "I-PER", "O")), (("Rome",), ("B-LOC",))]


def write(folder: Path, content: str, name: str = "a.csv") -> Path:
    path = folder / name
    path.write_bytes(content.encode())
    return path


def sentences(reading) -> list[tuple[tuple[str, ...], tuple[str, ...]]]:
    return [(pair.x, pair.y) for pair in reading.pairs]


@pytest.mark.parametrize(
    ("name", "content", "lines"),
    [
        ("a.csv", "sentence_id,token,label\n1,Ann,B-PER\n1,Lee,I-PER\n1,sat,O\n2,Rome,B-LOC\n", [2, 5]),
        ("a.csv", "Sentence #,Word,POS,Tag\nS 1,Ann,N,B-PER\n,Lee,N,I-PER\n,sat,V,O\nS 2,Rome,N,B-LOC\n", [2, 5]),
        ("a.csv", "word;ner\r\nAnn;B-PER\r\nLee;I-PER\r\nsat;O\r\n;\r\nRome;B-LOC\r\n", [2, 6]),
        ("a.csv", "\ufefftokens,labels\nAnn Lee sat,B-PER I-PER O\nRome,B-LOC\n", [2, 3]),
        ("a.csv", 'id,text,tags\n7,"[""Ann"", ""Lee"", ""sat""]","[""PER"", ""PER"", ""O""]"\n8,Rome,LOC\n', [2, 3]),
        ("a.csv", "tokens,ner_tags\n\"['Ann', 'Lee', 'sat']\",\"['B-PER', 'E-PER', 'O']\"\nRome,S-LOC\n", [2, 3]),
        ("a.csv", 'tokens,labels\n"Ann\nLee\nsat",B-PER I-PER O\nRome,B-LOC\n', [2, 5]),
        ("a.tsv", "token\tlabel\nAnn\tB-PER\nLee\tI-PER\nsat\tO\n\nRome\tB-LOC\n", [2, 6]),
        ("a.tsv", 'tokens\tlabels\n["Ann", "Lee", "sat"]\tB-PER I-PER O\nRome\tB-LOC\n', [2, 3]),
        ("a.tsv", "Ann\tB-PER\nLee\tI-PER\nsat\tO\n\nRome\tB-LOC\n", [1, 5]),
    ],
)
def test_layouts(tmp_path: Path, name: str, content: str, lines: list[int]) -> None:
    reading = checked(write(tmp_path, content, name))
    assert sentences(reading) == TWO
    assert (reading.lines, reading.problems) == (lines, [])


def test_named_columns(tmp_path: Path) -> None:
    path = write(tmp_path, "doc,w,y,z\na,Ann,B-PER,O\na,sat,O,O\nb,Rome,B-LOC,O\n")
    assert [pair.x for pair in checked(path).pairs] == [("Ann", "sat", "Rome")]  # by their figures
    for columns in (("w", "y", "doc"), (1, -2, 0)):
        token, label, sentence = columns
        reading = checked(path, token_column=token, label_column=label, sentence_column=sentence)
        assert [pair.x for pair in reading.pairs] == [("Ann", "sat"), ("Rome",)]
    with pytest.raises(DataError, match="sentence_column is 'page', but the columns are doc, w, y, z"):
        checked(path, token_column="w", label_column="y", sentence_column="page")
    with pytest.raises(DataError, match="no column looks like labels"):
        checked(write(tmp_path, "w,y\nAnn,x\nsat,y\nRome,z\n"))


def test_quotation_marks_are_tokens_in_tsv_and_quoting_in_csv(tmp_path: Path) -> None:
    tsv = checked(write(tmp_path, 'token\tlabel\n"\tO\nAnn\tB-PER\n"\tO\n', "a.tsv"))
    assert tsv.pairs[0].x == ('"', "Ann", '"')
    plain = checked(write(tmp_path, 'token,label\n"""",O\n"a,b",B-X\n'))
    assert plain.pairs[0].x == ('"', "a,b")


def test_numbers_need_their_names(tmp_path: Path) -> None:
    path = write(tmp_path, 'tokens,ner_tags\nAnn sat,"[1, 0]"\nAnn sat,1 0\n')
    assert [pair.y for pair in checked(path, label_names="O,B-PER").pairs] == [("B-PER", "O")] * 2
    with pytest.raises(DataError, match=":2: label 1 of the sentence is 1, and there are 1 label_names"):
        checked(path, label_names="O")


def test_problems_name_their_lines_and_spoil_their_sentence_only(tmp_path: Path) -> None:
    path = write(tmp_path, "sent_id,token,label\n1,Ann,B-PER\n2,Bo\n2,ran,O\n3,Cy,B-PER\n4,Di,I-LOC\n5,Ed,B-PER\n")
    reading = read_labelled(path)
    assert [problem.line for problem in reading.problems] == [3, 6]
    # Line 3 may belong to the sentence before it or after it.
    assert [pair.x for pair in reading.pairs] == [("Cy",), ("Ed",)]


def test_a_cell_of_100_000_tokens_and_the_limit_restored(tmp_path: Path) -> None:
    limit = csv.field_size_limit()
    content = f"tokens,labels\n{'word ' * 100_000},{'B-X ' * 100_000}\n"
    assert len(checked(write(tmp_path, content), accept="long_sentence").pairs[0].x) == 100_000
    assert csv.field_size_limit() == limit


def test_formats_are_told_apart(tmp_path: Path) -> None:
    record = json.dumps({"tokens": ["Ann"], "labels": ["B-PER"]})
    assert detect_format(write(tmp_path, record, "a.txt")) == "json"
    assert detect_format(write(tmp_path, "\n\nAnn B-PER\n", "a.txt")) == "columns"
    assert detect_format(write(tmp_path, "word\ttag\n", "b.tsv")) == "csv"
    assert detect_format(tmp_path / "missing.csv") == "csv"


def test_a_row_that_cannot_be_decoded_spoils_its_sentence(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"token,label\nAnn,B-PER\n\xff,O\nsat,O\n\nBo,B-PER\n\n\xff,O\nCy,B-PER\n\nDi,B-PER\n")
    reading = read_labelled(path)
    assert [problem.line for problem in reading.problems] == [3, 8]
    assert [pair.x for pair in reading.pairs] == [("Bo",), ("Di",)]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="the platform has no named pipes")
def test_a_pipe_is_read_once(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_text, args=("Ann B-PER\n",))
    writer.start()
    assert checked(pipe).pairs[0].x == ("Ann",)
    writer.join()
