"""Whom a pair is from: each format of tables finds it by the column, and says what is wrong with it."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from unrolled.data.readers import Reading
from unrolled.errors import SettingsError
from unrolled.tasks import BASES, DNA, NER, SENTIMENT, VECTORS, VIDEO, Task

CSV = "speaker,text,label\nann,so good,pos\nbob,so bad,neg\nann,quite fine,pos\ncy,not so nice,neg\n"
LONG = "id,who,t,a,label\n" + "".join(
    f"{n},{'ab'[n % 2]},{t},{t * n / 4},{'up' if n % 2 else 'down'}\n" for n in range(4) for t in range(3)
)
FASTA = ">a label=x species=fly\nACGT\n>b label=y species=mouse\nACGG\n>c label=y species=fly\nACGA\n"
JSON = '{"text": "so good", "label": "pos", "by": 7}\n{"text": "so bad", "label": "neg", "by": 8}\n'


def read(task: Task[Any, Any], path: Path, content: str, **settings: object) -> Reading[Any, Any]:
    path.write_text(content)
    return task.read(path, task.defaults.replaced(settings))


@pytest.mark.parametrize(
    ("task", "name", "content", "group", "wanted"),
    [
        (SENTIMENT, "a.csv", CSV, "speaker", ("ann", "bob", "ann", "cy")),
        (SENTIMENT, "a.csv", CSV, 0, ("ann", "bob", "ann", "cy")),
        (SENTIMENT, "a.jsonl", JSON, "by", ("7", "8")),
        (DNA, "a.fasta", FASTA, "species", ("fly", "mouse", "fly")),
        (DNA, "a.fasta", FASTA, "sequence", ("a", "b", "c")),
        (DNA, "a.csv", "who,dna,label\nann,ACGT,x\nbob,ACGG,y\n", "who", ("ann", "bob")),
        (DNA, "a.csv", "who,s,l\nann,ACGT,x\nbob,ACGG,y\n", "who", ("ann", "bob")),
        (VECTORS, "a.csv", LONG, "who", ("a", "b", "a", "b")),
        (BASES, "a.csv", "who,sequence,labels\nann,ACGT,xxyy\nbob,ACGG,yyxx\n", "who", ("ann", "bob")),
    ],
)
def test_the_column_that_is_named_says_whom_each_pair_is_from(
    task: Task[Any, Any], name: str, content: str, group: object, wanted: tuple[str, ...], tmp_path: Path
) -> None:
    reading = read(task, tmp_path / name, content, group=group)
    assert reading.faults() == []
    assert reading.groups == wanted
    assert "groups" in reading.taken
    assert read(task, tmp_path / name, content).groups == ()


def test_bases_are_from_their_sequence_or_what_its_header_says(tmp_path: Path) -> None:
    (tmp_path / "a.bed").write_text("a\t0\t2\tx\nb\t1\t3\ty\n")
    for group, wanted in (("sequence", ("a", "b", "c")), ("species", ("fly", "mouse", "fly"))):
        assert read(BASES, tmp_path / "a.fasta", FASTA, group=group).groups == wanted
    (tmp_path / "a.bed").write_text("a\t0\t2\tx\n")
    found = read(BASES, tmp_path / "a.fasta", ">a\nACGT\n>b species=fly\nACGG\n", group="species")
    assert [(fault.line, fault.found) for fault in found.problems] == [
        (1, "a sequence without a group: 'species' says nothing of it")
    ]


def test_clips_are_from_whom_their_table_says(tmp_path: Path) -> None:
    for name in ("a", "b", "c"):
        np.save(tmp_path / f"{name}.npy", np.zeros((3, 2)))
    rows = "video,who,label\na.npy,ann,x\nb.npy,bob,y\nc.npy,ann,x\n"
    found = read(VIDEO, tmp_path / "t.csv", rows, group="who")
    assert found.groups == ("ann", "bob", "ann")
    assert "who" in found.taken["groups"]
    assert "not read" not in found.taken
    assert read(VIDEO, tmp_path / "t.csv", rows).groups == ()
    (fault,) = read(VIDEO, tmp_path / "t.csv", rows.replace("bob", ""), group="who").problems
    assert (fault.line, fault.found) == (3, "a clip without a group: 'who' says nothing of it")
    (fault,) = read(VIDEO, tmp_path / "t.csv", rows, group="speaker").problems
    assert "no such column" in fault.found
    (fault,) = VIDEO.read(tmp_path, VIDEO.defaults.replaced({"group": "who"})).problems
    assert "does not say" in fault.found


def test_a_column_of_groups_is_taken_for_nothing_else(tmp_path: Path) -> None:
    content = "label,stars,review\n" + "".join(f"s{i % 2},{i % 3},so it was {i}\n" for i in range(9))
    reading = read(SENTIMENT, tmp_path / "a.csv", content, group="label")
    assert [pair.y for pair in reading.pairs] == [str(i % 3) for i in range(9)]
    numbers = LONG.replace(",a,", ",1,").replace(",b,", ",2,")
    series = read(VECTORS, tmp_path / "b.csv", numbers.replace("who,t,1,label", "who,t,a,label"), group="who")
    assert series.facts["numbers"] == "1"
    assert series.groups == ("1", "2", "1", "2")


def test_windows_are_from_their_sequence_or_what_its_header_says(tmp_path: Path) -> None:
    (tmp_path / "a.bed").write_text("a\t0\t2\tx\nb\t1\t3\ty\na\t1\t3\ty\n")
    intervals = str(tmp_path / "a.bed")
    for group, wanted in (("sequence", ("a", "b", "a")), ("species", ("fly", "mouse", "fly"))):
        reading = read(DNA, tmp_path / "a.fasta", FASTA, group=group, intervals=intervals)
        assert reading.groups == wanted


def test_a_table_of_files_and_arrays_say_it_too(tmp_path: Path) -> None:
    for n in range(4):
        np.save(tmp_path / f"{n}.npy", np.arange(6.0).reshape(3, 2) + n)
    rows = "".join(f"{n}.npy,{'ud'[n % 2]},{'pq'[n // 2]}\n" for n in range(4))
    (tmp_path / "manifest.csv").write_text("file,label,who\n" + rows)
    folder = VECTORS.read(tmp_path, VECTORS.defaults.replaced({"group": "who"}))
    assert folder.faults() == []
    assert folder.groups == ("p", "p", "q", "q")
    np.savez(tmp_path / "a.npz", x=np.zeros((4, 3, 2)) + np.arange(4)[:, None, None], y=[*"udud"], who=[1, 1, 2, 2])
    arrays = VECTORS.read(tmp_path / "a.npz", VECTORS.defaults.replaced({"group": "who"}))
    assert arrays.faults() == []
    assert arrays.groups == ("1", "1", "2", "2")
    lacking = VECTORS.read(tmp_path / "a.npz", VECTORS.defaults.replaced({"group": "speaker"}))
    assert "no array 'speaker'" in lacking.faults()[0].found


@pytest.mark.parametrize(
    ("task", "name", "content", "group", "line", "words"),
    [
        (SENTIMENT, "a.csv", CSV, "nobody", None, "there is no such column"),
        (SENTIMENT, "a.csv", CSV + ",odd,neg\n", "speaker", 6, "a text without a group"),
        (DNA, "a.fasta", FASTA + ">d label=x\nACGG\n", "species", 7, "a sequence without a group"),
        (DNA, "a.csv", "who,dna,label\nann,ACGT,x\n,ACGG,y\n", "who", 3, "a sequence without a group"),
        (DNA, "a.csv", "who,dna,label\nann,ACGT,x\n", "whom", None, "there is no such column"),
        (VECTORS, "a.csv", LONG, "whom", None, "no column 'whom'"),
        (VECTORS, "a.csv", LONG.replace("0,a,2", "0,c,2"), "who", 4, "is from 'a', and here from 'c'"),
        (VECTORS, "a.csv", LONG.replace(",b,", ",,"), "who", 5, "a series without a group"),
        (VECTORS, "a.ts", "@univariate true\n@classLabel true x y\n@data\n1,2:x\n2,1:y\n", "who", None, "nothing in"),
        (NER, "a.conll", "Ada B-PER\nsat O\n\nHe O\nsat O\n", "speaker", None, "labelled sentences"),
    ],
)
def test_what_does_not_say_whom_it_is_from_is_a_problem(
    task: Task[Any, Any], name: str, content: str, group: str, line: int | None, words: str, tmp_path: Path
) -> None:
    (problem, *_) = read(task, tmp_path / name, content, group=group).faults()
    assert problem.line == line
    assert words in problem.found


def test_folders_of_texts_have_no_such_column(tmp_path: Path) -> None:
    for label in ("pos", "neg"):
        (tmp_path / label).mkdir()
        (tmp_path / label / "1.txt").write_text("so it was")
    with pytest.raises(SettingsError, match="group has no effect"):
        SENTIMENT.read(tmp_path, SENTIMENT.defaults.replaced({"group": "speaker"}))
