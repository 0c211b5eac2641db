import json
import os
import threading
from pathlib import Path

import pytest

from unrolled.data.readers import Reading, TextsSettings, read_texts
from unrolled.errors import DataError, SettingsError

TWO = [(("A", "warm", "film", "."), "positive"), (("Dull", ",", "long"), "negative")]


def write(folder: Path, content: str | bytes, name: str = "a.csv") -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def examples(reading: Reading) -> list[tuple[tuple[str, ...], str]]:
    assert reading.problems == []
    return [(pair.x, pair.y) for pair in reading.pairs]


def many(number: int = 60) -> list[tuple[str, str]]:
    """Texts of many words with one of two labels, half of them each."""
    words = ("the", "tea", "came", "late", "but", "was", "hot", "and", "clean")
    return [(" ".join((*words[i % 4 :], f"number{i}")), "positive" if i % 2 else "negative") for i in range(number)]


JSON = '{"text": "A warm film.", "label": "positive"}\n\n{"label": "negative", "text": "Dull, long"}'
WORDS = '{"words": ["A", "warm", "film", "."], "y": "positive"}\n{"y": "negative", "words": ["Dull", ",", "long"]}'


@pytest.mark.parametrize(
    ("name", "content", "lines"),
    [
        ("a.csv", 'text,label\nA warm film.,positive\n"Dull, long",negative\n', [2, 3]),
        ("a.csv", '\ufeffSentiment;Review\r\npositive;A warm film.\r\nnegative;Dull, long\r\n', [2, 3]),
        ("a.csv", 'id,Review Text,Star Rating\n1,"A warm\nfilm.",positive\n\n2,"Dull, long",negative\n', [2, 5]),
        ("a.tsv", "label\tsentence\npositive\tA warm film.\nnegative\tDull, long\n", [2, 3]),
        ("a.txt", "label\tsentence\npositive\tA warm film.\nnegative\tDull, long\n", [2, 3]),
        ("a.csv", 'A warm film.,positive\n"Dull, long",negative\n', [1, 2]),
        ("a.jsonl", JSON, [1, 3]),
        ("a.txt", WORDS, [1, 2]),
        ("a.txt", "__label__positive A warm film.\n\n__label__negative  Dull, long\n", [1, 3]),
    ],
)  # fmt: skip
def test_formats(tmp_path: Path, name: str, content: str, lines: list[int]) -> None:
    reading = read_texts(write(tmp_path, content, name))
    assert examples(reading) == TWO
    assert reading.lines == lines
    assert reading.facts == {"labels": "negative, positive"}
    assert reading.place(1) == f"{tmp_path / name}:{lines[1]}"


def test_a_folder_for_each_label(tmp_path: Path) -> None:
    for label, name, text in (("positive", "2.txt", "A warm\nfilm."), ("negative", "10.txt", "\ufeffDull, long\r\n")):
        (tmp_path / label).mkdir()
        write(tmp_path / label, text, name)
    write(tmp_path / "negative", "no text", ".hidden.txt")
    write(tmp_path / "negative", "no text", "notes.md")
    write(tmp_path, "no text", "README.txt")
    reading = read_texts(tmp_path)
    assert examples(reading) == TWO[::-1]
    assert reading.files == (str(tmp_path / "negative" / "10.txt"), str(tmp_path / "positive" / "2.txt"))
    assert reading.place(0) == reading.files[0]
    assert reading.lines == [0, 0]


def test_reviews_without_a_label_that_imdb_keeps_beside_the_others(tmp_path: Path) -> None:
    for part in ("pos", "neg", "unsup"):
        (tmp_path / "train" / part).mkdir(parents=True)
        write(tmp_path / "train" / part, "A film.", "0.txt")
    reading = read_texts(tmp_path / "train")
    assert [pair.y for pair in reading.pairs] == ["neg", "pos"]
    assert "the folder unsup holds texts without a label; left out" in reading.notes[0]
    strict = read_texts(tmp_path / "train", TextsSettings(strict=True))
    assert [problem.kind for problem in strict.problems] == ["folders without a label"]
    with pytest.raises(DataError, match=r"folder train holds folders of its own: neg, pos.*such as .*train"):
        read_texts(tmp_path).checked()


@pytest.mark.parametrize("columns", [{"text_column": "b", "label_column": "d"}, {"text_column": 1, "label_column": -1},
                                     {"text_column": "1", "label_column": "3"}])  # fmt: skip
@pytest.mark.parametrize("header", ["a,b,c,d\n", "text,b,label,d\n"])
def test_told_columns(tmp_path: Path, header: str, columns: dict[str, str | int]) -> None:
    path = write(tmp_path, header + 'x,A warm film.,y,positive\nx,"Dull, long",z,negative\n')
    reading = read_texts(path, TextsSettings.from_dict(columns))
    assert examples(reading)[-2:] == TWO
    # With numbers alone nothing tells "a,b,c,d" from a first example.
    no_header = header.startswith("a") and columns["label_column"] != "d"
    assert len(reading.pairs) == (3 if no_header else 2)
    assert reading.taken["rows"].startswith("a text each, no header" if no_header else "a text each, the first names")
    told = read_texts(path, TextsSettings.from_dict({**columns, "header": True})) if no_header else reading
    assert examples(told) == TWO


@pytest.mark.parametrize(
    ("columns", "found"),
    [
        ({"text_column": "txt"}, r"text_column is 'txt', but the columns are text, label.*--set text_column=NAME"),
        ({"label_column": 2}, "label_column is 2, but the columns are text, label"),
        ({"label_column": "text", "text_column": "text"}, "text is both text_column and label_column"),
    ],
)
def test_told_columns_that_are_not_there(tmp_path: Path, columns: dict[str, str | int], found: str) -> None:
    path = write(tmp_path, "text,label\nA film,1\n")
    with pytest.raises(DataError, match=found):
        read_texts(path, TextsSettings.from_dict(columns)).checked()


def test_a_told_column_frees_the_usual_one_for_the_other(tmp_path: Path) -> None:
    path = write(tmp_path, "text,comment,label\nfilm,A warm film.,positive\nfilm,Dull long,negative\n")
    reading = read_texts(path, TextsSettings(label_column="text"))
    assert [(pair.x[0], pair.y) for pair in reading.pairs] == [("A", "film"), ("Dull", "film")]


@pytest.mark.parametrize("header", [None, ("kind", "who", "said")])
def test_columns_by_their_figures(tmp_path: Path, header: tuple[str, ...] | None) -> None:
    rows = [(label, f"user{i}", text) for i, (text, label) in enumerate(many())]
    path = write(tmp_path, "".join(",".join(row) + "\n" for row in ([header, *rows] if header else rows)))
    reading = read_texts(path)
    assert [pair.y for pair in reading.pairs] == [label for _, label in many()]
    assert [pair.x[-1] for pair in reading.pairs] == [f"number{i}" for i in range(60)]
    name, told = ("NAME", ' "{}"') if header else ("N", "")
    assert reading.taken == {
        "texts": f"column 2{told.format('said')} (the longest; --set text_column={name} takes another)",
        "labels": f"column 0{told.format('kind')} (few values; --set label_column={name} takes another)",
        "rows": "a text each, the first names the columns (--set header=false reads it as an example)"
        if header
        else "a text each, no header (--set header=true takes the first row for names)",
        "not read": f"column 1{told.format('who')}",
    }
    assert reading.notes == reading.doubts == ()


def test_a_header_with_columns_that_have_no_name(tmp_path: Path) -> None:
    content = "v1,v2,,\n" + "".join(f"{label},{text},,\n" for text, label in many())
    reading = read_texts(write(tmp_path, content))
    assert (reading.lines[0], reading.facts) == (2, {"labels": "negative, positive"})
    assert reading.taken["texts"].startswith('column 1 "v2"')


def test_where_two_columns_may_be_the_labels_it_is_asked(tmp_path: Path) -> None:
    rows = [{"said": text, "kind": label, "of": "ships" if i % 5 else "sea"} for i, (text, label) in enumerate(many())]
    path = write(tmp_path, "".join(json.dumps(row) + "\n" for row in rows), "a.jsonl")
    with pytest.raises(DataError, match=r"cannot be told: kind \(negative, positive\) or of \(sea, ships\)"):
        read_texts(path).checked()
    reading = read_texts(path, TextsSettings(label_column="kind"))
    assert reading.facts == {"labels": "negative, positive"}
    assert reading.taken["labels"] == 'key "kind"'
    # But for a column that says which part of a corpus a row is of.
    parts = "".join(json.dumps({**row, "of": "dev" if i % 5 else "train"}) + "\n" for i, row in enumerate(rows))
    assert read_texts(write(tmp_path, parts, "b.jsonl")).facts == {"labels": "negative, positive"}


def test_a_second_column_with_a_usual_name_is_told(tmp_path: Path) -> None:
    path = write(tmp_path, "text,stars,label\nA film,5,good\nA film,1,bad\n")
    assert "stars may hold labels, too: --set label_column=stars takes" in read_texts(path).notes[0]
    assert read_texts(path, TextsSettings(label_column="label")).notes == ()


def test_of_two_usual_names_the_column_with_few_values_has_the_labels(tmp_path: Path) -> None:
    rows = "".join(f"{text},{i / 7:.3f},{label}\n" for i, (text, label) in enumerate(many()))
    reading = read_texts(write(tmp_path, "text,score,topic\n" + rows))
    assert reading.taken["labels"] == 'column 2 "topic"'
    assert reading.notes == (
        f"{reading.path}: score may hold labels, too: --set label_column=score takes them instead.",
    )


def test_a_second_column_of_texts_is_told(tmp_path: Path) -> None:
    rows = "".join(f"{label},So it was,{text}\n" for text, label in many())
    reading = read_texts(write(tmp_path, "label,title,text\n" + rows))
    assert reading.taken["texts"] == 'column 2 "text"'
    assert reading.notes == (f"{reading.path}: title may hold texts, too: --set text_column=title takes them instead.",)


@pytest.mark.parametrize("separator", [",", ";", "|", "\t"])
def test_separators(tmp_path: Path, separator: str) -> None:
    content = separator.join(("text", "label")) + f"\nA warm film.{separator}positive\n"
    reading = read_texts(write(tmp_path, content + separator.join(("Dull. long", "negative")) + "\n"))
    assert [pair.y for pair in reading.pairs] == ["positive", "negative"]


def test_a_usual_name_that_is_a_value_makes_no_header(tmp_path: Path) -> None:
    rows = [(text, "comment" if i % 2 else "question") for i, (text, _) in enumerate(many())][1:]
    reading = read_texts(write(tmp_path, "".join(f"{text},{label}\n" for text, label in rows)))
    assert len(reading.pairs) == 59
    assert reading.lines[0] == 1


def test_stars(tmp_path: Path) -> None:
    stars = ["5.0", "1", "3", "2", "4", "1.0"]
    path = write(tmp_path, "text,stars\n" + "".join(f"a film,{star}\n" for star in stars))
    reading = read_texts(path)
    assert [pair.y for pair in reading.pairs] == ["5", "1", "3", "2", "4", "1"]
    assert reading.facts == {"labels": "1 to 5"}


@pytest.mark.parametrize("label", ["1", "1.0", 1, 1.0])
def test_names_of_labels(tmp_path: Path, label: object) -> None:
    rows = [{"text": "a film", "label": label}, {"text": "a film", "label": "negative"}]
    path = write(tmp_path, "".join(json.dumps(row) + "\n" for row in rows), "a.jsonl")
    assert [p.y for p in read_texts(path).pairs] == ["1", "negative"]
    reading = read_texts(path, TextsSettings(label_names="negative, positive"))
    assert reading.taken["labels"] == 'key "label", 0 is negative, 1 is positive'
    assert [p.y for p in reading.pairs] == ["positive", "negative"]
    with pytest.raises(DataError, match="the label 1, and there are 1 label_names, the first of which is 0"):
        read_texts(path, TextsSettings(label_names="negative")).checked()
    with pytest.raises(SettingsError, match="a name is missing"):
        TextsSettings(label_names="a,,b")


def test_all_problems_are_listed_and_the_sound_rows_kept(tmp_path: Path) -> None:
    rows = [
        {"text": "", "label": "a"},
        {"text": "x y", "label": ""},
        {"text": 5, "label": None},
        {"text": "x y", "label": ["a", "b"]},
        {"text": "\ud800", "label": "a"},
        {"label": "a"},
        {"text": [], "label": "a"},
        {"text": ["x", 3], "label": "a"},
        {"text": "x y", "label": "a\nb"},
        {"text": "x y", "label": True},
    ]
    reading = read_texts(write(tmp_path, "".join(json.dumps(row) + "\n" for row in rows), "a.jsonl"))
    assert [(problem.line, problem.kind) for problem in reading.problems] == [
        (3, "values that are no text"),
        (4, "texts without one label"),
        (5, "texts with half of a surrogate pair"),
        (8, "values that are no text"),
        (9, "labels of several lines"),
    ]
    assert [(doubt.name, doubt.line, doubt.found) for doubt in reading.doubts] == [
        ("empty_texts", 1, "3 empty texts are left out: lines 1, 6, 7"),
        ("empty_labels", 2, "2 texts without a label are left out: lines 2, 3"),
    ]
    assert len(read_texts(tmp_path / "a.jsonl", TextsSettings(strict=True)).problems) == 10
    assert [(pair.x, pair.y) for pair in reading.pairs] == [(("x", "y"), "true")]


def test_problems_of_files_name_the_file(tmp_path: Path) -> None:
    for label, name, text in (("a", "1.txt", b""), ("a", "2.txt", b"caf\xe9"), ("b", "3.txt", b"fine")):
        (tmp_path / label).mkdir(exist_ok=True)
        write(tmp_path / label, text, name)
    (tmp_path / "c").mkdir()
    reading = read_texts(tmp_path)
    found = {str(Path(problem.path).relative_to(tmp_path)): problem for problem in reading.problems}
    assert [(d.name, d.file) for d in reading.doubts] == [("empty_texts", str(tmp_path / "a" / "1.txt"))]
    assert (found["a/2.txt"].line, "0xe9" in found["a/2.txt"].found) == (1, True)
    assert found["."].found == "the folder c has no *.txt"
    assert reading.files == (str(tmp_path / "b" / "3.txt"),)


def test_parquet_says_what_csv_says(tmp_path: Path) -> None:
    arrow = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    texts, labels = zip(*many(), strict=True)
    path = tmp_path / "a.parquet"
    columns = {
        "idx": list(range(60)),
        "sentence": list(texts),
        "vector": [[0.5, i] for i in range(60)],
        "label": arrow.array(labels).dictionary_encode(),
    }
    parquet.write_table(arrow.table(columns), path)
    csv = write(tmp_path, "text,label\n" + "".join(f"{text},{label}\n" for text, label in many()))
    reading = read_texts(path)
    assert examples(reading) == examples(read_texts(csv))
    assert reading.place(59) == f"{path}:60"
    other = path.rename(tmp_path / "a.bin")
    assert examples(read_texts(other)) == examples(reading)


def test_parquet_with_names_of_labels_beside_its_columns(tmp_path: Path) -> None:
    arrow = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    names = {"info": {"features": {"label": {"names": ["neg", "pos"], "_type": "ClassLabel"}, "text": {}}}}
    table = arrow.table({"text": ["a film", "a dish", None], "label": [1, 0, -1]})
    path = tmp_path / "a.parquet"
    parquet.write_table(table.replace_schema_metadata({"huggingface": json.dumps(names)}), path)
    reading = read_texts(path)
    assert [pair.y for pair in reading.pairs] == ["pos", "neg"]
    assert [(doubt.name, doubt.line) for doubt in reading.doubts] == [("empty_texts", 3), ("empty_labels", 3)]
    assert reading.taken["labels"] == 'column 1 "label", 0 is neg, 1 is pos'
    assert [p.y for p in read_texts(path, TextsSettings(label_names="bad,good")).pairs] == ["good", "bad"]
    for hostile in ("[", "[]", '{"info": []}', '{"info": {"features": {"label": {"names": [1]}}}}'):
        parquet.write_table(table.replace_schema_metadata({"huggingface": hostile}), path)
        assert [pair.y for pair in read_texts(path).pairs] == ["1", "0"]


def test_without_pyarrow_the_error_names_the_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> None:
        raise ModuleNotFoundError(name)

    monkeypatch.setattr("importlib.import_module", missing)
    with pytest.raises(DataError, match=r"pip install 'unrolled\[tables\]'"):
        read_texts(write(tmp_path, b"PAR1", "a.parquet")).checked()


def test_a_large_field(tmp_path: Path) -> None:
    long = "word " * 50_000
    reading = read_texts(write(tmp_path, f"text,label\n{long},a\nshort,b\n"))
    assert len(reading.pairs[0].x) == 50_000


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="Windows has no named pipes")
def test_a_pipe_is_read_once_as_a_table(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    content = 'text,label\nA warm film.,positive\n"Dull, long",negative\n'
    writer = threading.Thread(target=pipe.write_text, args=(content,))
    writer.start()
    assert examples(read_texts(pipe)) == TWO
    writer.join()
