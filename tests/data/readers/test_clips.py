"""Which clips there are and what their labels are, in folders and tables."""

import os
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from clips import moving, write

from unrolled.data.clip import Clip
from unrolled.data.pair import Pair
from unrolled.data.problem import by_kind
from unrolled.data.readers import ClipsSettings, read_clips
from unrolled.data.series import Series
from unrolled.errors import SettingsError
from unrolled.runs.parts import read_part
from unrolled.tasks import VIDEO


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for n, label in enumerate(("up", "up", "down")):
        write(tmp_path / "clips" / label / f"{n}.avi", moving(range(n, n + 5)))
    return tmp_path / "clips"


def names(pairs: list[Pair]) -> list[tuple[str, str]]:
    return [(Path(pair.x.path).name, pair.y) for pair in pairs]


WANTED = [("2.avi", "down"), ("0.avi", "up"), ("1.avi", "up")]


def test_a_folder_a_label(folder: Path) -> None:
    (folder / "up" / ".hidden").write_text("")
    (folder / "README.md").write_text("about")
    reading = read_clips(folder).checked(training=True)
    assert names(reading.pairs) == WANTED
    assert reading.place(0) == str(folder / "down" / "2.avi")
    assert reading.taken == {"clips": "a file each: *.avi", "labels": "the names of the 2 folders"}
    assert reading.facts["seconds each"] == "0.2"
    assert reading.facts["pixels"] == "64 × 48"
    assert "1 file more, taken for no clip: README.md; left out" in reading.notes[0]
    strict = read_clips(folder, ClipsSettings(strict=True))
    assert [problem.found for problem in strict.problems] == ["1 file more, taken for no clip: README.md"]


TABLES = {
    "plain": ("video,label\n", ClipsSettings()),
    "other names, further columns": ("clip,take,Speaker,class\n", ClipsSettings()),
    "named": ("a,b,c\n", ClipsSettings(video_column="b", label_column=-1)),
    "found by what they hold": ("thing,label\n", ClipsSettings()),
    "no header": ("", ClipsSettings()),
    "no header, a number": ("", ClipsSettings(label_column=1)),
}


@pytest.mark.parametrize("name", TABLES)
def test_a_table_of_paths(name: str, folder: Path) -> None:
    header, settings = TABLES[name]
    rows = {
        4: "{path},1,anna,{label}\n",
        3: "x,{path},{label}\n",
    }.get(header.count(",") + 1, "{path},{label}\n")
    table = folder.parent / "clips.csv"
    listed = (("down", 2), ("up", 0), ("up", 1))
    table.write_text(header + "".join(rows.format(path=f"clips/{y}/{n}.avi", label=y) for y, n in listed))
    reading = read_clips(table, settings).checked(training=True)
    assert names(reading.pairs) == WANTED
    assert reading.place(0) == f"{table}:{1 + bool(header)}"
    assert reading.lines == list(range(1 + bool(header), 4 + bool(header)))
    assert reading.taken.get("not read") == (
        "take, Speaker" if header.count(",") == 3 else "a" if "b" in header[:3] else None
    )


def test_tsv_and_parquet(folder: Path) -> None:
    paths, labels = ["clips/down/2.avi", "clips/up/0.avi", "clips/up/1.avi"], ["down", "up", "up"]
    tsv, parquet = folder.parent / "a.tsv", folder.parent / "a.parquet"
    tsv.write_text("video\tlabel\n" + "".join(f"{path}\t{label}\n" for path, label in zip(paths, labels, strict=True)))
    pq.write_table(pa.table({"video": paths, "label": labels}), parquet)
    for table in (tsv, parquet):
        assert names(read_clips(table).checked(training=True).pairs) == WANTED


def test_features_of_frames(tmp_path: Path) -> None:
    for n, label in enumerate(("up", "down")):
        (tmp_path / label).mkdir()
        np.save(tmp_path / label / "a.npy", np.full((3 + n, 2), n))
    reading = read_clips(tmp_path).checked(training=True)
    assert reading.pairs == [Pair(Series(np.ones((4, 2))), "down"), Pair(Series(np.zeros((3, 2))), "up")]
    assert reading.facts == {"features of a frame": "2"}


def test_the_same_clip_under_two_names_is_one(folder: Path) -> None:
    (folder / "down" / "copy.avi").write_bytes((folder / "up" / "0.avi").read_bytes())
    pairs = read_clips(folder).pairs
    assert len({pair.x for pair in pairs}) == 3
    assert isinstance(pairs[0].x, Clip)


def test_all_faults_are_told_at_once_in_order(folder: Path) -> None:
    table = folder.parent / "clips.csv"
    table.write_text("video,label\nclips/up/0.avi,up\ngone.avi,up\nclips/up/1.avi,\nclips.csv,down\n,up\n")
    reading = read_clips(table)
    assert [problem.line for problem in reading.problems] == [3, 4, 5, 6]
    assert names(reading.pairs) == [("0.avi", "up")]


def test_doubts_are_told_and_can_be_settled(folder: Path) -> None:
    write(folder / "long" / "a.avi", moving([0] * 200))
    reading = read_clips(folder)
    assert [doubt.name for doubt in reading.doubts] == ["rare_labels", "lengths"]
    assert read_clips(folder, ClipsSettings(accept="lengths, rare_labels")).doubts == ()
    with pytest.raises(SettingsError, match="broken_clips"):
        ClipsSettings(accept="broken_clip")


@pytest.mark.parametrize("name", ["gone.avi", "gone.csv", "gone"])
def test_what_is_not_there_is_named(name: str, tmp_path: Path) -> None:
    (problem,) = read_clips(tmp_path / name).problems
    assert problem.path == str(tmp_path / name)
    assert "no such file" in problem.found or name == "gone"


def test_each_cause_is_told_for_itself_and_what_never_ends_is_not_opened(tmp_path: Path) -> None:
    (tmp_path / "text.avi").write_text("no clip")
    (tmp_path / "empty.avi").touch()
    os.mkfifo(tmp_path / "pipe.avi")
    table = tmp_path / "t.csv"
    table.write_text("video,label\n" + "".join(f"{name}.avi,x\n" for name in ("gone", "text", "empty", "pipe")))
    found = read_clips(table).problems
    assert [problem.line for problem in found] == [2, 3, 4, 5]
    assert "no regular file" in found[3].found
    told = "\n".join(line for _, line in by_kind(found))
    assert all(f"{name}.avi" in told for name in ("gone", "text", "pipe"))


def test_clips_that_a_table_names_were_read_besides(tmp_path: Path) -> None:
    for name in ("a", "b"):
        np.save(tmp_path / f"{name}.npy", np.zeros((3, 2)))
    (tmp_path / "t.csv").write_text("video,label\na.npy,x\nb.npy,y\n")
    assert read_clips(tmp_path / "t.csv").besides == (str(tmp_path / "a.npy"), str(tmp_path / "b.npy"))
    before = read_part(VIDEO, tmp_path / "t.csv", VIDEO.defaults).sha256
    np.save(tmp_path / "b.npy", np.ones((3, 2)))
    assert read_part(VIDEO, tmp_path / "t.csv", VIDEO.defaults).sha256 != before
