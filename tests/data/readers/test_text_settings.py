"""Settings of how texts are read: each works where it can, and is refused where it cannot."""

from pathlib import Path

import pytest

from unrolled.data.readers import TextsSettings, read_texts
from unrolled.errors import SettingsError

FILES = {
    "a.csv": "text,label\nso good,a\nso bad,b\n",
    "a.jsonl": '{"text": "so good", "label": "a"}\n{"text": "so bad", "label": "b"}\n',
    "a.txt": "__label__a so good\n__label__b so bad\n",
}
PAIRS = [(("so", "good"), "a"), (("so", "bad"), "b")]


def write(folder: Path, name: str, encoding: str = "utf-8") -> Path:
    if name == "folder":
        for label, text in (("a", "so good"), ("b", "so bad")):
            (folder / name / label).mkdir(parents=True)
            (folder / name / label / "1.txt").write_text(text, encoding=encoding)
        return folder / name
    if name == "a.parquet":
        arrow, parquet = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
        parquet.write_table(arrow.table({"text": ["so good", "so bad"], "label": ["a", "b"]}), folder / name)
    else:
        (folder / name).write_text(FILES[name], encoding=encoding)
    return folder / name


NO_EFFECT = [
    *(("a.txt", name) for name in ("header", "text_column", "label_column", "label_names")),
    *(("folder", name) for name in ("header", "text_column", "label_column", "label_names")),
    *(("a.parquet", name) for name in ("header", "encoding", "label_names")),
    *(("a.jsonl", name) for name in ("header", "label_names")),
    ("a.csv", "label_names"),
]
VALUES = {"header": True, "text_column": "text", "label_column": "label", "label_names": "a,b", "encoding": "cp1252"}


@pytest.mark.parametrize(("file", "name"), NO_EFFECT)
def test_a_setting_without_effect_is_refused(tmp_path: Path, file: str, name: str) -> None:
    path = write(tmp_path, file)
    assert [(pair.x, pair.y) for pair in read_texts(path).pairs] == PAIRS
    back = "utf-8" if name == "encoding" else "null"
    with pytest.raises(SettingsError, match=rf"{name} has no effect on {path}: .*--set {name}={back}\.$"):
        read_texts(path, TextsSettings.from_dict({name: VALUES[name]}))


EFFECT = [(file, name) for file in (*FILES, "a.parquet", "folder") for name in VALUES if (file, name) not in NO_EFFECT]


@pytest.mark.parametrize(("file", "name"), EFFECT)
def test_a_setting_with_an_effect_is_taken(tmp_path: Path, file: str, name: str) -> None:
    reading = read_texts(write(tmp_path, file), TextsSettings.from_dict({name: VALUES[name]}))
    assert [(pair.x, pair.y) for pair in reading.pairs] == PAIRS


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", "text,label\nthé chaud,très\nlent,peu\n"),
        ("a.tsv", "text\tlabel\nthé chaud\ttrès\nlent\tpeu\n"),
        ("a.jsonl", '{"text": "thé chaud", "label": "très"}\n{"text": "lent", "label": "peu"}\n'),
        ("a.txt", "__label__très thé chaud\n__label__peu lent\n"),
        ("b.txt", '{"é": 0, "text": "thé chaud", "label": "très"}\n{"text": "lent", "label": "peu"}\n'),
    ],
)
def test_the_encoding_is_that_of_every_format_of_text(tmp_path: Path, name: str, content: str) -> None:
    path = tmp_path / name
    path.write_bytes(content.encode("cp1252"))
    reading = read_texts(path, TextsSettings(encoding="cp1252"))
    assert reading.checked().pairs[0].x == ("thé", "chaud")
    assert [pair.y for pair in reading.pairs] == ["très", "peu"]
    assert "--set encoding=cp1252" in read_texts(path).problems[0].way_out


def test_the_encoding_is_that_of_the_files_of_a_folder(tmp_path: Path) -> None:
    for label in ("a", "b"):
        (tmp_path / label).mkdir()
        for i in range(5):
            (tmp_path / label / f"{i}.txt").write_bytes("thé chaud".encode("cp1252"))
    assert read_texts(tmp_path, TextsSettings(encoding="cp1252")).checked().pairs[0].x == ("thé", "chaud")
    reading = read_texts(tmp_path)
    assert {problem.kind for problem in reading.problems} == {"lines in another encoding"}
    assert len(reading.problems) == 10


def test_a_folder_says_what_it_leaves_out(tmp_path: Path) -> None:
    path = write(tmp_path, "folder")
    for name in ("README.md", "a/notes.md", ".hidden", "a/.DS_Store", "a/b.feat", "b/c.feat"):
        (path / name).write_text("no text", encoding="utf-8")
    reading = read_texts(path)
    assert reading.notes == (f"{path}: 4 files more, taken for no text: README.md, a/b.feat, a/notes.md, …; left out.",)
    assert reading.taken == {"texts": "the files *.txt", "labels": "the names of the 2 folders"}
    assert [problem.kind for problem in read_texts(path, TextsSettings(strict=True)).problems] == [
        "files that are no text"
    ]


def test_a_folder_whose_files_have_no_suffix(tmp_path: Path) -> None:
    for label in ("alt.talk", "sci.sea"):
        (tmp_path / label).mkdir()
        for number in range(3):
            (tmp_path / label / str(number)).write_text(f"so it is {label}", encoding="utf-8")
    reading = read_texts(tmp_path).checked(training=True)
    assert [pair.y for pair in reading.pairs] == ["alt.talk"] * 3 + ["sci.sea"] * 3
    assert reading.taken["texts"] == "the files without a suffix"
    assert reading.notes == ()
