"""Series from every format, what was taken for what, and what looks wrong."""

import math
from pathlib import Path

import numpy as np
import pytest

from unrolled.data.readers import SeriesReading, SeriesSettings, read_series
from unrolled.data.series import Series
from unrolled.errors import SettingsError

LONG = "id,time,a,b,label\nu,0,1,?,up\nu,2,3,4,up\nd,0,,1,down\nd,1,5,6,down\nd,7,7,8,down\n"
U = Series([[0, 1, math.nan], [2, 3, 4]], timed=True)
D = Series([[0, math.nan, 1], [1, 5, 6], [7, 7, 8]], timed=True)


def read(tmp_path: Path, content: str, name: str = "data.csv", **settings: object) -> SeriesReading:
    (tmp_path / name).write_text(content)
    return read_series(tmp_path / name, SeriesSettings.from_dict(settings))


def pairs(reading: SeriesReading) -> list[tuple[object, object]]:
    assert reading.problems == []
    return [(pair.x, pair.y) for pair in reading.pairs]


def test_long_form(tmp_path: Path) -> None:
    reading = read(tmp_path, LONG)
    assert pairs(reading) == [(U, "up"), (D, "down")]
    assert reading.lines == [2, 4]
    assert reading.facts == {"y": "a label", "numbers": "2"}
    assert reading.taken == {
        "series": 'the rows with the same column "id"',
        "time": 'column "time"',
        "numbers": 'column "a", column "b"',
        "labels": 'column "label"',
    }


def test_rows_of_several_series_may_take_turns(tmp_path: Path) -> None:
    header, *rows = LONG.splitlines()
    order = [rows[i] for i in (2, 0, 3, 1, 4)]
    assert pairs(read(tmp_path, "\n".join([header, *order]))) == [(D, "down"), (U, "up")]


def test_columns_as_told(tmp_path: Path) -> None:
    content = "who;when;p;q;what\n1;0;1;2;3.5\n1;1;1;2;3.5\n2;0;1;2;4.5\n"
    told = {"sequence_column": "who", "time_column": "when", "label_column": -1, "value_columns": "q"}
    reading = read(tmp_path, content, **told)
    assert pairs(reading) == [(Series([[0, 2], [1, 2]], timed=True), 3.5), (Series([[0, 2]], timed=True), 4.5)]
    assert reading.facts["y"] == "a number"
    assert pairs(read(tmp_path, content, **told, y="label"))[0][1] == "3.5"


def test_dates_are_times(tmp_path: Path) -> None:
    content = "id,date,a,label\n1,2024-01-01,1,u\n1,2024-01-02T12:00,2,u\n2,2024-01-01,3,d\n"
    assert np.diff(read(tmp_path, content).pairs[0].x.rows[:, 0]).tolist() == [1.5 * 86400]


def test_a_label_and_a_number_for_each_step(tmp_path: Path) -> None:
    reading = read(tmp_path, "id,a,label\n1,0,up\n1,1,down\n2,3,up\n")
    assert pairs(reading) == [(Series([[0], [1]]), ("up", "down")), (Series([[3]]), ("up",))]
    assert reading.facts["y"] == "a label per step"
    reading = read(tmp_path, "id,a,target\n1,0,0.5\n1,1,1.5\n2,3,2.5\n")
    assert [pair.y for pair in reading.pairs] == [Series([[0.5], [1.5]]), Series([[2.5]])]


def test_y_beside_x_is_a_number_of_the_step(tmp_path: Path) -> None:
    reading = read(tmp_path, "id,x,y,label\n1,0,1,up\n2,1,2,down\n")
    assert pairs(reading)[0] == (Series([[0, 1]]), "up")
    assert pairs(read(tmp_path, "id,a,y\n1,0,u\n2,1,d\n"))[0] == (Series([[0]]), "u")


def test_columns_of_texts_are_left_out_and_told(tmp_path: Path) -> None:
    reading = read(tmp_path, "id,place,a,label\n1,there,0,u\n2,here,1,d\n")
    assert pairs(reading)[1] == (Series([[1]]), "d")
    assert "1 column of texts left out: place" in reading.notes[0]


def test_arrays(tmp_path: Path) -> None:
    x, y, path = np.arange(12.0).reshape(2, 3, 2), np.array(["u", "d"]), tmp_path / "data.npz"
    np.savez(path, x=x, y=y)
    assert pairs(read_series(path)) == [(Series(x[0]), "u"), (Series(x[1]), "d")]
    np.savez(path, X=x, y=y, lengths=np.array([1, 3]))
    assert pairs(read_series(path)) == [(Series(x[0][:1]), "u"), (Series(x[1]), "d")]
    np.savez(path, x=x.reshape(6, 2), y=np.array([0.5, 1.5]), lengths=np.array([4, 2]))
    assert pairs(read_series(path)) == [(Series(x.reshape(6, 2)[:4]), 0.5), (Series(x.reshape(6, 2)[4:]), 1.5)]
    np.savez(path, x=x[:, :, 0], y=np.array([["u", "d", "u"], ["d", "d", "u"]]), times=np.array([[0, 1, 5], [0, 2, 2]]))
    first, second = pairs(read_series(path))
    assert first == (Series([[0, 0], [1, 2], [5, 4]], timed=True), ("u", "d", "u"))
    assert second[1] == ("d", "d", "u")


def test_parquet(tmp_path: Path) -> None:
    arrow, parquet = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    columns = {"id": ["u", "u", "d"], "time": [0, 1, 0], "a": [1.5, None, 2.5], "label": ["up", "up", "down"]}
    parquet.write_table(arrow.table(columns), tmp_path / "data.parquet")
    wanted = [(Series([[0, 1.5], [1, math.nan]], timed=True), "up"), (Series([[0, 2.5]], timed=True), "down")]
    assert pairs(read_series(tmp_path / "data.parquet")) == wanted


TS = "# a comment\n@problemName p\n@timeStamps false\n@univariate false\n@dimensions 2\n@equalLength false\n{}\n@data\n"


def test_ts(tmp_path: Path) -> None:
    content = TS.format("@missing true\n@classLabel true a b") + "1,2:3,?:a\n5:6:b\n"
    reading = read(tmp_path, content, "data.ts")
    assert pairs(reading) == [(Series([[1, 3], [2, math.nan]]), "a"), (Series([[5, 6]]), "b")]
    assert reading.lines == [10, 11]
    content = TS.format("@targetLabel true") + "1,2:3,4:7\n5:6:8\n"
    assert [pair.y for pair in read(tmp_path, content, "data.ts").pairs] == [7.0, 8.0]


def test_a_folder_a_label_and_a_file_a_series(tmp_path: Path) -> None:
    for label, number in (("run", 1), ("walk", 2)):
        (tmp_path / label).mkdir()
        (tmp_path / label / "1.csv").write_text(f"t,a\n0,{number}\n1,?\n")
    (tmp_path / "about.txt").write_text("Written by hand.")
    reading = read_series(tmp_path)
    assert pairs(reading) == [
        (Series([[0, 1], [1, math.nan]], timed=True), "run"),
        (Series([[0, 2], [1, math.nan]], timed=True), "walk"),
    ]
    assert reading.place(1) == str(tmp_path / "walk" / "1.csv")
    assert "about.txt" in reading.notes[0]
    strict = read_series(tmp_path, SeriesSettings(strict=True))
    assert "taken for no series" in strict.problems[0].found


def test_a_table_of_files(tmp_path: Path) -> None:
    np.save(tmp_path / "one.npy", np.ones((2, 3)))
    (tmp_path / "two.csv").write_text("a,b,c\n1,2,3\n")
    (tmp_path / "manifest.csv").write_text("file,label\none.npy,1.5\ntwo.csv,2.5\n")
    assert pairs(read_series(tmp_path)) == [(Series(np.ones((2, 3))), 1.5), (Series([[1, 2, 3]]), 2.5)]


def test_what_predict_reads_needs_no_labels(tmp_path: Path) -> None:
    (tmp_path / "data.csv").write_text("id,time,a\n1,0,2\n1,1,3\n")
    reading = read_series(tmp_path / "data.csv", labelled=False)
    assert pairs(reading) == [(Series([[0, 2], [1, 3]], timed=True), None)]


def test_doubts(tmp_path: Path) -> None:
    rows = [f"{n},{t},1,{'' if t else 2},{'up' if n else 'down'}" for n in range(3) for t in range(4)]
    rows += [f"9,{t},1,3,up" for t in range(900)]
    reading = read(tmp_path, "\n".join(["id,time,a,b,label", *rows[:12]]))
    assert {doubt.name for doubt in reading.doubts} == {"rare_labels", "missing_columns", "constant_columns"}
    assert reading.faults(training=True) == []
    assert {doubt.name for doubt in read(tmp_path, "\n".join(["id,time,a,b,label", *rows])).doubts} >= {"lengths"}
    one = "id,a,label\n1,0,up\n2,1,up\n"
    assert [doubt.name for doubt in read(tmp_path, one).doubts] == ["one_label"]
    assert read(tmp_path, one, accept="one_label").doubts == ()
    with pytest.raises(SettingsError, match="Did you mean 'one_label'"):
        SeriesSettings(accept="one_lable")
